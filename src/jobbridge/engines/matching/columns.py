"""Columns in: the documented tables, checked and turned into arrays for the kernels.

Seekers (one row a person)
    person_id any sortable type, not null, unique; household_id any type; tier int 0 zero-employment household,
    1 key group, 2 other; occupation_1, occupation_2 str, code of the classification of 2022 such as
    ``6-18-01-01``, nullable; region_code str, village code of 12 digits (9 or 6 will do); travel str
    ``county``, ``province`` or ``anywhere``; preferred_region str, 6-digit county code, nullable; age int,
    years; sex str 男 or 女, nullable; education int 0-5, null counts as 0 (a demand must be shown to be met);
    health int 0 weak, 1 light work, 2 fit, null counts as 2; skills list of str; wage_floor int, yuan a month,
    nullable; available_from date, nullable (now).

Posts (one row a post)
    post_id any sortable type, not null, unique; employer_id any type; occupation str code; region_code str,
    12 or 9 digits, 6 where only the county is known; openings int; wage_min, wage_max int, yuan a month,
    nullable (not stated); age_min, age_max int, nullable; sex_limit str 男 or 女, nullable; education_min,
    health_min int, nullable; skills list of str; lodging bool; active bool; expires_on date, last valid day,
    nullable.

Excluded: person_id, post_id (pairs already sent). Unknown ids in it are ignored.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .blocks import Blocks, cut
from .parameters import TIERS, Parameters
from .places import ANYWHERE, COUNTY, PROVINCE, Places, tabulate
from .values import (
    NO_CODE,
    cast,
    choices,
    counties,
    day,
    days,
    flags,
    in_order,
    lists,
    numbers,
    pack_occupations,
    plain_ids,
    required,
    rows_by_id,
    towns,
)  # fmt: skip

WORKING_AGE = 16
EDUCATION_LEVELS, HEALTH_LEVELS = 6, 3
FAR_DAY = 1 << 30
NO_WAGE = -1
WAGE_SHIFT = 16
TRAVEL = {"county": COUNTY, "province": PROVINCE, "anywhere": ANYWHERE}
SEXES = {"男": 0, "女": 1}
SEX_UNKNOWN = 2

SEEKER_COLUMNS = (
    "person_id",
    "household_id",
    "tier",
    "occupation_1",
    "occupation_2",
    "region_code",
    "travel",
    "preferred_region",
    "age",
    "sex",
    "education",
    "health",
    "skills",
    "wage_floor",
    "available_from",
)
POST_COLUMNS = (
    "post_id", "employer_id", "occupation", "region_code", "openings", "wage_min", "wage_max", "age_min",
    "age_max", "sex_limit", "education_min", "health_min", "skills", "lodging", "active", "expires_on",
)  # fmt: skip


class Seekers(NamedTuple):
    """Arrays by seeker, sorted by person_id (n rows).

    Occupations are packed one byte a part, so that a shift compares 小类 and 中类. ``limits`` has one bit for
    each of health, education and sex. ``wage_slope`` is points a yuan, fixed point with 16 bits. ``barred``
    holds the excluded posts of seeker i in ``barred_start[i]:barred_start[i + 1]``.
    """

    occupation_1: NDArray[np.int32]
    occupation_2: NDArray[np.int32]
    group_1: NDArray[np.int32]
    group_2: NDArray[np.int32]
    limits: NDArray[np.uint16]
    age: NDArray[np.int16]
    travel: NDArray[np.int8]
    home: NDArray[np.int32]
    preferred: NDArray[np.int32]
    wage_least: NDArray[np.int32]
    wage_wanted: NDArray[np.int32]
    wage_slope: NDArray[np.int64]
    skills: NDArray[np.uint64]
    available: NDArray[np.int32]
    barred_start: NDArray[np.int64]
    barred: NDArray[np.int32]
    tier: NDArray[np.int8]


class Posts(NamedTuple):
    """Arrays by open post, sorted by occupation group, occupation, place and post_id (m rows).

    Group 0 is general labour, the others one 中类 each; group g is ``group_start[g]:group_start[g + 1]``.
    ``refused`` has a bit for each value of health, education and sex that the post does not take.
    """

    group_start: NDArray[np.int64]
    occupation: NDArray[np.int32]
    refused: NDArray[np.uint16]
    age_min: NDArray[np.int16]
    age_max: NDArray[np.int16]
    wage_top: NDArray[np.int32]
    wage_middle: NDArray[np.int32]
    place: NDArray[np.int32]
    skills: NDArray[np.uint64]
    skills_wanted: NDArray[np.int32]
    lodging: NDArray[np.int8]
    expires: NDArray[np.int32]
    capacity: NDArray[np.int32]


class County(NamedTuple):
    """One instance: kernel arrays, and the rows of the given tables that they stand for."""

    seekers: Seekers
    posts: Posts
    places: Places
    blocks: Blocks
    seeker_row: NDArray[np.int64]
    post_row: NDArray[np.int64]
    closed: dict[str, int]


def load(
    seekers: pa.Table, posts: pa.Table, excluded: pa.Table | None, places: pa.Table | None, parameters: Parameters,
    on: dt.date,
) -> County:  # fmt: skip
    """Check the tables and build the instance; the order of the rows does not matter.

    Raises
    ------
    ValueError
        A column is missing, an id is empty or twice, or a value is outside its documented range; the text
        names the column and the first bad value.
    """
    required(seekers, SEEKER_COLUMNS, "seekers")
    required(posts, POST_COLUMNS, "posts")
    plain_ids(seekers["household_id"], "household_id")
    seeker_row = rows_by_id(seekers, "person_id")
    post_row = rows_by_id(posts, "post_id")
    seekers, posts = seekers.take(pa.array(seeker_row)), posts.take(pa.array(post_row))
    open_row, closed = _open(posts, on)
    code = pack_occupations(posts["occupation"].take(pa.array(open_row)), "occupation")
    if (code == NO_CODE).any():
        raise ValueError("posts: an open post has no occupation")
    works, place = np.unique(towns(posts["region_code"].take(pa.array(open_row)), "posts"), return_inverse=True)
    middle = np.where(_general(code, parameters.general_labour), 0, code >> 16)
    order = np.lexsort((place, code, middle))
    open_row, code, middle, place = open_row[order], code[order], middle[order], place[order]
    posts, post_row = posts.take(pa.array(open_row)), post_row[open_row]
    groups = np.union1d([0], middle)
    homes, home = np.unique(towns(seekers["region_code"], "seekers"), return_inverse=True)
    words, masks = _skill_masks(lists(seekers["skills"], "skills"), lists(posts["skills"], "skills"))
    demand = _posts(posts, code, np.searchsorted(middle, np.append(groups, 1 << 30)), place, masks[1], parameters)
    supply = _seekers(seekers, groups, home, masks[0], demand, parameters, on)
    supply = _bar(supply, seekers["person_id"], posts["post_id"], excluded)
    table = tabulate(homes.tolist(), works.tolist(), places, parameters.weights)
    blocks = cut(demand, table, parameters.weights)
    return County(supply, demand, table, blocks, seeker_row, post_row, closed)


def _open(posts: pa.Table, on: dt.date) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Rows of the posts that may be recommended, and how many are not, by reason."""
    inactive = ~flags(posts["active"], "active")
    expired = ~inactive & (days(posts["expires_on"], "expires_on", FAR_DAY) < day(on))
    full = ~inactive & ~expired & (numbers(posts["openings"], "openings", 0, 0, 1 << 24) <= 0)
    closed = {"inactive": inactive, "expired": expired, "no_openings": full}
    rows = np.flatnonzero(~(inactive | expired | full))
    return rows, {name: int(flags.sum()) for name, flags in closed.items()}


