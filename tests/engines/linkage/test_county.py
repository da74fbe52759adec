"""A generated county with the truth known: quality, honesty of the posterior, invariants."""

import random
from collections import defaultdict

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobbridge.engines.linkage import Parameters, link
from jobbridge.engines.linkage.columns import FIELDS
from tests.engines.linkage.county import build


@pytest.fixture(scope="module")
def county():
    return build(8000, 2500, 11)


@pytest.fixture(scope="module")
def result(county):
    return link(county.register, county.feed)


def test_links_find_most_and_seldom_err(county, result):
    found = [(county.truth[r["record_id"]], r) for r in result.links.to_pylist()]
    inside = sum(truth is not None for truth, _ in found)
    sure = [(truth, r) for truth, r in found if r["zone"] == "auto"]
    wrong = sum(truth != r["person_id"] for truth, r in sure)
    assert wrong / len(sure) <= 0.003
    assert (len(sure) - wrong) / inside >= 0.78
    likely = [(truth, r) for truth, r in found if r["posterior"] >= 0.5]
    right = sum(truth == r["person_id"] for truth, r in likely)
    precision, recall = right / len(likely), right / inside
    assert 2 * precision * recall / (precision + recall) >= 0.93


def test_a_shifted_feed_keeps_its_precision():
    county = build(8000, 2500, 12, outsiders=0.46, errors=2.0)
    links = link(county.register, county.feed).links.to_pylist()
    sure = [r for r in links if r["zone"] == "auto"]
    assert sum(county.truth[r["record_id"]] != r["person_id"] for r in sure) / len(sure) <= 0.005
    assert len(sure) >= 0.7 * sum(p is not None for p in county.truth.values())


def test_the_posterior_keeps_its_promise(county, result):
    best = [w for w in result.weights.to_pylist() if w["rank"] == 1 and w["posterior"] >= 0.9]
    promised = sum(w["posterior"] for w in best) / len(best)
    kept = sum(county.truth[w["record_id"]] == w["person_id"] for w in best) / len(best)
    assert abs(promised - kept) <= 0.02
    expected = result.report["expected"]
    inside = sum(p is not None for p in county.truth.values())
    assert expected["findable"] == pytest.approx(inside, rel=0.1)


def test_weights_add_up_and_posteriors_share_one_row(result):
    by_record = defaultdict(list)
    for row in result.weights.to_pylist():
        assert sum(row[f] for f in FIELDS) == pytest.approx(row["total"], abs=1e-9)
        by_record[row["record_id"]].append(row)
    for rows in by_record.values():
        assert [r["rank"] for r in rows] == list(range(1, len(rows) + 1))
        assert sum(r["posterior"] for r in rows) <= 1 + 1e-9
        assert [r["total"] for r in rows] == sorted((r["total"] for r in rows), reverse=True)


def test_zones_follow_the_thresholds(result):
    for r in result.links.to_pylist():
        if r["note"] == "id_other_name":
            assert (r["zone"], r["stage"]) == ("review", "A")
            continue
        low, high = {"auto": (0.95, 1), "review": (0.3, 1), "none": (0, 0.3)}[r["zone"]]
        assert low <= r["posterior"] <= high
        assert (r["person_id"] is None) == (r["zone"] == "none")
        assert (r["note"] is None) or r["zone"] == "review"


def test_stricter_thresholds_only_move_rows_down(county, result):
    strict = link(county.register, county.feed, parameters=Parameters(auto=0.999, propagate=False)).links.to_pylist()
    auto = {r["record_id"] for r in result.links.to_pylist() if r["zone"] == "auto"}
    assert {r["record_id"] for r in strict if r["zone"] == "auto"} <= auto


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), as_text=st.booleans())
def test_the_order_of_rows_and_the_kind_of_key_change_nothing(seed, as_text):
    county = build(600, 250, seed % 17)
    plain = link(county.register, county.feed)
    shuffle = random.Random(seed).sample
    register = county.register.take(shuffle(range(county.register.num_rows), county.register.num_rows))
    feed = county.feed.take(shuffle(range(county.feed.num_rows), county.feed.num_rows))
    if as_text:  # zero-padded, so that text sorts as the numbers do
        register, feed = _as_text(register, "person_id"), _as_text(feed, "record_id")
    mixed = link(register, feed, parameters=Parameters(threads=1))
    for table in ("links", "weights"):
        one, two = getattr(plain, table).to_pylist(), getattr(mixed, table).to_pylist()
        if as_text:
            for row in one:
                row["record_id"] = f"{row['record_id']:09d}"
                row["person_id"] = None if row["person_id"] is None else f"{row['person_id']:09d}"
        assert one == two


def _as_text(table: pa.Table, key: str) -> pa.Table:
    padded = pa.array([f"{v:09d}" for v in table[key].to_pylist()])
    return table.set_column(table.column_names.index(key), key, padded)
