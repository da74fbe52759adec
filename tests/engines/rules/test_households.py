"""Households from their members: the SQL that counts, and the definitions that read the counts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable

import duckdb
import psycopg
import pytest

from jobbridge.engines.rules import (
    ROLES,
    Definition,
    RuleError,
    Unit,
    evaluate_one,
    household_facts_sql,
    person_verdicts_sql,
)
from tests.engines.rules.support import (
    DAY,
    Row,
    add_duckdb_table,
    columns_of,
    duckdb_answers,
    duckdb_table,
    postgres_answers,
    postgres_table,
    random_rows,
)

Find = Callable[[str], Definition]
T, F, N = True, False, None
Member = tuple[bool | None, bool | None, bool | None]  # labour force, employed, willing
Home = tuple[Member, ...]

VERDICT_COLUMNS = {"person_id": "INTEGER", "household_id": "INTEGER", **dict.fromkeys(ROLES, "BOOLEAN")}
HOUSE_COLUMNS = {
    "household_id": "INTEGER",
    "residence": "TEXT",
    "category": "TEXT",
    "risk_cleared": "BOOLEAN",
    "relocated": "BOOLEAN",
    "farm_business": "BOOLEAN",
    "days_since_visit": "INTEGER",
}


def homes_table(homes: Iterable[Home], **house: object) -> duckdb.DuckDBPyConnection:
    """Households numbered in order; `house` gives their own facts."""
    members = [
        {"household_id": number, "labour_force": labour, "employed": employed, "willing": willing}
        for number, home in enumerate(homes)
        for labour, employed, willing in home
    ]
    connection = duckdb_table("members", VERDICT_COLUMNS, members)
    rows: list[Row] = [{"household_id": number, **house} for number, _ in enumerate(homes)]
    add_duckdb_table(connection, "homes", HOUSE_COLUMNS, rows)
    return connection


def verdicts(definition: Definition, homes: list[Home], **house: object) -> dict[Home, bool | None]:
    facts = household_facts_sql("members", "homes", "duckdb")
    sql = definition.compile(DAY, facts=facts, dialect="duckdb", key="household_id").sql
    found = duckdb_answers(homes_table(homes, **house), sql)
    return {home: found[number]["verdict"] for number, home in enumerate(homes)}


CHILD: Member = (F, N, N)
ZERO = [
    ((CHILD, CHILD), F, "nobody of the labour force: not a zero household"),
    (((T, F, T),), T, "one seeker"),
    (((T, F, T), CHILD), T, "what is unknown about a child does not matter"),
    (((T, F, T), (T, F, F)), T, "one willing is enough"),
    (((T, F, F), (T, F, F)), F, "nobody willing"),
    (((T, F, T), (T, T, N)), F, "one known employed decides, whatever else is unknown"),
    (((T, N, N), (T, T, N)), F, "one known employed decides"),
    (((T, N, T),), N, "employment unknown"),
    (((T, F, T), (T, N, T)), N, "one member's employment unknown, nobody known employed"),
    (((T, F, N),), N, "willingness unknown"),
    (((T, F, T), (T, F, N)), N, "one member's willingness unknown: a survey first, never yes"),
    (((T, F, F), (T, F, N)), N, "one unwilling, one not asked"),
    (((T, N, F),), N, "unwilling, employment unknown: a survey task"),
    (((N, F, T),), N, "may be of the labour force"),
    (((N, T, N),), N, "in work, but whether of the labour force is unknown"),
    (((T, F, T), (N, T, N)), N, "the other's job counts only if of the labour force"),
    (((T, F, T), (N, F, F)), T, "out of work either way: zero either way"),
    (((F, T, T), (T, F, T)), T, "the job of a pensioner does not count"),
    ((), F, "no members"),
]  # fmt: skip


@pytest.mark.parametrize(("home", "expected", "why"), ZERO, ids=[row[2] for row in ZERO])
def test_zero_employment(definition: Find, home: Home, expected: bool | None, why: str) -> None:
    assert verdicts(definition("zero_employment"), [home])[home] is expected


EVERY = [*itertools.product((T, F, N), repeat=3)]
SMALL_HOMES: list[Home] = [
    (),
    *((member,) for member in EVERY),
    *itertools.combinations_with_replacement(EVERY, 2),
]


def completions(home: Home) -> Iterable[Home]:
    """Every way the unknowns of a household may turn out."""
    known = [
        [*itertools.product(*((T, F) if value is None else (value,) for value in member))] for member in home
    ]
    for members in itertools.product(*known):
        yield tuple(sorted(members, key=EVERY.index))


@pytest.mark.parametrize("name", ["zero_employment", "zero_employment_law56", "one_stable_job"])
def test_a_known_answer_never_flips_when_members_become_known(definition: Find, name: str) -> None:
    found = verdicts(definition(name), SMALL_HOMES, residence="urban")
    for home, verdict in found.items():
        if verdict is not None:
            assert {found[each] for each in completions(home)} == {verdict}, home


def test_zero_employment_is_never_yes_or_no_by_a_gap_in_knowledge(definition: Find) -> None:
    """The rule as written: employment or willingness unknown and nobody known employed is unknown."""
    for home, verdict in verdicts(definition("zero_employment"), SMALL_HOMES).items():
        labour = [member for member in home if member[0] is T]
        if any(member[1] is T for member in labour) or all(member[0] is F for member in home):
            assert verdict is F, home
        elif any(member[1] is N or (member[1] is F and member[2] is N) for member in labour):
            assert verdict is N, home
        elif all(member[0] is not N for member in home):
            assert verdict is any(member[2] for member in labour), home


def test_zero_employment_parameters(definition: Find) -> None:
    one, two = ((T, F, T),), ((T, F, T), CHILD)
    zero = definition("zero_employment")
    facts = household_facts_sql("members", "homes", "duckdb")
    for relocated, overrides, expected in [
        (None, {"min_members": 2}, [F, T]),
        (True, {"relocated_only": True}, [T, T]),
        (False, {"relocated_only": True}, [F, F]),
        (None, {"relocated_only": True}, [N, N]),
    ]:
        connection = homes_table([one, two], relocated=relocated)
        compiled = zero.compile(DAY, facts=facts, dialect="duckdb", key="household_id", overrides=overrides)
        found = duckdb_answers(connection, compiled.sql)
        assert [found[0]["verdict"], found[1]["verdict"]] == expected


LAW56 = {"labour_count": 2, "labour_unknown_count": 0, "employed_count": 0, "employment_unknown_count": 0,
         "unregistered_count": 0, "registered_unknown_count": 0, "residence": "urban"}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, T),
        ({"residence": "rural"}, F),
        ({"residence": None}, N),
        ({"labour_count": 0}, F),
        ({"labour_count": 0, "labour_unknown_count": 1}, N),
        ({"employed_count": 1, "registered_unknown_count": 1}, F),
        ({"employment_unknown_count": 1}, N),
        ({"unregistered_count": 1}, F),
        ({"registered_unknown_count": 1}, N),
    ],
)
def test_law56_is_urban_and_registered(definition: Find, change: Row, expected: bool | None) -> None:
    law56 = definition("zero_employment_law56")
    assert law56.variant_of == "zero_employment"
    assert evaluate_one(law56, {**LAW56, **change}, DAY).verdict is expected
    rural = {**LAW56, "residence": "rural", "farm_business": False, **change}
    if "residence" not in change:
        transfer = definition("zero_employment_rural_transfer")
        assert evaluate_one(transfer, rural, DAY).verdict is expected
        assert evaluate_one(transfer, {**rural, "farm_business": True}, DAY).verdict is F


def stable_facts(*counts: int) -> Row:
    names = ("labour_count", "labour_unknown_count", "stable_count", "stable_unknown_count")
    return dict(zip(names, counts, strict=True))


@pytest.mark.parametrize(
    ("name", "facts", "expected"),
    [
        ("monitored", {"category": "边缘易致贫户", "risk_cleared": False}, T),
        ("monitored", {"category": "突发严重困难户", "risk_cleared": True}, F),
        ("monitored", {"category": "脱贫户", "risk_cleared": None}, F),
        ("monitored", {"category": "脱贫不稳定户", "risk_cleared": None}, N),
        ("monitored", {"category": None, "risk_cleared": False}, N),
        ("monitored", {"category": None, "risk_cleared": True}, F),
        ("one_stable_job", stable_facts(1, 0, 1, 1), T),
        ("one_stable_job", stable_facts(2, 0, 0, 1), N),
        ("one_stable_job", stable_facts(2, 1, 0, 0), F),
        ("one_stable_job", stable_facts(0, 0, 0, 0), F),
        ("not_visited_30d", {"days_since_visit": 30}, F),
        ("not_visited_30d", {"days_since_visit": 31}, T),
        ("not_visited_30d", {"days_since_visit": None}, T),
    ],
)  # fmt: skip
def test_other_household_definitions(definition: Find, name: str, facts: Row, expected: bool | None) -> None:
    assert evaluate_one(definition(name), facts, DAY).verdict is expected


def count(members: list[Row]) -> dict[str, int]:
    """The counts once more, in plain Python."""

    def both(*values: object) -> bool | None:
        return F if F in values else N if N in values else T

    def opposite(value: object) -> bool | None:
        return None if value is None else not value

    sentences = {
        "labour": [m["labour_force"] for m in members],
        "employed": [both(m["labour_force"], m["employed"]) for m in members],
        "stable": [both(m["labour_force"], m["stable"]) for m in members],
        "registered": [both(m["labour_force"], opposite(m["registered"])) for m in members],
    }
    return {
        "members": len(members),
        "labour_count": sentences["labour"].count(T),
        "labour_unknown_count": sentences["labour"].count(N),
        "employed_count": sentences["employed"].count(T),
        "employment_unknown_count": sentences["employed"].count(N),
        "willing_count": sum(
            both(m["labour_force"], opposite(m["employed"]), m["willing"]) is T for m in members
        ),
        "willing_unknown_count": sum(
            m["labour_force"] is not F and m["employed"] is F and m["willing"] is N for m in members
        ),
        "stable_count": sentences["stable"].count(T),
        "stable_unknown_count": sentences["stable"].count(N),
        "unregistered_count": sentences["registered"].count(T),
        "registered_unknown_count": sentences["registered"].count(N),
    }


@pytest.mark.parametrize(
    "name", ["zero_employment", "zero_employment_law56", "zero_employment_rural_transfer"]
)
def test_from_person_facts_to_counts_in_both_databases(
    definition: Find, definitions: list[Definition], postgres: psycopg.Connection, name: str
) -> None:
    household = definition(name)
    persons = [
        {**row, "household_id": int(str(row["person_id"])) // 3}
        for row in random_rows(Unit.PERSON, 1500, seed=11)
    ]
    houses: list[Row] = [{"household_id": number, "residence": "urban"} for number in range(510)]
    columns = {"household_id": "INTEGER", **columns_of(Unit.PERSON)}
    connection = duckdb_table("persons", columns, persons)
    add_duckdb_table(connection, "homes", HOUSE_COLUMNS, houses)
    postgres_table(postgres, "persons", columns, persons)
    postgres_table(postgres, "homes", HOUSE_COLUMNS, houses)

    found = {}
    for dialect, ask in [("duckdb", duckdb_answers), ("postgres", postgres_answers)]:
        link = connection if dialect == "duckdb" else postgres
        members = person_verdicts_sql(definitions, [household], DAY, facts="persons", dialect=dialect)
        found[dialect] = ask(link, household_facts_sql(members, "homes", dialect))
    assert found["duckdb"] == found["postgres"]

    roles = {role: definition(who) for role, who in household.members.items()}
    by_home: dict[int, list[Row]] = {number: [] for number in range(510)}
    for row in persons:
        facts = {key: value for key, value in row.items() if not key.endswith("_id")}
        by_home[int(str(row["household_id"]))].append(
            {role: evaluate_one(roles[role], facts, DAY).verdict if role in roles else None for role in ROLES}
        )
    for number, members_of in by_home.items():
        expected = count(members_of)
        assert {key: found["duckdb"][number][key] for key in expected} == expected
    assert found["duckdb"][505]["members"] == 0


def test_variants_are_counted_apart(definition: Find, definitions: list[Definition]) -> None:
    pair = [definition("zero_employment"), definition("zero_employment_rural_transfer")]
    with pytest.raises(RuleError, match="须分开统计") as caught:
        person_verdicts_sql(definitions, pair, DAY, facts="persons", dialect="postgres")
    assert caught.value.code == "members_differ"
    together = [
        definition("zero_employment"),
        definition("one_stable_job"),
        definition("zero_employment_law56"),
    ]
    sql = person_verdicts_sql(
        definitions, together, DAY, facts="persons", dialect="postgres", overrides={"stable_months": 6}
    )
    assert "months_continuous >= 6" in sql
    with pytest.raises(RuleError, match="没有名为“wages”的参数"):
        person_verdicts_sql(
            definitions, together, DAY, facts="persons", dialect="postgres", overrides={"wages": 6}
        )
