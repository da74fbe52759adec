"""From weights to a probability, a zone and the reason a link waits for a person.

A row's candidates compete with each other and with "not in the register", whose odds are one:
posterior = 2**total / (1 + sum of 2**total).

An id that is right to the last sign under a wholly different name may be a misused one: whatever its
posterior, a person looks at it.
"""

from __future__ import annotations

import duckdb

from .parameters import Parameters

# Odds are added as whole numbers of 2**-_SCALE of the row's best candidate: exact, so the order in which
# threads meet the rows cannot show in the last digit.
_SCALE = 40
_LARGEST = 200.0


def alone(total: str) -> str:
    """SQL of a pair's posterior when nothing but "no" competes with it, rounded down to six decimals."""
    return f"floor(1e6 / (1 + {_odds_against(total)})) / 1e6"


def ranked(scored: str) -> str:
    """Query giving the rows of ``scored`` with place (1 best, ties to the smaller id) and posterior."""
    return f"""with placed as (
            select record, person, total, first_value(total) over best as top, row_number() over best as place
            from {scored} window best as (partition by record order by total desc, person)),
        odds as (select record, person, top, place, (pow(2, greatest(total - top, -60)) * {2**_SCALE})::bigint as part
            from placed),
        shared as (select record, sum(part) as parts from odds group by 1)
        select s.*, place,
            floor(1e6 * part / (parts::double + {2**_SCALE}::double * {_odds_against("top")})) / 1e6 as posterior
        from {scored} s join odds using (record, person) join shared using (record)"""


def _odds_against(total: str) -> str:
    return f"pow(2, -greatest(least({total}, {_LARGEST}), -{_LARGEST}))"


def rank(
    con: duckdb.DuckDBPyConnection, scored: str, out: str, parameters: Parameters, *, single: bool = False
) -> None:
    """Create the view ``out``: the rows of ``scored`` with place, posterior, note and zone.

    ``single`` says that no record has two candidates, which saves the sorting.
    """
    shared = f"select *, 1 as place, {alone('total')} as posterior from {scored}" if single else ranked(scored)
    con.execute(
        f"""create or replace view {out} as
        select * exclude (reason), case
                when reason = 'id_other_name' and id_level = 'same' and id_valid then 'review'
                when posterior < {parameters.review!r} then 'none'
                when posterior < {parameters.auto!r} or reason is not null then 'review'
                else 'auto' end as zone,
            case when posterior >= {parameters.auto!r} or (id_level = 'same' and id_valid) then reason end as note
        from (select *, {note()} as reason from ({shared}))"""
    )


# Agreement that singles a person out besides the name.  A household's phone does, a township does not, and neither do
# a village or a birth date that half of the register has, or the phone of a booking desk.
_ID_AGREES = "coalesce(id_level in ('same', 'fit', 'near', 'one_off'), false)"
_LEAST_BITS = 2.0


def note(phone: str = "w_phone", village: str = "w_village", birth: str = "w_birth") -> str:
    """SQL of the reason why a pair waits for a person; the columns that hold these weights."""
    phone_agrees = f"coalesce(phone_level in ('proven', 'own', 'household') and {phone} >= {_LEAST_BITS}, false)"
    else_agrees = f"""(coalesce(village_level = 'same' and {village} >= {_LEAST_BITS}, false)
        or coalesce(birth_level = 'same' and {birth} >= {_LEAST_BITS}, false))"""
    return f"""case
        when {_ID_AGREES} and name_level = 'other' then 'id_other_name'
        when not {_ID_AGREES} and household_twin then 'household_mask'
        when {_ID_AGREES} or {else_agrees} then null
        when name_level is null then 'phone_only'
        when not {phone_agrees} then 'name_only' end"""
