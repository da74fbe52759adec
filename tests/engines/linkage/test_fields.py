"""Declared field sets: what may be declared, and what a run owes whatever the data."""

import json
import random
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobbridge.engines.linkage import Field, FieldSet, Key, Level, dedupe, link_fields, read_fields
from jobbridge.engines.linkage.fields_file import parse_fields

PEOPLE = parse_fields(
    {
        "register_key": "id",
        "feed_key": "no",
        "fields": [
            {"name": "first", "clean": ["fold"], "levels": ["exact", {"swap": "last"}, {"edit": 1}]},
            {"name": "last", "clean": ["fold"], "levels": ["exact", {"similar": 0.85}], "frequency": True},
            {"name": "born", "clean": ["date"], "levels": ["exact", "slip", {"parts": 2}], "frequency": True},
            {"name": "town", "levels": ["exact", {"prefix": 3}]},
            {"name": "height", "levels": [{"near": 2}]},
        ],
        "blocks": [["born"], ["unordered(first, last)"], ["last[:3]", "town"], ["born[4:]", "first"]],
    }
)  # fmt: skip
FIRST = ("anna", "boris", "carla", "dmitri", "elif", "farid", "greta", "hugo", "ines", "jonas")
LAST = ("müller", "rossi", "novak", "kaya", "silva", "jensen", "dubois", "horvat", "ivanov", "moreau")
TOWNS = ("lindau", "lindberg", "graz", "turin")


def crowd(rows, seed=1):
    """People who differ in nearly everything."""
    r = random.Random(seed)
    return [
        {
            "id": n, "first": r.choice(FIRST), "last": r.choice(LAST), "town": r.choice(TOWNS),
            "born": f"{r.randrange(1940, 2005)}-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}",
            "height": str(r.randrange(150, 200)),
        }
        for n in range(rows)
    ]  # fmt: skip


def doubled(rows, copies, spoil, seed=1):
    """The crowd and, for the first few, a second entry with one thing changed."""
    people = crowd(rows, seed)
    return people, people + [dict(person, id=1000 + person["id"], **spoil(person)) for person in people[:copies]]


def table(rows):
    return pa.Table.from_pylist(rows)


def found(result):
    return {(row["person_id_a"], row["person_id_b"]): row for row in result.pairs.to_pylist()}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p: {},
        lambda p: {"first": p["last"], "last": p["first"]},
        lambda p: {"last": p["last"].upper().replace("Ü", "U")},
        lambda p: {"first": p["first"][:-1] + "x"},
        lambda p: {"born": p["born"][:9] + str((int(p["born"][9]) + 1) % 10), "height": None},
        lambda p: {"born": "/".join(p["born"].split("-")), "town": None},
    ],
    ids=["same", "swapped", "accent", "edit", "slip", "notation"],
)
def test_a_second_entry_is_found(spoil):
    # Whole copies teach the rates; the spoilt ones are the question.
    _, rows = doubled(300, 40, lambda p: spoil(p) if p["id"] < 8 else {})
    pairs = found(dedupe(table(rows), fields=PEOPLE))
    assert {(n, 1000 + n) for n in range(8)} <= set(pairs)
    assert len(pairs) <= 44


def test_levels_are_told():
    _, rows = doubled(
        300, 40, lambda p: {"first": p["last"], "last": p["first"]} if p["id"] == 0 else {"height": None}
    )
    weights = {
        (r["person_id_a"], r["person_id_b"]): r for r in dedupe(table(rows), fields=PEOPLE).weights.to_pylist()
    }
    swapped, plain = weights[0, 1000], weights[1, 1001]
    assert (swapped["first_level"], swapped["last_level"], swapped["last"]) == ("swap last", None, 0)
    assert (plain["first_level"], plain["height_level"], plain["height"]) == ("exact", None, 0)
    assert swapped["height_level"] == "near 2"


def test_rare_values_weigh_more():
    people, rows = doubled(400, 60, lambda p: {})
    for row in rows:
        row["last"] = "kaya" if row["id"] % 1000 % 2 else row["last"]
    rows[0]["last"] = rows[400]["last"] = "quetzal"
    weights = {
        (r["person_id_a"], r["person_id_b"]): r for r in dedupe(table(rows), fields=PEOPLE).weights.to_pylist()
    }
    assert weights[0, 1000]["last"] > weights[1, 1001]["last"] + 3


