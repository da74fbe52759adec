"""One value in, one clean value out."""

import duckdb
import pyarrow as pa
import pytest

from jobbridge.engines.linkage.columns import FEED, load
from jobbridge.engines.linkage.normalise import normalise
from tests.engines.linkage.county import check_sign, make_id


def clean(**raw):
    """The normalised feed row of one raw row."""
    with duckdb.connect() as con:
        load(con, pa.table({"record_id": [1], **{k: [v] for k, v in raw.items()}}), FEED, pa.int64())
        normalise(con, FEED)
        return con.sql("from feed").to_arrow_table().to_pylist()[0]


GOOD = make_id("990235", "19900307", 123)
SHORT = GOOD[:6] + GOOD[8:17]


@pytest.mark.parametrize(
    ("given", "kind", "text"),
    [
        (GOOD, "valid", GOOD),
        (f" {GOOD[:6]} {GOOD[6:14]}-{GOOD[14:]}", "valid", GOOD),
        ("".join(chr(ord(c) + 0xFEE0) for c in GOOD), "valid", GOOD),
        (SHORT, "valid", GOOD),
        (GOOD[:17] + ("0" if GOOD[17] != "0" else "1"), "wrong", None),
        ("990235199002301234", "wrong", None),
        (GOOD[:10] + GOOD[11:], "wrong", GOOD[:10] + GOOD[11:]),
        ("无", None, None),
        ("0", None, None),
        (None, None, None),
        ("******************", None, None),
    ],
)
def test_id(given, kind, text):
    row = clean(id_number=given)
    assert row["id_kind"] == kind
    if text or not kind:
        assert row["id_text"] == text


def test_impossible_date_fails_despite_its_checksum():
    body = "99023519900230123"
    assert clean(id_number=body + check_sign(body))["id_kind"] == "wrong"


def test_lower_case_check_sign():
    number = next(n for n in (make_id("990235", "19900307", k) for k in range(1000)) if n.endswith("X"))
    assert clean(id_number=number.lower())["id_text"] == number


@pytest.mark.parametrize(
    ("given", "head", "end", "tail"),
    [
        ("990235********1234", "990235", "1234", "1234"),
        ("9902XXXXXXXXXX123X", "9902", "123X", "123X"),
        ("990235■■■■■■■■12", "990235", "12", None),
        ("**************1234", "", "1234", "1234"),
        ("9902351990****", "9902351990", "", None),
    ],
)
def test_masked_id(given, head, end, tail):
    row = clean(id_number=given)
    assert (row["id_kind"], row["id_head"], row["id_end"], row["id_tail"]) == ("masked", head, end, tail)


@pytest.mark.parametrize(
    ("given", "phone"),
    [
        ("16400001111", 16400001111),
        ("+86 164-0000-1111", 16400001111),
        ("0086 16400001111", 16400001111),
        ("１６４００００１１１１", 16400001111),
        ("16400001111.0", 16400001111),
        ("16400001111/16400002222", 16400001111),
        ("164****1111", None),
        ("02368880000", None),
        ("1640000111", None),
        ("", None),
    ],
)
def test_phone(given, phone):
    assert clean(phone=given)["phone"] == phone


def test_integer_columns_are_read_as_text():
    row = clean(phone=16400001111, village_code=990235100201)
    assert (row["phone"], row["village"], row["town"]) == (16400001111, "990235100201", "990235100")


@pytest.mark.parametrize(
    ("given", "village", "town"),
    [
        ("990235100201", "990235100201", "990235100"),
        ("990235100000", None, "990235100"),
        ("990235100", None, "990235100"),
        ("990235000000", None, None),
        ("990235", None, None),
        ("柏木村", "柏木村", "柏木村"),
    ],
)
def test_place(given, village, town):
    row = clean(village_code=given)
    assert (row["village"], row["town"]) == (village, town)


BIRTHS = ["19900307", "1990-03-07", "1990/3/7", "1990.3.7", "1990年3月7日", "1990-03-07 00:00:00"]
SEXES = [("男", "男"), ("女性", "女"), ("1", "男"), ("2", "女"), ("f", "女"), ("未知", None)]


@pytest.mark.parametrize("given", BIRTHS)
def test_birth(given):
    assert clean(birth_date=given)["birth"] == "19900307"


@pytest.mark.parametrize("given", ["19900230", "1990", "不详"])
def test_no_birth(given):
    assert clean(birth_date=given)["birth"] is None


@pytest.mark.parametrize(("given", "sex"), SEXES)
def test_sex(given, sex):
    assert clean(sex=given)["sex"] == sex


def test_a_valid_id_tells_sex_and_birth():
    row = clean(id_number=GOOD)
    assert (row["sex"], row["birth"], row["sex_told"], row["birth_told"]) == ("男", "19900307", False, False)
