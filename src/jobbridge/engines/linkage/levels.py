"""Comparing every candidate pair field by field: in which words do the two sides agree?

Levels are words (exact, sound, fits, household ...); what each is worth is decided in :mod:`score`, so that the rates
can be learned from the very same comparison.
"""

from __future__ import annotations

import duckdb

NAME_MACROS = """
create or replace macro char_gap(a, b) as
    (left(a, 1) <> left(b, 1))::int + (substr(a, 2, 1) <> substr(b, 2, 1))::int
    + (substr(a, 3, 1) <> substr(b, 3, 1))::int + (substr(a, 4, 1) <> substr(b, 4, 1))::int;
-- DuckDB measures edits in bytes and a Chinese character has three: short names are compared by position.
create or replace macro one_less(a, la, b) as la > 2 and (b = left(a, la - 1) or b = substr(a, 2)
    or b = left(a, 1) || substr(a, 3) or b = left(a, 2) || substr(a, 4));
create or replace macro one_edit(a, la, b, lb) as case
    when la > 4 or lb > 4 then levenshtein(a, b) <= 3
    -- Of two characters, one of them another: only the surname is left, or not even that.
    when la = lb then la > 2 and char_gap(a, b) = 1 or (la = 3 and left(a, 1) = left(b, 1)
        and substr(a, 2, 1) = substr(b, 3, 1) and substr(a, 3, 1) = substr(b, 2, 1))
    when la = lb + 1 then one_less(a, la, b)
    when lb = la + 1 then one_less(b, lb, a)
    else false end;
create or replace macro name_level(a, a_masked, a_like, a_sound, a_shape, la, b, b_sound, b_shape, lb) as case
    when a is null or b is null then null
    when a_masked or contains(b, '*') then
        case when b like a_like or a like replace(b, '*', '_') then 'fits' else 'other' end
    when a = b then 'exact'
    when a_sound = b_sound then 'sound'
    when la = lb and la <= 4 and char_gap(a, b) = 1 and levenshtein(a_shape, b_shape) <= 2 then 'glyph'
    when one_edit(a, la, b, lb) then 'edit'
    else 'other' end;
"""

OTHER_MACROS = """
create or replace macro birth_level(a, b) as case
    when a = b then 'same'
    when damerau_levenshtein(a, b) = 1 or (left(a, 4) = left(b, 4)
        and substr(a, 5, 2) = right(b, 2) and right(a, 2) = substr(b, 5, 2)) then 'near'
    else 'other' end;
create or replace macro id_level(kind, text, head, tail, other_kind, other) as case
    when kind is null or other is null or other_kind = 'masked' then null
    when kind = 'masked' then case
        when not starts_with(other, head) then 'other'
        when ends_with(other, tail) then 'fit'
        when length(tail) between 3 and 5 and damerau_levenshtein(right(other, 4), tail) = 1 then 'near'
        else 'other' end
    when text = other then 'same'
    -- Counting edits is dear.  One edit leaves seven signs at both ends as they were, or all but eight at one end.
    when not starts_with(other, left(text, -8)) and not ends_with(other, substr(text, 9))
        and not (starts_with(other, left(text, 7)) and ends_with(other, substr(text, -7)))
        then case kind when 'valid' then 'different' else 'other' end
    when levenshtein(text, other) > 1 and damerau_levenshtein(text, other) > 1
        then case kind when 'valid' then 'different' else 'other' end
    when kind = 'valid' and other_kind = 'valid' then 'one_off'
    else 'near' end;
"""


# Younger on the day of the row, one has neither a telephone contract nor is looked for as a worker.
_CHILD_YEARS = 14


def compare(con: duckdb.DuckDBPyConnection, pairs: str, out: str, kind: str = "table") -> None:
    """Create ``out``, a table or a view, from the table ``pairs`` (record, person).

    Columns: record, person; the six levels; what :mod:`score` needs of both sides.  Needs ``phone_user``.
    """
    con.execute(
        f"""create or replace {kind} {out} as
        select p.record, p.person, f.source, f.phone, f.id_kind, length(f.id_head) as head_shown,
            f.name_masked, f.length <= 2 as short_name, f.sex_told, f.birth_told,
            f.same_name, f.same_sound, f.same_id, f.same_village, f.same_town,
            f.mask_names, f.mask_ids, f.mask_heads, f.phone_names, u.users as phone_users, u.sure as phone_sure,
            r.surname as their_surname, r.birth as their_birth,
            name_level(f.name, f.name_masked, f."like", f.sound, f.shape, f.length,
                r.name, r.sound, r.shape, r.length) as name_level,
            id_level(f.id_kind, f.id_text, f.id_head, f.id_end, r.id_kind, r.id_text) as id_level,
            case when f.phone is null then null
                when u.level <> 'heard' or (u.level = 'heard' and name_level(f.name, f.name_masked, f."like", f.sound,
                    f.shape, f.length, r.name, r.sound, r.shape, r.length) not in ('exact', 'other')) then u.level
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
            left join phone_user u on u.phone = f.phone and u.person = p.person"""
    )


def household_twins(con: duckdb.DuckDBPyConnection, pairs: str) -> None:
    """``household_twin``: the ``pairs`` whose masked name also fits a relative who was no child on the day."""
    con.execute(
        f"""create or replace table household_twin as
        with unsure as (
            select p.record, p.person, r.household, f."like", f.seen
            from {pairs} p join feed f on f.n = p.record join register r on r.n = p.person
            where r.household is not null and (f.name_masked or contains(r.name, '*'))
                and (r.name like f."like" or f.name like replace(r.name, '*', '_')))
        select distinct u.record, u.person from unsure u
        join (select household, n, name, birth from register where household in (select household from unsure)) t
            on t.household = u.household and t.n <> u.person
            and (t.name like u."like" or u."like" like replace(t.name, '*', '_'))
        where coalesce(t.birth <= (u.seen::int - {_CHILD_YEARS}0000)::varchar, true)"""
    )
