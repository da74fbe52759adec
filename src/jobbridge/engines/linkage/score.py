"""Weights of every candidate pair: log2(m / u) field by field, in bits.

m comes from :mod:`estimates`, u from the exact counts of :mod:`frequencies`.  A field missing on either
side weighs nothing.  Every weight is rounded to three decimals before it is added, so that the parts
shown to a reviewer add up to the total shown beside them.
"""

from __future__ import annotations

import math

import duckdb

from .columns import FIELDS
from .estimates import Estimates
from .parameters import Parameters

SCORE_MACROS = """
create or replace macro birth_level(a, b) as case
    when a = b then 'same'
    when damerau_levenshtein(a, b) = 1 or (left(a, 4) = left(b, 4)
        and substr(a, 5, 2) = right(b, 2) and right(a, 2) = substr(b, 5, 2)) then 'near'
    else 'other' end;
create or replace macro id_level(kind, text, head, tail, other_kind, other) as case
    when kind is null or other is null or other_kind = 'masked' then null
    when kind = 'masked' then case
        when left(other, length(head)) <> head then 'other'
        when right(other, length(tail)) = tail then 'fit'
        when length(tail) between 3 and 5 and damerau_levenshtein(right(other, 4), tail) = 1 then 'near'
        else 'other' end
    when text = other then 'same'
    when damerau_levenshtein(text, other) > 1 then case kind when 'valid' then 'different' else 'other' end
    when kind = 'valid' and other_kind = 'valid' then 'one_off'
    else 'near' end;
"""

# Chance that a birth date of the feed lies one slip away from a stranger's.
_NEAR_BIRTH_CHANCE = 0.003
# Chance that four visible characters of an id are one edit away from a stranger's with the same head.
_NEAR_TAIL_CHANCE = 37 / 10_000
# However clean the verified pairs, somebody else does use a person's id now and then.
_LEAST_OTHER_NAME = 0.001
_COUNTED_FIELDS = FIELDS[:-1]


def score(con: duckdb.DuckDBPyConnection, pairs: str, out: str, estimates: Estimates, parameters: Parameters) -> None:
    """Create table ``out`` from ``pairs`` (record, person).

    Columns: record, person, the six levels, the seven weights of :data:`columns.FIELDS`, total,
    household_twin (the masked name also fits somebody else of the household).  Needs ``phone_owner``,
    ``phone_household``, ``outsider_phone``, ``seen`` (person) and ``age_bits`` (decade, bits).
    """
    con.execute(
        "create or replace temp table source_prior as select * from (values "
        + ", ".join(["(null::varchar, 0.0::double)", *_source_rows(estimates)])
        + ") t(source, bits)"
    )
    weights = _weights(estimates, parameters)
    rounded = ", ".join(f"round({sql}, 3) as w_{field}" for field, sql in weights.items())
    total = " + ".join(f"w_{field}" for field in FIELDS)
    con.execute(
        f"""create or replace table {out} as
        with pair as (
            select p.record, p.person, f.source, f.phone, f.id_kind, f.id_head, f.id_end, f.village, f.town,
                f.name, f.name_masked, f.sound, r.surname, r.household,
                f."like", f.id_text, r.birth as their_birth,
                name_level(f.name, f.name_masked, f."like", f.sound, f.shape, f.length,
                    r.name, r.sound, r.shape, r.length) as name_level,
                id_level(f.id_kind, f.id_text, f.id_head, f.id_end, r.id_kind, r.id_text) as id_level,
                case when f.phone is null then null
                    when o.alias then 'proven' when o.person is not null then 'own'
                    when h.person is not null then 'household'
                    when r.phone is null then 'unlisted' else 'other' end as phone_level,
                case when f.town is null or r.town is null then null
                    when f.village = r.village then 'same'
                    when f.village is null or r.village is null then
                        case when f.town = r.town then 'in_town' else 'other' end
                    when f.town = r.town then 'town' else 'other' end as village_level,
                case when f.sex is null or r.sex is null then null
                    when f.sex = r.sex then 'same' else 'other' end as sex_level,
                case when f.birth is null or r.birth is null then null
                    else birth_level(f.birth, r.birth) end as birth_level
            from {pairs} p join feed f on f.n = p.record join register r on r.n = p.person
            left join phone_owner o on o.phone = f.phone and o.person = r.n
            left join phone_household h on h.phone = f.phone and h.person = r.n),
        owners as (select phone, count(*) as c from phone_owner group by 1),
        relatives as (select phone, count(*) as c from phone_household group by 1),
        weighed as (
            select pair.record, pair.person, name_level, id_level, phone_level, village_level, sex_level,
                birth_level, name_masked, household, "like", {rounded}
            from pair
            left join count_name cn on cn.value = pair.name
            left join count_sound cs on cs.value = pair.sound
            left join count_surname cu on cu.value = pair.surname
            left join count_name_mask cm on cm.value = pair.name
            left join count_id ci on ci.value = pair.id_text
            left join count_id_mask ck on ck.value = pair.id_head || '*' || pair.id_end
            left join count_id_mask ch on ch.value = pair.id_head || '*'
            left join owners on owners.phone = pair.phone
            left join relatives on relatives.phone = pair.phone
            left join outsider_phone op on op.phone = pair.phone
            left join count_village cv on cv.value = pair.village
            left join count_town ct on ct.value = pair.town
            left join count_birth cb on cb.value = pair.their_birth
            left join age_bits ab on ab.decade = left(pair.their_birth, 3)
            left join seen on seen.person = pair.person
            left join source_prior sp on sp.source = pair.source),
        twins as (
            select distinct w.record, w.person from weighed w
            join register m on m.household = w.household and m.n <> w.person and m.name like w."like"
            where w.name_masked and w.name_level = 'fits')
        select w.* exclude (name_masked, household, "like"), round({total}, 3) as total,
            t.person is not null as household_twin
        from weighed w left join twins t using (record, person)"""
    )