def _general(code: NDArray[np.int32], prefixes: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which occupations are open to every seeker."""
    general = np.zeros(len(code), np.bool_)
    for prefix in prefixes:
        low = int(pack_occupations(pa.chunked_array([[prefix]]), "general_labour")[0])
        shift = 8 * (3 - prefix.count("-"))
        general |= code >> shift == low >> shift
    return general


def _skill_masks(have: pa.ChunkedArray, want: pa.ChunkedArray) -> tuple[int, list[NDArray[np.uint64]]]:
    """One bit for each skill that some post asks for: masks of the seekers and of the posts, (rows, words)."""
    known = pc.unique(pc.drop_null(pc.list_flatten(want)))
    words = max(1, -(-len(known) // 64))
    masks = []
    for column in (have, want):
        flat = pc.list_flatten(column)
        bit = np.asarray(pc.fill_null(pc.index_in(flat, value_set=known), -1).to_numpy(), np.int64)
        row = np.asarray(pc.list_parent_indices(column).to_numpy(), np.int64)
        row, bit = row[bit >= 0], bit[bit >= 0]
        mask = np.zeros((len(column), words), np.uint64)
        np.bitwise_or.at(mask, (row, bit >> 6), np.uint64(1) << (bit & 63).astype(np.uint64))
        masks.append(mask)
    return words, masks


def _posts(
    table: pa.Table, code: NDArray[np.int32], group_start: NDArray[np.int64], place: NDArray[np.int64],
    skills: NDArray[np.uint64], parameters: Parameters,
) -> Posts:  # fmt: skip
    health = numbers(table["health_min"], "health_min", 0, 0, HEALTH_LEVELS - 1)
    education = numbers(table["education_min"], "education_min", 0, 0, EDUCATION_LEVELS - 1)
    sex = choices(table["sex_limit"], "sex_limit", SEXES, -1)
    refused = np.zeros(len(code), np.int64)
    for level in range(HEALTH_LEVELS):
        refused |= (level < health).astype(np.int64) << level
    for level in range(EDUCATION_LEVELS):
        refused |= (level < education).astype(np.int64) << (HEALTH_LEVELS + level)
    for value in (*SEXES.values(), SEX_UNKNOWN):
        refused |= ((sex >= 0) & (sex != value)).astype(np.int64) << (HEALTH_LEVELS + EDUCATION_LEVELS + value)
    low = numbers(table["wage_min"], "wage_min", NO_WAGE, 0, 10_000_000)
    high = numbers(table["wage_max"], "wage_max", NO_WAGE, 0, 10_000_000)
    in_order(low, high, ("wage_min", "wage_max"), table["post_id"])
    low, high = np.where(low < 0, high, low), np.where(high < 0, low, high)
    openings = numbers(table["openings"], "openings", 0, 0, 1 << 24)
    return Posts(
        group_start=group_start.astype(np.int64),
        occupation=code,
        refused=refused.astype(np.uint16),
        age_min=np.maximum(WORKING_AGE, numbers(table["age_min"], "age_min", 0, 0, 150)).astype(np.int16),
        age_max=numbers(table["age_max"], "age_max", 150, 0, 150).astype(np.int16),
        # A wage that is not stated refuses nobody: unknown is not no.
        wage_top=np.where(high < 0, 1 << 30, high).astype(np.int32),
        wage_middle=np.where(high < 0, NO_WAGE, (low + high) // 2).astype(np.int32),
        place=place.astype(np.int32),
        skills=skills,
        skills_wanted=np.bitwise_count(skills).sum(1).astype(np.int32),
        lodging=flags(table["lodging"], "lodging").astype(np.int8),
        expires=days(table["expires_on"], "expires_on", FAR_DAY),
        capacity=np.maximum(1, np.minimum(np.floor(parameters.kappa * openings + 1e-9), 1 << 30)).astype(np.int32),
    )


def _seekers(
    table: pa.Table, groups: NDArray[np.int64], home: NDArray[np.int64], skills: NDArray[np.uint64],
    posts: Posts, parameters: Parameters, on: dt.date,
) -> Seekers:  # fmt: skip
    n = table.num_rows
    floor = numbers(table["wage_floor"], "wage_floor", 0, 0, 10_000_000)
    stated = posts.wage_middle[posts.wage_middle >= 0]
    usual = int(np.median(stated)) if len(stated) else 1
    # Someone who names no wage still prefers the better paid post: measured against the usual one.
    wanted = np.where(floor > 0, floor, max(1, usual)).astype(np.int32)
    limits = np.int64(1) << numbers(table["health"], "health", HEALTH_LEVELS - 1, 0, HEALTH_LEVELS - 1)
    limits |= np.int64(1) << HEALTH_LEVELS + numbers(table["education"], "education", 0, 0, EDUCATION_LEVELS - 1)
    sex = choices(table["sex"], "sex", SEXES, SEX_UNKNOWN)
    limits |= np.int64(1) << HEALTH_LEVELS + EDUCATION_LEVELS + sex
    available = days(table["available_from"], "available_from", -FAR_DAY)
    available = np.where(available > day(on) + parameters.notice_days, FAR_DAY + 1, available)
    occupations = [pack_occupations(table[name], name) for name in ("occupation_1", "occupation_2")]
    group_1, group_2 = (_group(code, groups) for code in occupations)
    return Seekers(
        occupation_1=occupations[0],
        occupation_2=occupations[1],
        group_1=group_1,
        group_2=np.where(group_2 == group_1, -1, group_2).astype(np.int32),
        limits=limits.astype(np.uint16),
        age=numbers(table["age"], "age", None, 0, 150).astype(np.int16),
        travel=choices(table["travel"], "travel", TRAVEL, None).astype(np.int8),
        home=home.astype(np.int32),
        preferred=counties(table["preferred_region"], "preferred_region"),
        wage_least=(-(-floor * parameters.wage_percent // 100)).astype(np.int32),
        wage_wanted=wanted,
        # 30 % above the wanted wage earns all points of the term, 30 % below none.
        wage_slope=(((parameters.weights.wage * 10) << WAGE_SHIFT) // (6 * wanted.astype(np.int64))),
        skills=skills,
        available=available.astype(np.int32),
        barred_start=np.zeros(n + 1, np.int64),
        barred=np.zeros(0, np.int32),
        tier=numbers(table["tier"], "tier", None, 0, TIERS - 1).astype(np.int8),
    )


def _group(code: NDArray[np.int32], groups: NDArray[np.int64]) -> NDArray[np.int32]:
    """Group of posts of the same 中类, -1 where no such post is open (or no occupation is named)."""
    middle = code >> 16
    place = np.minimum(np.searchsorted(groups, middle), len(groups) - 1)
    return np.where((groups[place] == middle) & (code >= 0) & (place > 0), place, -1).astype(np.int32)


def _bar(seekers: Seekers, persons: pa.ChunkedArray, posts: pa.ChunkedArray, excluded: pa.Table | None) -> Seekers:
    """Fill in the excluded pairs."""
    if excluded is None or excluded.num_rows == 0:
        return seekers
    required(excluded, ("person_id", "post_id"), "excluded")
    i = _found(excluded["person_id"], "excluded: person_id", persons)
    j = _found(excluded["post_id"], "excluded: post_id", posts)
    known = pc.and_(pc.is_valid(i), pc.is_valid(j))
    person = np.asarray(i.filter(known).to_numpy(), np.int64)
    post = np.asarray(j.filter(known).to_numpy(), np.int32)
    pairs = np.unique(np.stack([person, post.astype(np.int64)], 1), axis=0)
    start = np.searchsorted(pairs[:, 0], np.arange(len(persons) + 1))
    return seekers._replace(barred_start=start.astype(np.int64), barred=np.ascontiguousarray(pairs[:, 1], np.int32))


def take_seekers(seekers: Seekers, rows: NDArray[np.int64]) -> Seekers:
    """Seekers at the given rows, with their excluded pairs."""
    counts = np.diff(seekers.barred_start)[rows]
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    barred = [seekers.barred[seekers.barred_start[i] : seekers.barred_start[i + 1]] for i in rows[counts > 0]]
    columns = {name: column[rows] for name, column in seekers._asdict().items() if not name.startswith("barred")}
    flat = np.concatenate(barred) if barred else np.zeros(0, np.int32)
    return Seekers(**columns, barred_start=start, barred=flat)


def _found(ids: pa.ChunkedArray, name: str, among: pa.ChunkedArray) -> pa.ChunkedArray:
    """Place of each id among others, null for those that are not there."""
    return pc.index_in(_as(ids, name, among), value_set=among.combine_chunks())


def _as(ids: pa.ChunkedArray, name: str, others: pa.ChunkedArray) -> pa.ChunkedArray:
    """The ids with the type of those that they are looked up among."""
    return cast(ids, others.type, name, f"{others.type} as the ids they are looked up among")


def only(posts: pa.Table, chosen: pa.Table) -> pa.Table:
    """The posts whose post_id is in a table, such as those that attend a fair.

    A run on them alone is a run restricted to them: nothing else in it looks at the other posts, but for the usual
    wage, which becomes theirs.

    Raises
    ------
    ValueError
        A chosen post is not among the posts.
    """
    required(chosen, ("post_id",), "only-posts")
    required(posts, ("post_id",), "posts")
    wanted = _as(chosen["post_id"], "only-posts: post_id", posts["post_id"])
    missing = wanted.filter(pc.invert(pc.is_in(wanted, value_set=posts["post_id"].combine_chunks())))
    if len(missing):
        raise ValueError(f"only-posts: post_id {missing[0].as_py()!r} is not among the posts")
    return posts.filter(pc.is_in(posts["post_id"], value_set=wanted.combine_chunks()))


def column_of(table: pa.Table, name: str, rows: NDArray[Any]) -> pa.ChunkedArray:
    """Values of a column at the given rows."""
    return table[name].take(pa.array(rows, pa.int64()))
