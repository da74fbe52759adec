"""Declared field sets on public data: FEBRL 1-3 and fake_1000.

Levels and blocks were chosen on FEBRL 1 and the first half of fake_1000; the other sets only test.
"""

import pyarrow as pa
import pytest

from jobbridge.engines.linkage import dedupe, link_fields
from tests.engines.linkage.febrl import fake_1000, febrl, in_clusters


def pairs_at_half(result):
    return [(row["person_id_a"], row["person_id_b"]) for row in result.pairs.to_pylist() if row["posterior"] >= 0.5]


@pytest.mark.parametrize(
    ("make", "least_precision", "least_f1"),
    [
        (lambda: febrl(1), 0.995, 0.995),
        (lambda: febrl(2), 0.995, 0.995),
        (lambda: febrl(3), 0.995, 0.995),
        (lambda: fake_1000(seen=True), 0.985, 0.95),
        (lambda: fake_1000(seen=False), 0.985, 0.935),
    ],
    ids=["febrl1", "febrl2", "febrl3", "fake_seen", "fake_unseen"],
)
def test_duplicates_are_found(make, least_precision, least_f1):
    data = make()
    result = dedupe(data.table, fields=data.fields)
    precision, _, f1 = data.judge(pairs_at_half(result))
    assert precision >= least_precision
    assert f1 >= least_f1
    _, _, clustered = data.judge(
        in_clusters(result.clusters.filter(pa.compute.equal(result.clusters["zone"], "auto")))
    )
    assert clustered >= least_f1


def test_febrl_originals_and_copies_as_two_files():
    """Dataset 2 taken apart: the copies are a feed, the originals the register."""
    data = febrl(2)
    kind = pa.compute.match_substring(data.table["rec_id"], "-org")
    register = data.table.filter(kind)
    feed = data.table.filter(pa.compute.invert(kind)).rename_columns({"rec_id": "record_id"})
    links = link_fields(register, feed, data.fields).links.to_pylist()
    assert len(links) == feed.num_rows
    auto = [row for row in links if row["zone"] == "auto"]
    wrong = [row for row in auto if data.person[row["record_id"]] != data.person[row["person_id"]]]
    assert len(auto) >= 0.99 * feed.num_rows
    assert not wrong


def test_strangers_of_the_register_stay_unlinked():
    """The feed is about half of FEBRL 1's people, the register holds the other half."""
    data = febrl(1)
    even = [int(person) % 2 == 0 for person in data.person.values()]
    register = data.table.filter(pa.array(even))
    feed = data.table.filter(pa.array([not e for e in even])).rename_columns({"rec_id": "record_id"})
    result = link_fields(register, feed, data.fields)
    assert result.report["zones"].get("auto", 0) <= 1