def _weights(e: Estimates, p: Parameters) -> dict[str, str]:
    """SQL of each weight over the columns of ``pair`` and the joined counts."""
    size = float(e.register_rows)

    def by_count(rate: float, count: str) -> str:
        """log2(rate / (count / size)), a value the register does not have counting as one."""
        return f"{_log(rate * size)} - log2(greatest(coalesce({count}, 1), 1))"

    def by_chance(rate: float, chance: float) -> str:
        return _log(rate / chance)

    other_name = _log(max(e.name["other"], _LEAST_OTHER_NAME))
    surname = "log2(greatest(coalesce(cu.c, 1), 1))"
    name = f"""case name_level
        when 'exact' then {_log(e.name["exact"] * size)} - log2(coalesce(cn.c, 1))
        when 'fits' then {by_count(e.mask_fits, "cm.c")}
        when 'sound' then {by_count(e.name["sound"], "(cs.c - coalesce(cn.c, 0))")}
        when 'glyph' then {_log(e.name["glyph"] * size / e.glyph_chance)} - {surname}
        when 'edit' then {_log(e.name["edit"] * size / e.edit_chance)} - {surname}
        when 'other' then case when name_masked then {_log(1 - e.mask_fits)} else {other_name} end
        else 0 end"""
    masked, wrong, other = p.masked_id_rates, p.wrong_id_rates, p.other_id_rates
    identity = f"""case id_level
        when 'same' then case when id_kind = 'valid'
            then {by_chance(wrong[0], p.same_id_chance)} - log2(greatest(coalesce(ci.c, 1), 1))
            else {by_count(wrong[0], "ci.c")} end
        when 'fit' then {by_count(masked[0], "ck.c")}
        when 'near' then case when id_kind = 'masked'
            then {_log(masked[1] * size / _NEAR_TAIL_CHANCE)} - log2(greatest(coalesce(ch.c, 1), 1))
            else {by_chance(wrong[0], p.near_id_chance)} end
        when 'one_off' then {by_chance(other[0], p.near_id_chance)}
        when 'different' then {_log(other[1])}
        when 'other' then case when id_kind = 'masked' then {_log(masked[2])} else {_log(wrong[1])} end
        else 0 end"""
    outside = f"""case when op.phone is null then {e.fresh_phone_bits!r}
        when op.c > 1 or op.record <> pair.record then {e.outsider_phone_bits!r} else 0 end"""
    phone = f"""case phone_level
        when 'proven' then {by_count(p.alias_holds, "owners.c")}
        when 'own' then {by_count(e.phone["own"], "owners.c")}
        when 'household' then {by_count(e.phone["household"], "relatives.c")}
        when 'other' then {by_chance(e.phone["other"], e.phone_listed)}
        when 'unlisted' then {by_chance(e.phone["unlisted"], 1 - e.phone_listed)}
        else 0 end + case when phone_level is null then 0 else {outside} end"""
    village = f"""case village_level
        when 'same' then {by_count(e.village["same"], "cv.c")}
        when 'town' then {by_count(e.village["town"], "(ct.c - coalesce(cv.c, 0))")}
        when 'in_town' then {by_count(e.village["same"] + e.village["town"], "ct.c")}
        when 'other' then {_log(e.village["other"])}
        else 0 end"""
    # A complete id already contains sex and birth date; counting them again would be counting twice.
    sex = f"""case when id_level is not null then 0
        when sex_level = 'same' then {_log(e.sex_agrees / 0.5)}
        when sex_level = 'other' then {_log((1 - e.sex_agrees) / 0.5)} else 0 end"""
    birth_counts = "birth_level is not null and (id_level is null or (id_kind = 'masked' and length(id_head) < 10))"
    birth = f"""case when not ({birth_counts}) then 0
        when birth_level = 'same' then {by_count(e.birth["same"], "cb.c")}
        when birth_level = 'near' then {by_chance(e.birth["near"], _NEAR_BIRTH_CHANCE)}
        else {_log(e.birth["other"])} end"""
    # Who moves is mostly of working age: that is known already where the birth date itself agreed.
    prior = f"""coalesce(sp.bits, 0) + case when seen.person is null then {e.unseen_bits!r} else {e.seen_bits!r} end
        + case when id_level in ('same', 'near', 'one_off') or (birth_level = 'same' and ({birth_counts}))
            then 0 else coalesce(ab.bits, 0) end"""
    return dict(zip((*_COUNTED_FIELDS, "prior"), (name, identity, phone, village, sex, birth, prior), strict=True))


def _source_rows(estimates: Estimates) -> list[str]:
    return [
        f"('{source.replace(chr(39), chr(39) * 2)}', {estimates.prior_bits(source)!r}::double)"
        for source in sorted(estimates.in_register)
    ]


def _log(ratio: float) -> str:
    return f"({math.log2(ratio)!r}::double)"
