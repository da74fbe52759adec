"""Duplicates in a register of the Chinese person set."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobbridge.engines.linkage import Parameters, dedupe
from jobbridge.engines.linkage.columns import FIELDS
from tests.engines.linkage.county import build, make_id
from tests.engines.linkage.doubles import double

VILLAGE = "990235100201"


def person(person_id, name, order, **more):
    row = {
        "person_id": person_id, "name": name, "id_number": make_id("990235", "19880612", order),
        "phone": f"1640000{order:04d}", "village_code": VILLAGE, "sex": "男" if order % 2 else "女",
        "birth_date": "19880612", "household_id": person_id,
    }  # fmt: skip
    return row | more


CROWD = [
    person(
        n, name, 101 + 2 * n, id_number=make_id("990235", f"19{60 + n % 40}0{1 + n % 9}12", 101 + 2 * n),
        birth_date=f"19{60 + n % 40}0{1 + n % 9}12", village_code=f"9902351002{1 + n % 7:02d}",
    )
    for n, name in enumerate(a + b for a in "王李张刘陈杨黄赵周吴" for b in "伟强磊军洋勇杰涛超明辉刚平")
]  # fmt: skip


def among(*people, **parameters):
    result = dedupe(pa.Table.from_pylist([*CROWD, *people]), parameters=Parameters(**parameters))
    pairs = {(row["person_id_a"], row["person_id_b"]): (row["zone"], row["note"]) for row in result.pairs.to_pylist()}
    return pairs, result


@pytest.fixture(scope="module")
def doubled():
    table, true = double(8000, 500, 4271)
    return table, true, dedupe(table)


def test_people_entered_twice_are_found(doubled):
    _, true, result = doubled
    rows = result.pairs.to_pylist()
    auto = {(row["person_id_a"], row["person_id_b"]) for row in rows if row["zone"] == "auto"}
    half = {(row["person_id_a"], row["person_id_b"]) for row in rows if row["posterior"] >= 0.5}
    right = len(half & true)
    assert 2 * right / (len(half) + len(true)) >= 0.95
    assert len(auto & true) >= 0.9 * len(true)
    assert len(auto - true) <= 0.005 * len(auto)


def test_clusters_hold_what_pairs_join(doubled):
    _, true, result = doubled
    members = {}
    for row in result.clusters.to_pylist():
        members.setdefault(row["cluster_id"], []).append(row["person_id"])
    cluster = {key: name for name, keys in members.items() for key in keys}
    assert all(min(keys) == name and len(keys) >= 2 for name, keys in members.items())
    for row in result.pairs.to_pylist():
        if row["zone"] == "auto":
            assert cluster[row["person_id_a"]] == cluster[row["person_id_b"]]
    assert {row["size"] for row in result.clusters.to_pylist()} <= {2, 3}


def test_weights_add_up(doubled):
    _, _, result = doubled
    assert result.weights.num_rows == result.pairs.num_rows
    for row in result.weights.to_pylist():
        assert round(sum(row[field] for field in FIELDS), 3) == row["total"]


def test_a_register_without_duplicates():
    result = dedupe(build(4000, 1, 911).register)
    assert result.report["zones"].get("auto", 0) == 0
    assert result.clusters.num_rows == 0


def test_the_same_id_under_one_name():
    pairs, _ = among(CROWD[7] | {"person_id": 900, "phone": None, "household_id": 900})
    assert pairs[7, 900] == ("auto", None)


def test_the_same_id_under_another_name_waits():
    pairs, _ = among(person(900, "欧阳翠花", 901, id_number=CROWD[7]["id_number"]))
    assert pairs[7, 900] == ("review", "id_other_name")


def test_three_entries_are_one_cluster():
    second = CROWD[7] | {"person_id": 900, "id_number": None}
    third = CROWD[7] | {"person_id": 901, "id_number": None, "phone": None}
    _, result = among(second, third)
    rows = [row for row in result.clusters.to_pylist() if row["cluster_id"] == 7]
    assert [(row["person_id"], row["size"], row["zone"]) for row in rows] == [
        (7, 3, "auto"), (900, 3, "auto"), (901, 3, "auto")
    ]  # fmt: skip


def test_brothers_are_two_people():
    """Same surname, village, household phone and birthday; ids one after the other."""
    elder = person(900, "纳兰建国", 901, household_id=77, phone="16400009001")
    twin = person(901, "纳兰建军", 903, household_id=77, phone="16400009001")
    pairs, _ = among(elder, twin)
    assert pairs.get((900, 901), ("none", None))[0] != "auto"


def test_an_entry_between_two_people_joins_neither():
    """Two people of one name and one phone; an entry without id could be either, their ids say they are two."""
    one = person(900, "纳兰慕青", 901, birth_date=None)
    number = make_id("990777", "19790103", 905)
    other = person(902, "纳兰慕青", 903, birth_date=None, phone=one["phone"], id_number=number)
    between = one | {"person_id": 901, "id_number": None}
    # So few people cannot make a name rare: a lower threshold stands in for a larger register.
    pairs, result = among(one, between, other, auto=0.5)
    assert pairs == {(900, 901): ("review", "contradiction"), (901, 902): ("review", "contradiction")}
    assert {row["note"] for row in result.clusters.to_pylist()} == {"contradiction"}


@pytest.mark.parametrize("rows", [0, 1])
def test_tiny_registers(rows):
    result = dedupe(pa.Table.from_pylist(CROWD[:rows], schema=pa.Table.from_pylist(CROWD).schema))
    assert (result.pairs.num_rows, result.clusters.num_rows, result.weights.num_rows) == (0, 0, 0)


def test_only_the_key_is_needed():
    assert dedupe(pa.table({"person_id": ["a", "b", "c"]})).pairs.num_rows == 0
    with pytest.raises(ValueError, match="'person_id' is missing"):
        dedupe(pa.table({"id": [1, 2]}))


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(shuffler):
    table, _ = double(300, 40, 55)
    order = list(range(table.num_rows))
    shuffler.shuffle(order)
    straight, shuffled = dedupe(table), dedupe(table.take(order))
    assert straight.pairs.equals(shuffled.pairs)
    assert straight.clusters.equals(shuffled.clusters)
    assert straight.weights.equals(shuffled.weights)
