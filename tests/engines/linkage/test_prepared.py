"""A prepared register: what comes later is decided as if it had been there from the start."""

import stat

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jobbridge.engines.linkage import Parameters, link
from jobbridge.engines.linkage.prepared import Prepared
from jobbridge.engines.linkage.vault import VaultError, read, write
from tests.engines.linkage.county import build

KEY = b"k" * 32


@pytest.fixture(scope="module")
def county():
    return build(3000, 900, 71)


def decided(*results):
    """record_id to (person_id, zone), later results over earlier ones."""
    return {row["record_id"]: (row["person_id"], row["zone"]) for r in results for row in r.links.to_pylist()}


def test_built_with_everything_it_answers_as_link_does(county):
    prepared, first = Prepared.build(county.register, county.feed)
    with prepared:
        assert first.links.equals(link(county.register, county.feed).links)


def test_rows_that_come_later_are_decided_nearly_as_if_they_had_come_at_once(county):
    prepared, first = Prepared.build(county.register, county.feed.slice(0, 700))
    with prepared:
        second = prepared.update(county.feed.slice(700, 100))
        third = prepared.update(county.feed.slice(800))
    step_by_step, at_once = decided(first, second, third), decided(link(county.register, county.feed))
    assert step_by_step.keys() == at_once.keys()
    # The rates are those of the first 700 rows: a handful of rows at the edge of a zone may differ.
    different = [key for key in at_once if at_once[key] != step_by_step[key]]
    assert len(different) <= 9
    wrong = [key for key, (person, zone) in step_by_step.items() if zone == "auto" and person != county.truth[key]]
    assert len(wrong) <= 3


def test_only_what_is_touched_is_decided_again(county):
    prepared, first = Prepared.build(county.register, county.feed)
    with prepared:
        assert prepared.update().links.num_rows == 0
        record, (person, _) = next((r, d) for r, d in decided(first).items() if d[1] == "auto")
        row = county.register.filter(pc.field("person_id") == person)
        again = decided(prepared.update(persons=row))
    assert record in again
    assert again[record] == (person, "auto")
    assert len(again) < 60


def test_a_person_registered_later_is_found_in_the_rows_of_before(county):
    record, person = next((r, p) for r, p in county.truth.items() if p is not None)
    known = pc.field("person_id") != person
    prepared, first = Prepared.build(county.register.filter(known), county.feed)
    with prepared:
        assert decided(first)[record][0] != person
        later = decided(prepared.update(persons=county.register.filter(~known)))
    assert later[record][0] == person


def test_a_person_who_leaves_the_register_is_nobodys_answer(county):
    prepared, first = Prepared.build(county.register, county.feed)
    person = next(p for p, zone in decided(first).values() if zone == "auto")
    mine = {r for r, (p, _) in decided(first).items() if p == person}
    with prepared:
        later = decided(prepared.update(gone_persons=[person, 10**9]))
    assert mine <= later.keys()
    assert person not in {p for p, _ in later.values()}


def test_a_new_name_of_a_person_is_what_counts(county):
    prepared, first = Prepared.build(county.register, county.feed)
    record, person = next(
        (r, p) for r, (p, zone) in decided(first).items() if zone == "auto" and county.damage[r] == ""
    )
    row = county.register.filter(pc.field("person_id") == person).to_pylist()[0] | {
        "name": "欧阳翠花", "id_number": None, "phone": None, "household_id": None
    }  # fmt: skip
    with prepared:
        later = decided(prepared.update(persons=pa.Table.from_pylist([row], schema=county.register.schema)))
    assert later[record][0] != person


def test_forgotten_rows_come_back_as_new_ones(county):
    prepared, first = Prepared.build(county.register, county.feed)
    with prepared:
        prepared.update(gone_records=[0, 1, 2])
        later = decided(prepared.update(county.feed.slice(0, 3)))
        assert {0, 1, 2} <= later.keys()
        # The same key again replaces the row.
        assert decided(prepared.update(county.feed.slice(0, 3))).keys() >= {0, 1, 2}
    assert later[0] == decided(first)[0]