def test_no_duplicates_no_pairs():
    result = dedupe(table(crowd(300)), fields=PEOPLE)
    assert result.report["zones"].get("auto", 0) == 0
    assert result.clusters.num_rows == 0


NUMBERS = parse_fields(
    {
        "fields": [
            {"name": name, "frequency": True} for name in ("name", "born", "phone", "card", "mail", "account")
        ],
        "blocks": ["name", "phone", "mail", "account"],
    }
)


def chain(name_of_third):
    """Sixty people entered twice, and three entries: the second shares two numbers with either of the others."""
    names = [field.name for field in NUMBERS.fields]
    rows = [dict.fromkeys(names, f"v{n % 240}") | {"person_id": n} for n in range(300)]
    blank = dict.fromkeys(names)
    first = blank | {"person_id": 900, "name": "a", "born": "a", "phone": "p", "card": "c"}
    second = blank | {"person_id": 901, "phone": "p", "card": "c", "mail": "m", "account": "k"}
    third = blank | {"person_id": 902, "name": name_of_third, "born": name_of_third, "mail": "m", "account": "k"}
    return table([*rows, first, second, third])


def of_chain(result):
    clusters = {
        row["person_id"]: (row["cluster_id"], row["size"], row["zone"], row["note"])
        for row in result.clusters.to_pylist()
    }
    return clusters[900], {key: (row["zone"], row["note"]) for key, row in found(result).items() if key[0] >= 900}


def test_a_chain_of_entries_is_one_cluster():
    cluster, pairs = of_chain(dedupe(chain(None), fields=NUMBERS))
    assert cluster == (900, 3, "auto", None)
    assert pairs == {(900, 901): ("auto", None), (901, 902): ("auto", None)}


def test_a_chain_between_strangers_is_held():
    cluster, pairs = of_chain(dedupe(chain("z"), fields=NUMBERS))
    assert cluster == (900, 3, "review", "contradiction")
    assert pairs == {(900, 901): ("review", "contradiction"), (901, 902): ("review", "contradiction")}


def test_a_large_cluster_is_held():
    cluster, pairs = of_chain(dedupe(chain(None), fields=replace(NUMBERS, max_cluster=2)))
    assert cluster == (900, 3, "review", "too_large")
    assert set(pairs.values()) == {("review", "too_large")}


def test_members_no_block_compared_are_compared():
    result = dedupe(chain("a"), fields=replace(NUMBERS, blocks=NUMBERS.blocks[1:]))
    row = found(result)[900, 902]
    assert (row["stage"], row["zone"]) == ("C", "auto")


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_tiny_registers(rows):
    schema = table(crowd(1)).schema
    small = pa.Table.from_pylist(crowd(rows), schema=schema)
    result = dedupe(small, fields=PEOPLE)
    assert result.pairs.num_rows == 0
    assert result.pairs.column_names == ["person_id_a", "person_id_b", "posterior", "zone", "stage", "note"]
    links = link_fields(small, small.rename_columns({"id": "no"}), PEOPLE).links
    assert links.num_rows == rows


