"""Feeds and registers as they really arrive."""

import datetime
import json

import pyarrow as pa
import pytest

from jobbridge.engines.linkage import Parameters, link
from tests.engines.linkage.county import build

PERSON = pa.table({"person_id": [1], "name": ["王伟"], "phone": ["16400001111"]})
RECORD = pa.table({"record_id": ["a"], "name": ["王伟"], "phone": ["16400001111"]})


def test_empty_feed_keeps_its_columns():
    result = link(PERSON, RECORD.slice(0, 0))
    assert result.links.num_rows == result.weights.num_rows == 0
    assert result.links.column_names == ["record_id", "person_id", "posterior", "zone", "stage", "note"]


def test_empty_register_finds_nobody():
    links = link(PERSON.slice(0, 0), RECORD).links.to_pylist()
    assert links == [
        {"record_id": "a", "person_id": None, "posterior": 0.0, "zone": "none", "stage": None, "note": None}
    ]


def test_both_empty_and_untyped():
    nothing = pa.table({"person_id": pa.array([], pa.null())}), pa.table({"record_id": pa.array([], pa.null())})
    assert link(*nothing).links.num_rows == 0


def test_only_keys():
    result = link(pa.table({"person_id": [1, 2]}), pa.table({"record_id": [1, 2]}))
    assert result.links["zone"].to_pylist() == ["none", "none"]


def test_everything_masked():
    feed = pa.table({
        "record_id": [1, 2], "source": ["mobile"] * 2, "name": ["**", "＊＊＊"], "id_number": ["*" * 18] * 2,
        "phone": ["164********"] * 2,
    })  # fmt: skip
    assert link(PERSON, feed).links["zone"].to_pylist() == ["none", "none"]


def test_key_types_are_returned_as_given():
    links = link(PERSON, RECORD).links
    assert links.schema.field("person_id").type == pa.int64()
    assert links.schema.field("record_id").type == pa.string()


def test_dates_numbers_and_extra_columns_pass():
    register = pa.table({
        "person_id": [1], "name": ["王伟"], "birth_date": [datetime.date(1988, 6, 12)], "phone": [16400001111],
        "household_id": [7], "remark": ["x"],
    })  # fmt: skip
    feed = pa.table({
        "record_id": [1], "name": ["王伟"], "birth_date": ["1988/6/12"], "phone": ["164 0000 1111"],
        "seen_on": [datetime.date(2026, 1, 1)], "person_id": [5], "key": ["k"], "n": [3],
    })  # fmt: skip
    assert link(register, feed).links["person_id"].to_pylist() == [1]


@pytest.mark.parametrize(
    ("register", "feed", "message"),
    [
        (pa.table({"id": [1]}), RECORD, "register: column 'person_id' is missing"),
        (PERSON, pa.table({"名字": ["王伟"]}), "feed: column 'record_id' is missing .columns found: 名字."),
        (PERSON, pa.table({"record_id": [1, 1, 2, 2, 3]}), "feed: column 'record_id' repeats 2 value.s.: 1, 2"),
        (pa.table({"person_id": ["a", "a"]}), RECORD, "register: column 'person_id' repeats 1 value"),
        (PERSON, pa.table({"record_id": [1, None]}), "feed: column 'record_id' is null in 1 row"),
        (PERSON, pa.table({"record_id": [1.5]}), "feed: column 'record_id' must be integer or text"),
    ],
)
def test_unusable_keys_are_refused_by_name(register, feed, message):
    with pytest.raises(ValueError, match=message):
        link(register, feed)


@pytest.mark.parametrize("wrong", [{"auto": 1.0}, {"review": 0.0}, {"auto": 0.2}, {"threads": 0}, {"max_block": 0}])
def test_senseless_parameters_are_refused(wrong):
    with pytest.raises(ValueError, match="must|need"):
        Parameters(**wrong)


def test_duplicated_rows_of_an_outsider_are_never_automatic():
    county = build(1500, 300, 5, outsiders=0.2)
    row = {"source": "police", "name": "王伟", "phone": "16498989898", "id_number": None, "village_code": None}
    copies = pa.Table.from_pylist([{"record_id": 10_000 + n, **row} for n in range(200)])
    feed = pa.concat_tables([county.feed, copies], promote_options="default")
    zones = [r["zone"] for r in link(county.register, feed).links.to_pylist() if r["record_id"] >= 10_000]
    assert len(zones) == 200
    assert "auto" not in zones


def test_rows_sent_twice_are_no_second_sighting():
    """A list dropped in again under new keys makes nobody surer, and nobody less sure, than it did."""
    county = build(3000, 900, 71)
    keys = pa.array([key + 10_000 for key in county.feed["record_id"].to_pylist()])
    again = county.feed.set_column(county.feed.column_names.index("record_id"), "record_id", keys)
    once = link(county.register, county.feed).report
    twice = link(county.register, pa.concat_tables([county.feed, again])).report
    assert twice["rates"]["unseen_bits"] == pytest.approx(once["rates"]["unseen_bits"], abs=0.3)
    assert twice["expected"]["auto"] == pytest.approx(2 * once["expected"]["auto"], rel=0.03)


def test_quotes_in_a_source_and_a_name_do_no_harm():
    feed = pa.table({"record_id": [1], "source": ["it's"], "name": ["王'; drop table feed; --伟"]})
    assert link(PERSON, feed).report["by_source"] == {"it's": {"auto": 0, "review": 0, "none": 1}}


def test_progress_and_report():
    told = []
    result = link(PERSON, RECORD, progress=lambda *step: told.append(step))
    assert told[0] == ("normalise", 0, 7)
    assert told[-1] == ("done", 7, 7)
    assert json.loads(json.dumps(result.report))["rows"] == {"register": 1, "feed": 1}
    assert {"by_source", "rates", "expected", "seconds", "peak_mb", "parameters", "engine"} <= set(result.report)