def test_a_phone_proven_today_decides_a_row_of_yesterday():
    county = build(3000, 600, 5)
    person = next(p for p in county.register.to_pylist() if p["phone"] is None and p["birth_date"] < "19990101")
    phone = "16499990000"
    blank = dict.fromkeys(county.feed.column_names)

    def rows(*told):
        return pa.Table.from_pylist([blank | row for row in told], schema=county.feed.schema)

    masked = person["name"][0] + "*" * (len(person["name"]) - 1)
    yesterday = rows({"record_id": 9000, "source": "mobile", "name": masked, "phone": phone})
    today = rows({"record_id": 9001, "source": "railway", "name": person["name"], "id_number": person["id_number"],
                  "phone": phone})  # fmt: skip
    prepared, first = Prepared.build(county.register, pa.concat_tables([county.feed, yesterday]))
    with prepared:
        assert decided(first)[9000] == (None, "none")
        later = prepared.update(today)
    assert decided(later)[9001] == (person["person_id"], "auto")
    assert decided(later)[9000][0] == person["person_id"]
    assert {r["record_id"]: r["stage"] for r in later.links.to_pylist()}[9000] == "P"


def test_what_is_heard_of_a_phone_reaches_rows_before_and_after_and_is_forgotten_again():
    county = build(3000, 600, 5)
    people = county.register.to_pylist()
    names = [row["name"] for row in people]
    person = next(p for p in people if names.count(p["name"]) == 1 and len(p["name"]) == 3
                  and "19700101" < p["birth_date"] < "19990101")  # fmt: skip
    blank = dict.fromkeys(county.feed.column_names) | {"source": "mobile", "phone": "16499990000"}

    def row(key, name):
        return pa.Table.from_pylist([blank | {"record_id": key, "name": name}], schema=county.feed.schema)

    masked = person["name"][0] + "**"
    prepared, first = Prepared.build(county.register, pa.concat_tables([county.feed, row(9000, masked)]))
    with prepared:
        assert decided(first)[9000] == (None, "none")
        second = prepared.update(row(9001, person["name"]))
        third = prepared.update(row(9002, masked))
        fourth = prepared.update(gone_records=[9001])
    at_once = link(county.register, pa.concat_tables([county.feed, row(9000, masked), row(9001, person["name"])]))
    assert decided(second)[9001] == (person["person_id"], "review")
    assert decided(second)[9000] == decided(at_once)[9000] == (person["person_id"], "review")
    assert decided(third)[9002] == (person["person_id"], "review")
    assert decided(fourth)[9000] == decided(fourth)[9002] == (None, "none")


def test_saved_and_loaded_it_goes_on_and_the_file_tells_nothing(county, tmp_path):
    path = tmp_path / "deep" / "store"
    prepared, _ = Prepared.build(county.register, county.feed.slice(0, 800))
    with prepared:
        prepared.save(path, KEY, {"mark": "今天"}, {"digests": pa.table({"key": [7]})})
        there = decided(prepared.update(county.feed.slice(800)))
    content = path.read_bytes()
    # Long enough not to stand in sealed bytes by chance.
    for personal in (county.register["id_number"][0].as_py(), "16400000", "今天"):
        assert personal.encode() not in content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p.name for p in path.parent.iterdir()] == ["store"]
    loaded, notes, more = Prepared.load(path, KEY)
    with loaded:
        assert notes == {"mark": "今天"}
        assert more["digests"].to_pydict() == {"key": [7]}
        assert decided(loaded.update(county.feed.slice(800))) == there