@pytest.mark.parametrize(
    ("rename", "message"),
    [
        (
            {"last": "surname"},
            "register: column 'last' of field 'last' is missing (columns found: id, first, surname",
        ),
        ({"id": "key"}, "register: column 'id' is missing"),
        ({"last": "first"}, "register: column 'first' of field 'first' appears more than once"),
    ],
)
def test_wrong_columns_are_named(rename, message):
    rows = table(crowd(5))
    rows = rows.rename_columns([rename.get(name, name) for name in rows.column_names])
    with pytest.raises(ValueError, match="register") as caught:
        dedupe(rows, fields=PEOPLE)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fields": []}, "fields must be a list with at least one entry"),
        ({"blocks": ["born", "street"]}, "block key 'street': there is no field 'street'"),
        ({"blocks": ["born;drop table x"]}, "is not a field, field[a:b] or unordered(a, b)"),
        ({"fields": [{"name": "born", "levels": ["exakt"]}]}, "field 'born': unknown level 'exakt'"),
        ({"fields": [{"name": "born", "levels": [{"edit": "1"}]}]}, "field 'born': level 'edit' needs a int"),
        ({"fields": [{"name": "born", "levels": [{"similar": 1.5}]}]}, "'similar': 1.5 is out of range"),
        (
            {"fields": [{"name": "born", "levels": [{"swap": "died"}]}]},
            "field 'born', swap: there is no field 'died'",
        ),
        ({"fields": [{"name": "born", "clean": ["soap"]}]}, "field 'born': unknown cleaning 'soap'"),
        ({"fields": [{"name": "born", "levels": [{"edit": 1}], "frequency": True}]}, "frequency needs 'exact'"),
        ({"fields": [{"name": "born", "wieght": 3}]}, "a field: unknown word(s) wieght"),
        ({"fields": ["born", "born"]}, "field names repeat: born"),
        ({"fields": ["Born day"]}, "must be a lower-case identifier"),
        ({"auto": 0.2}, "need 0 < review <= auto < 1"),
        ({"max_block": "many"}, "max_block: cannot be 'many'"),
        ({"thresholds": 1}, "the field set: unknown word(s) thresholds"),
    ],
)
def test_a_bad_declaration_says_why(tmp_path, change, message):
    path = tmp_path / "fields.json"
    path.write_text(json.dumps({"fields": ["born"], "blocks": ["born"]} | change), encoding="utf-8")
    with pytest.raises(ValueError, match="fields.json") as caught:
        read_fields(path)
    assert message in str(caught.value)


def test_yaml_and_json_read_alike(tmp_path):
    (tmp_path / "a.yaml").write_text("fields: [{name: born, levels: [exact, {edit: 1}]}]\nblocks: [born]\n", "utf-8")
    (tmp_path / "a.json").write_text(
        '{"fields": [{"name": "born", "levels": ["exact", {"edit": 1}]}], "blocks": [["born"]]}', "utf-8"
    )
    declared = FieldSet((Field("born", levels=(Level("exact"), Level("edit", 1))),), ((Key.parse("born"),),))
    assert read_fields(tmp_path / "a.yaml") == read_fields(tmp_path / "a.json") == declared
    (tmp_path / "b.yaml").write_text("fields: [", "utf-8")
    with pytest.raises(ValueError, match=r"b\.yaml"):
        read_fields(tmp_path / "b.yaml")
    with pytest.raises(ValueError, match="must end in"):
        read_fields(tmp_path / "b.txt")


MANY = st.lists(
    st.tuples(
        st.sampled_from([*FIRST[:4], None]),
        st.sampled_from([*LAST[:4], None]),
        st.sampled_from(["1990-01-02", "1990-02-01", "1990-01-03", "1985-07-30", None]),
        st.sampled_from([*TOWNS, None]),
        st.sampled_from(["170", "171", "x", None]),
    ),
    min_size=2,
    max_size=25,
)
SCHEMA = pa.schema(
    [("id", pa.int64()), *((name, pa.string()) for name in ("first", "last", "born", "town", "height"))]
)


def made(drawn):
    names = ("first", "last", "born", "town", "height")
    return [{"id": n} | dict(zip(names, values, strict=True)) for n, values in enumerate(drawn)]


@settings(max_examples=12, deadline=None)
@given(MANY, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(drawn, shuffler):
    rows = made(drawn)
    straight = dedupe(pa.Table.from_pylist(rows, schema=SCHEMA), fields=PEOPLE)
    shuffler.shuffle(rows)
    shuffled = dedupe(pa.Table.from_pylist(rows, schema=SCHEMA), fields=PEOPLE)
    assert straight.pairs.equals(shuffled.pairs)
    assert straight.clusters.equals(shuffled.clusters)
    assert straight.weights.equals(shuffled.weights)


@settings(max_examples=12, deadline=None)
@given(MANY, MANY)
def test_weights_add_up_and_posteriors_share_one(register, feed):
    result = link_fields(
        pa.Table.from_pylist(made(register), schema=SCHEMA),
        pa.Table.from_pylist(made(feed), schema=SCHEMA).rename_columns({"id": "no"}),
        PEOPLE,
    )
    assert result.links["record_id"].to_pylist() == list(range(len(feed)))
    shares = {}
    for row in result.weights.to_pylist():
        parts = [row[field.name] for field in PEOPLE.fields] + [row["prior"]]
        assert round(sum(parts), 3) == row["total"]
        shares[row["record_id"]] = shares.get(row["record_id"], 0) + row["posterior"]
    assert all(share <= 1 + 1e-9 for share in shares.values())
