"""From answers about persons to facts about their households, as SQL.

A household fact is a count of members for whom a three-valued sentence is true, beside the count of those for
whom it is unknown. No count is itself unknown, so a household definition can say exactly when it does not know:
``employed_count = 0 AND (employment_unknown_count = 0 OR NULL)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from .compile import DIALECTS, relation, verdicts_sql
from .definition import Definition, Value, pick
from .errors import RuleError

# What a household definition may ask of its members; `members:` in the YAML names the person definition that
# answers each. A role nobody asks for is a column of unknowns.
ROLES = ("labour_force", "employed", "willing", "stable", "registered")

# Count by name: the sentence about one member, and which of its answers is counted.
_COUNTS = {
    "labour_count": "m.labour_force",
    "labour_unknown_count": "m.labour_force IS NULL",
    "employed_count": "m.labour_force AND m.employed",
    "employment_unknown_count": "(m.labour_force AND m.employed) IS NULL",
    "willing_count": "m.labour_force AND NOT m.employed AND m.willing",
    # Whoever is or may be of the labour force, is not in work and was not asked lately.
    "willing_unknown_count": "(m.labour_force OR m.labour_force IS NULL) AND NOT m.employed AND m.willing IS NULL",
    "stable_count": "m.labour_force AND m.stable",
    "stable_unknown_count": "(m.labour_force AND m.stable) IS NULL",
    "unregistered_count": "m.labour_force AND NOT m.registered",
    "registered_unknown_count": "(m.labour_force AND NOT m.registered) IS NULL",
}


def household_facts_sql(person_verdicts: str, households: str, dialect: str) -> str:
    """Count members by household.

    Parameters
    ----------
    person_verdicts : str
        Table or SELECT with one row a member: ``household_id`` and a nullable boolean for each of `ROLES`
        (see `person_verdicts_sql`).
    households : str
        Table or SELECT with one row a household: ``household_id`` and the household's own facts, all passed
        through.
    dialect : {'duckdb', 'postgres', 'spark'}
        The SQL uses only what the three have in common and is the same for all.

    Returns
    -------
    str
        A SELECT of the columns of `households`, ``members`` and the counts; a household without members has
        zeros.
    """
    if dialect not in DIALECTS:
        raise RuleError("unknown_dialect", dialect, f"只支持 {'、'.join(DIALECTS)}")
    counts = ", ".join(
        f"SUM(CASE WHEN {sentence} THEN 1 ELSE 0 END) AS {name}" for name, sentence in _COUNTS.items()
    )
    names = ["members", *_COUNTS]
    selected = ", ".join(f"COALESCE(c.{name}, 0) AS {name}" for name in names)
    return (
        f"SELECT h.*, {selected} FROM {relation(households)} AS h LEFT JOIN ("
        f"SELECT m.household_id AS counted_id, COUNT(*) AS members, {counts} "
        f"FROM {relation(person_verdicts)} AS m GROUP BY m.household_id"
        ") AS c ON c.counted_id = h.household_id"
    )


def person_verdicts_sql(
    definitions: Iterable[Definition],
    households: Iterable[Definition],
    on: date,
    *,
    facts: str,
    dialect: str,
    overrides: Mapping[str, Value] | None = None,
) -> str:
    """The rows `household_facts_sql` counts, in one scan of the person facts.

    Parameters
    ----------
    definitions : iterable of Definition
        Where the person definitions are looked up.
    households : iterable of Definition
        Household definitions to be answered from the counts; they must agree on who answers each role (a
        variant with its own labour force needs its own counts).
    on, dialect, overrides
        As for `compile.verdicts_sql`.
    facts : str
        Person facts with ``person_id`` and ``household_id``.

    Raises
    ------
    RuleError
        ``members_differ`` when two household definitions want different counts.
    """
    roles: dict[str, str] = {}
    asked_by: dict[str, str] = {}
    for household in households:
        for role, name in household.members.items():
            if roles.setdefault(role, name) != name:
                raise RuleError("members_differ", household.id, f"“{role}”与{asked_by[role]}不同，须分开统计")
            asked_by[role] = household.id
    known = list(definitions)
    columns = {role: pick(known, roles[role], on) if role in roles else None for role in ROLES}
    sql = verdicts_sql(
        columns, on, facts=facts, dialect=dialect, keep=("person_id", "household_id"), overrides=overrides
    )
    # PostgreSQL would merge this into the counting query and work out every answer again for every count
    # (1,000,000 persons: 2.8 s instead of 1.6 s); it does not look through an OFFSET.
    return f"{sql} OFFSET 0" if dialect == "postgres" else sql