def test_the_wrong_key_a_damaged_file_and_other_parameters_are_refused(county, tmp_path):
    path = tmp_path / "store"
    prepared, _ = Prepared.build(county.register.slice(0, 50), county.feed.slice(0, 20))
    with prepared:
        prepared.save(path, KEY)
        with pytest.raises(ValueError, match="32 bytes"):
            prepared.save(path, b"short")
    with pytest.raises(VaultError, match="another key"):
        Prepared.load(path, b"x" * 32)
    with pytest.raises(VaultError, match="other parameters"):
        Prepared.load(path, KEY, Parameters(auto=0.9))
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[: len(whole) // 2], whole[:200] + bytes([whole[200] ^ 1]) + whole[201:]):
        path.write_bytes(damaged)
        with pytest.raises(VaultError):
            Prepared.load(path, KEY)
    path.write_bytes(b"a spreadsheet")
    with pytest.raises(VaultError, match="not a store"):
        Prepared.load(path, KEY)


def test_boxes_of_a_vault_cannot_be_exchanged(tmp_path):
    one, two = pa.table({"a": [1]}), pa.table({"a": [2]})
    path = tmp_path / "v"
    write(path, KEY, {"first": one, "other": two}, {})
    tables, _ = read(path, KEY)
    assert tables["first"].equals(one)
    assert tables["other"].equals(two)
    content = path.read_bytes()
    # magic, salt, then boxes of 8 bytes of length, 12 of nonce, the rest.
    boxes, at = [], 24
    while at < len(content):
        size = 20 + int.from_bytes(content[at : at + 8], "big")
        boxes.append(content[at : at + size])
        at += size
    path.write_bytes(content[:24] + boxes[0] + boxes[2] + boxes[1])
    with pytest.raises(VaultError):
        read(path, KEY)


def test_a_key_of_another_type_is_refused_before_anything_changes(county):
    prepared, _ = Prepared.build(county.register, county.feed)
    words = pa.array([f"R{key}" for key in county.feed["record_id"].to_pylist()])
    text = county.feed.set_column(0, "record_id", words)
    with prepared:
        with pytest.raises(ValueError, match="record_id"):
            prepared.update(text)
        with pytest.raises(ValueError, match="missing"):
            prepared.update(county.feed.drop_columns("record_id"))
        assert prepared.update().links.num_rows == 0


def test_it_says_when_its_rates_have_grown_old(county):
    prepared, _ = Prepared.build(county.register, county.feed.slice(0, 500))
    with prepared:
        assert not prepared.stale
        prepared.update(county.feed.slice(500))
        assert prepared.stale


def test_a_relative_who_joins_makes_a_masked_name_ambiguous(county):
    father = {"person_id": 9000, "name": "纳兰大山", "phone": "16488880000", "household_id": 8000,
              "birth_date": "19700101", "sex": "男"}  # fmt: skip
    blank = dict.fromkeys(county.register.column_names)

    def people(*rows):
        return pa.Table.from_pylist([blank | row for row in rows], schema=county.register.schema)

    row = dict.fromkeys(county.feed.column_names) | {
        "record_id": 9000, "source": "mobile", "name": "纳兰**", "phone": "16488880000"
    }  # fmt: skip
    feed = pa.concat_tables([county.feed, pa.Table.from_pylist([row], schema=county.feed.schema)])
    prepared, first = Prepared.build(pa.concat_tables([county.register, people(father)]), feed)
    with prepared:
        assert decided(first)[9000] == (9000, "auto")
        son = father | {"person_id": 9001, "name": "纳兰小山", "phone": None, "birth_date": "19950101"}
        assert decided(prepared.update(persons=people(son)))[9000] == (9000, "review")
        assert decided(prepared.update(gone_persons=[9001]))[9000] == (9000, "auto")


def test_rows_that_leaned_on_a_forgotten_row_are_decided_again(county):
    prepared, first = Prepared.build(county.register, county.feed)
    gone = [row["record_id"] for row in first.links.to_pylist() if row["stage"] in ("A", "B")][:60]
    with prepared:
        later = prepared.update(gone_records=gone)
    rest = county.feed.filter(pc.invert(pc.is_in(county.feed["record_id"], pa.array(gone, pa.int64()))))
    without = decided(link(county.register, rest))
    both = {key: answer for key, answer in decided(first, later).items() if key in without}
    assert len([key for key in both if both[key] != without[key]]) <= 3


def test_keys_of_gone_rows_must_be_of_the_kept_kind(county):
    prepared, _ = Prepared.build(county.register, county.feed)
    with prepared:
        assert prepared.update(gone_persons=["5", 6]).report["rows"]["register"] == 0
        with pytest.raises(ValueError, match="person_id 'P5' is gone"):
            prepared.update(gone_persons=["P5"])


def test_what_a_killed_writer_left_is_swept(county, tmp_path):
    (tmp_path / ".store.0a1b2c3d").write_bytes(b"half")
    # Somebody else's, though they begin alike.
    others = {".store.local", ".store.0a1b2c3d.bak", ".store2.0a1b2c3d"}
    for name in others:
        (tmp_path / name).write_bytes(b"secret")
    write(tmp_path / "store", KEY, {}, {})
    assert {p.name for p in tmp_path.iterdir()} == {"store", *others}
