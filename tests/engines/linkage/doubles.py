"""A made-up county in which some people were entered twice or thrice, with the truth."""

from __future__ import annotations

import random
from itertools import combinations

import pyarrow as pa

from tests.engines.linkage.county import Builder, Names, build

_SPOILT_IDS = ("digit", "swap", "drop")
_SPOILT_NAMES = ("sound", "swap", "drop", "old_form")


def double(people: int, copies: int, seed: int) -> tuple[pa.Table, set[tuple[int, int]]]:
    """A register of ``people`` persons, ``copies`` of them entered again, and the true pairs of person_ids.

    A second entry often lacks the id, has it wrong or masked, has an old phone or none, a misheard name, another
    household or village.  One in ten of these people is entered a third time.
    """
    rows = build(people, 1, seed).register.to_pylist()
    r = random.Random(seed + 1)
    damage = Builder(1, 1, seed + 2, 0.0, 1.0, Names.small())
    entries = {row["person_id"]: [row["person_id"]] for row in rows}
    added = []
    for person in r.sample(rows, copies):
        for _ in range(2 if r.random() < 0.1 else 1):
            number = len(rows) + len(added)
            added.append(_entered_again(person, number, rows, r, damage))
            entries[person["person_id"]].append(number)
    table = pa.Table.from_pylist(r.sample(rows + added, len(rows) + len(added)))
    return table, {pair for keys in entries.values() for pair in combinations(keys, 2)}


def _entered_again(person: dict, number: int, rows: list[dict], r: random.Random, damage: Builder) -> dict:
    entry = dict(person, person_id=number)
    draw = r.random()
    if draw < 0.45:
        entry["id_number"] = None
    elif draw < 0.6:
        entry["id_number"] = damage.bad_id(person["id_number"], r.choice(_SPOILT_IDS))
    elif draw < 0.7:
        entry["id_number"] = f"{person['id_number'][:6]}********{person['id_number'][14:]}"
    if r.random() < 0.15:
        entry["name"] = damage.bad_name(person["name"], r.choice(_SPOILT_NAMES))
    if r.random() < 0.35:
        entry["phone"] = f"164{r.randrange(10**8):08d}" if r.random() < 0.7 else None
    if r.random() < 0.15:
        entry["birth_date"] = None
    if r.random() < 0.3:
        entry["household_id"] = 1_000_000 + number
    if r.random() < 0.1:
        entry["village_code"] = r.choice(rows)["village_code"]
    return entry
