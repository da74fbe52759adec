"""Persons entered twice: found on demand, kept as questions, settled by whoever has asked. Nobody is merged here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.linkage.models import DuplicateSuspicion
from jobbridge.apps.linkage.reading import read_register
from jobbridge.apps.linkage.services import LEVELS
from jobbridge.kernel.division import ancestors, padded, prefix

Report = Callable[..., None]
# The likeliest pairs of one search that are kept; more than this means that the ledger, not a person, is doubled.
KEPT = 5_000
# The ledger takes an id number once, so whoever is in it twice has two of them, nearly alike or not: that the numbers
# differ speaks neither for two people nor for one.
OTHER_ID = (0.1, 0.9)

KEEP = """
INSERT INTO linkage_duplicatesuspicion AS d (person_a_id, person_b_id, region_code, posterior, hold, levels, weights,
  state, found_on, note, decided_by)
SELECT person_a, person_b, t.region_code, posterior, hold, levels, weights, 'open', %(on)s, '', ''
FROM t_duplicates t JOIN registry_person a ON a.id = t.person_a JOIN registry_person b ON b.id = t.person_b
ORDER BY person_a, person_b
ON CONFLICT (person_a_id, person_b_id) DO UPDATE SET region_code = excluded.region_code,
  posterior = excluded.posterior, hold = excluded.hold, levels = excluded.levels, weights = excluded.weights,
  state = CASE WHEN d.state = 'lapsed' THEN 'open' ELSE d.state END
WHERE (d.region_code, d.posterior, d.hold, d.levels, d.weights) IS DISTINCT FROM (excluded.region_code,
  excluded.posterior, excluded.hold, excluded.levels, excluded.weights) OR d.state = 'lapsed'
"""
LAPSE = """
UPDATE linkage_duplicatesuspicion d SET state = 'lapsed' WHERE d.state = 'open'
  AND NOT EXISTS (SELECT 1 FROM t_duplicates t WHERE t.person_a = d.person_a_id AND t.person_b = d.person_b_id)
"""


def find_duplicates(*, on: date, actor: Actor, progress: Report) -> dict[str, int]:
    """Look for persons entered twice among those the actor may see, and keep the pairs worth a look.

    What was settled stays settled, whatever a later search thinks of it; an open pair that is not found any more
    lapses. Returns the pairs ``found`` now, those of them ``kept``, and how many wait for a word (``open``).
    """
    # Here and not above: pages import this module for decisions and need no DuckDB.
    from jobbridge.engines.linkage import Parameters, dedupe

    # Between reading and writing no transaction is open: the comparison may take minutes, and holds nobody up.
    progress("读取台账", 0, 0)
    with acting_as(actor):
        register = read_register()
    progress("查找重复人员", 0, register.num_rows)
    found = dedupe(register, parameters=Parameters(other_id_rates=OTHER_ID))
    places = dict(zip(*(register[name].to_pylist() for name in ("person_id", "village_code")), strict=True))
    both = zip(found.pairs.to_pylist(), found.weights.to_pylist(), strict=True)
    sexes = dict(zip(*(register[name].to_pylist() for name in ("person_id", "sex")), strict=True))
    rows = [
        (pair, why) for pair, why in both if worth_asking(why, sexes[pair["person_id_a"]], sexes[pair["person_id_b"]])
    ]
    kept = sorted(rows, key=_likeliest_first)[:KEPT]
    progress("写入结果", 0, len(kept))
    with acting_as(actor):
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS t_duplicates")
            cursor.execute(
                "CREATE TEMP TABLE t_duplicates (person_a bigint, person_b bigint, region_code text,"
                " posterior float8, hold text, levels jsonb, weights jsonb) ON COMMIT DROP"
            )
            with cursor.copy("COPY t_duplicates FROM STDIN") as copy:
                for pair, why in kept:
                    a, b = pair["person_id_a"], pair["person_id_b"]
                    levels = {name: why[f"{name}_level"] for name in LEVELS}
                    weights = {name: round(why[name], 2) for name in (*LEVELS, "prior")}
                    shared = shared_area(places[a], places[b])
                    copy.write_row(
                        (a, b, shared, pair["posterior"], pair["note"] or "", json.dumps(levels), json.dumps(weights))
                    )
            cursor.execute("ANALYZE t_duplicates")
            cursor.execute(KEEP, {"on": on})
            cursor.execute(LAPSE)
        waiting = DuplicateSuspicion.objects.visible_to(actor).filter(state="open").count()
    return {"found": len(rows), "kept": len(kept), "open": waiting}


def settle_duplicate(*, actor: Actor, duplicate_id: int, state: str, note: str, now: datetime) -> DuplicateSuspicion:
    """Say whether two entries are one person, with a ``note`` of how one knows or without; "open" takes that back.

    Nothing is merged: both stay in the ledger. Raises DuplicateSuspicion.DoesNotExist outside the actor's scope,
    ValueError for another state.
    """
    if state not in ("open", "same", "different"):
        raise ValueError("请选择核实结果")
    note = note.strip()[:200]
    found = DuplicateSuspicion.objects.visible_to(actor).select_for_update().get(pk=duplicate_id)
    found.state, found.note = state, note
    found.decided_by, found.decided_at = (actor.key, now) if state != "open" else ("", None)
    found.save(update_fields=["state", "note", "decided_by", "decided_at"])
    return found


def _likeliest_first(row: tuple[dict[str, Any], dict[str, Any]]) -> tuple[float, int, int]:
    pair, _ = row
    return -pair["posterior"], pair["person_id_a"], pair["person_id_b"]


def worth_asking(levels: Mapping[str, Any], sex: str | None = "", other_sex: str | None = "") -> bool:
    """Whether to bother somebody with a pair: two id numbers with two birth dates are two people, unless one phone
    stands beside exactly one name; and so are a sister and a brother born on one day.
    """
    siblings = bool(sex and other_sex) and sex != other_sex and levels["name_level"] != "exact"
    if siblings and levels["id_level"] == "different":
        return False
    return (
        levels["id_level"] != "different"
        or levels["birth_level"] != "other"
        or (levels["name_level"] == "exact" and levels["phone_level"] in ("own", "proven"))
    )


def shared_area(one: str, other: str) -> str:
    """The smallest area that holds both villages; the county for places that have nothing in common."""
    if one == other:
        return one
    above = {*ancestors(other), prefix(other)}
    shared = [code for code in (*ancestors(one), prefix(one)) if code in above]
    return padded(shared[-1] if shared else settings.COUNTY_CODE)
