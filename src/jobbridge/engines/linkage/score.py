"""What every level of agreement is worth: log2(m / u) in bits.

m comes from :mod:`estimates` by source, u from the exact counts of :mod:`frequencies`.  A field missing on either
side weighs nothing.  Every weight is rounded to three decimals before it is added, so that the parts shown to a
reviewer add up to the total shown beside them.
"""

from __future__ import annotations

import math

import duckdb

from .columns import FIELDS
from .estimates import Estimates
from .frequencies import PLACED
from .parameters import Parameters

# Chance that a birth date of the feed lies one slip away from a stranger's.
_NEAR_BIRTH_CHANCE = 0.003
# Chance that four visible characters of an id are one edit away from a stranger's with the same head.
_NEAR_TAIL_CHANCE = 37 / 10_000


def score(
    con: duckdb.DuckDBPyConnection,
    compared: str,
    out: str,
    estimates: Estimates,
    parameters: Parameters,
    kind: str = "table",
) -> None:
    """Create ``out``, a table or a view, from the pairs of :func:`levels.compare`.

    Columns: record, person, the six levels, household_twin, the seven weights of :data:`columns.FIELDS`, total.
    Needs ``household_twin``, ``source_rates``, ``seen_bits``, ``outsider_phone``, ``seen`` (person) and ``age_bits``
    (decade, bits).
    """
    weights = _weights(estimates, parameters)
    rounded = ", ".join(f"round({sql}, 3) as w_{field}" for field, sql in weights.items())
    total = " + ".join(f"w_{field}" for field in FIELDS)
    con.execute(
        f"""create or replace {kind} {out} as
        with weighed as (
            select p.record, p.person, p.name_level, p.id_level, p.phone_level, p.village_level, p.sex_level,
                p.birth_level, t.person is not null as household_twin,
                coalesce(p.id_kind = 'valid', false) as id_valid, {rounded}
            from {compared} p join source_rates m using (source)
            left join household_twin t on t.record = p.record and t.person = p.person
            left join seen_bits sb on sb.led is not distinct from
                case when p.phone_level is not null then p.phone_level in ('own', 'household', 'proven') end
            left join count_surname cu on cu.value = p.their_surname
            left join outsider_phone op on op.phone = p.phone
            left join (select value, c, bits from count_birth left join age_bits on decade = left(value, 3)) cb
                on cb.value = p.their_birth
            left join seen on seen.person = p.person)
        select *, round({total}, 3) as total from weighed"""
    )


def _weights(e: Estimates, p: Parameters) -> dict[str, str]:
    """SQL of each weight over a compared pair ``p`` and the rates ``m`` of its source."""
    size = math.log2(e.register_rows)

    def by_count(bits: str, count: str) -> str:
        """log2(rate / (count / size)), a value the register does not have counting as one."""
        return f"{bits} + {size!r} - log2(greatest(coalesce({count}, 1), 1))"

    def by_chance(bits: str, chance: float) -> str:
        return f"{bits} - {_log(chance)}"

    def by_length(chances: list[float]) -> str:
        short, longer = map(_log, chances)
        return f"case when p.short_name then {short} else {longer} end"

    surname = "log2(greatest(coalesce(cu.c, 1), 1))"
    name = f"""case name_level
        when 'exact' then m.name_exact + {size!r} - log2(coalesce(p.same_name, 1))
        when 'fits' then {by_count("m.mask_fits", "coalesce(p.mask_names, cu.c)")}
        when 'sound' then {by_count("m.name_sound", "(p.same_sound - coalesce(p.same_name, 0))")}
        when 'glyph' then m.name_glyph - {by_length(e.glyph_chance)} + {size!r} - {surname}
        when 'edit' then m.name_edit - {by_length(e.edit_chance)} + {size!r} - {surname}
        when 'other' then case when name_masked then m.mask_other else m.name_other end
        else 0 end"""
    masked, wrong, other = p.masked_id_rates, p.wrong_id_rates, p.other_id_rates
    identity = f"""case id_level
        when 'same' then case when id_kind = 'valid'
            then {_log(wrong[0] / p.same_id_chance)} - log2(greatest(coalesce(p.same_id, 1), 1))
            else {by_count(_log(wrong[0]), "p.same_id")} end
        when 'fit' then {by_count(_log(masked[0]), "p.mask_ids")}
        when 'near' then case when id_kind = 'masked'
            then {by_count(_log(masked[1] / _NEAR_TAIL_CHANCE), "p.mask_heads")}
            else {_log(wrong[0] / p.near_id_chance)} end
        when 'one_off' then {_log(other[0] / p.near_id_chance)}
        when 'different' then {_log(other[1])}
        when 'other' then case when id_kind = 'masked' then {_log(masked[2])} else {_log(wrong[1])} end
        else 0 end"""
    # A booking desk's phone stands with as many names as it has customers.
    users = "greatest(p.phone_users, coalesce(p.phone_names, 1))"
    outside = f"""case when op.phone is null then {e.fresh_phone_bits!r}
        when op.c > 1 or op.record <> p.record then {e.outsider_phone_bits!r} else 0 end"""
    phone = f"""case phone_level
        when 'proven' then {by_count(_log(p.alias_holds), users)}
        when 'heard' then {_heard(p)} - log2(p.phone_users) - w_name - w_prior
        when 'own' then {by_count("m.phone_own", users)}
        when 'household' then {by_count("m.phone_household", users)}
        when 'other' then {by_chance("m.phone_other", e.phone_listed)}
        when 'unlisted' then {by_chance("m.phone_unlisted", 1 - e.phone_listed)}
        else 0 end + case when phone_level is null or phone_level = 'heard' then 0 else {outside} end"""
    village = f"""case village_level
        when 'same' then {by_count("m.village_same", "p.same_village")}
        when 'town' then {by_count("m.village_town", "(p.same_town - coalesce(p.same_village, 0))")}
        when 'in_town' then {by_count("log2(pow(2, m.village_same) + pow(2, m.village_town))", "p.same_town")}
        when 'other' then m.village_other
        else 0 end"""
    # A complete id already contains sex and birth date; counting them again would be counting twice.
    sex = f"""case when id_level is not null then 0
        when sex_level = 'same' then {by_chance("m.sex_same", 0.5)}
        when sex_level = 'other' then {by_chance("m.sex_other", 0.5)} else 0 end"""
    birth_counts = "birth_level is not null and (id_level is null or (id_kind = 'masked' and head_shown < 10))"
    birth = f"""case when not ({birth_counts}) then 0
        when birth_level = 'same' then {by_count("m.birth_same", "cb.c")}
        when birth_level = 'near' then {by_chance("m.birth_near", _NEAR_BIRTH_CHANCE)}
        else m.birth_other end"""
    # A phone proven by another row of the person has counted that row already.  Who moves is mostly of working age:
    # that is known already where the birth date itself agreed, or where the person was found in another row.
    dated = "(id_level in ('same', 'near', 'one_off') and not (id_kind = 'masked' and head_shown < 10))"
    prior = f"""case when {PLACED} then m.prior_placed else m.prior_unplaced end
        + case when phone_level = 'proven' then 0 when seen.person is null then sb.unseen else sb.seen end
        + case when seen.person is not null or {dated} or (birth_level = 'same' and ({birth_counts})) then 0
            else coalesce(cb.bits, 0) end"""
    # The phone comes last: what another row heard of it counts that row's name and prior already.
    found = {"name": name, "prior": prior, "id": identity, "village": village, "sex": sex, "birth": birth}
    return found | {"phone": phone}


def _heard(p: Parameters) -> str:
    """SQL of the odds that a phone's next row means whom an unsure row took it to mean."""
    right = f"(p.phone_sure * {p.alias_holds!r}::double)"
    return f"log2({right} / (1 - {right}))"


def _log(ratio: float) -> str:
    return f"({math.log2(ratio)!r}::double)"
