"""Lists of the agencies: kept as they come, for the comparison."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.db import connection
from django.utils import timezone

from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.imports.columns import source_of
from jobbridge.apps.imports.fields import Bad, Field, full_date, one_of, short
from jobbridge.apps.imports.handlers import Context, Fate, register
from jobbridge.apps.imports.models import Kind, RowState
from jobbridge.apps.imports.places import UnknownPlace
from jobbridge.apps.imports.reading import Numeric
from jobbridge.apps.imports.tables import Table
from jobbridge.apps.imports.upserts import copy_rows
from jobbridge.apps.linkage.agreements import in_force, terms_of_feed, withheld
from jobbridge.apps.linkage.models import DataAgreement, FeedSource
from jobbridge.kernel import citizen_id, names, phone
from jobbridge.kernel.division import padded

SEXES = {"男": "男", "女": "女", "1": "男", "2": "女", "男性": "男", "女性": "女", "M": "男", "F": "女"}
DIRECTIONS = {
    **dict.fromkeys(("返乡", "流入", "返回", "到达", "回流", "进", "入", "返", "home", "漫入", "下车"), "home"),
    **dict.fromkeys(("离开", "流出", "外出", "离乡", "出", "离", "出发", "away", "漫出", "上车"), "away"),
}
_COLUMNS = ("content_hash", "batch_id", "source", "name", "id_sealed", "id_mask", "phone_sealed", "phone_mask",
            "village_code", "sex", "birth_date", "seen_on", "direction", "region_code", "place_note", "id_index",
            "phone_index", "keep_until")
_ID_LENGTHS = (15, 18)
OLDEST = timedelta(days=366)
TRANSPORT = (FeedSource.RAILWAY, FeedSource.ROAD)  # whose place is a station when it is no village
NO_AGREEMENT = "没有该部门有效的数据协议，这一行没有存下"


def register_handlers() -> None:
    """Called when the app starts."""
    register(Kind.FEED, Feed(), county_only=True, terms=terms_of_feed)


def feed_id(text: str) -> str | Bad:
    """An id as the agency gives it, whole or masked. A wrong check digit is kept: the comparison weighs it."""
    if isinstance(text, Numeric):
        return Bad("id_numeric", "证件号码是数值格式，Excel 已破坏末几位，只按其他信息比对")
    plain = citizen_id.clean(text).replace("?", "*").replace("#", "*")
    if len(plain) not in _ID_LENGTHS or not set(plain) <= set("0123456789X*"):
        return Bad("id_length", "证件号码位数或字符不对，只按其他信息比对")
    return plain


def feed_phone(text: str) -> str | Bad:
    """A phone, whole or masked."""
    if "*" in text and len(text.strip()) == 11:
        return text.strip()
    number = phone.clean(text)
    return number if phone.is_valid(number) else Bad("phone_length", "手机号不对，只按其他信息比对")


def feed_name(text: str) -> str | Bad:
    """A name, whole or masked."""
    fault = names.fault_of(text, masked_ok=True)
    return Bad(str(fault), fault.message) if fault else names.clean(text)


def sighting_day(text: str, today: date) -> date | Bad:
    """The day somebody was seen: not to come, and not so long ago that it says nothing of today."""
    found = full_date(text, latest=today)
    if isinstance(found, date) and today - found > OLDEST:
        return Bad("seen_long_ago", "出现日期早于一年前，说明不了现在是否返乡")
    return found


def source_code(text: str) -> str | Bad:
    """The agency a source column names."""
    found = source_of(text)
    return found or Bad("source_unknown", "认不出这是哪个部门的数据")


class Feed:
    """One sighting a row. The same row again, in whatever file, is the same record."""

    tables = ("linkage_feedrecord",)

    def fields(self, context: Context) -> tuple[Field, ...]:
        """Whatever an agency tells of a person."""
        return (
            Field("name", feed_name, soft=True, repeats=False),
            Field("id_number", feed_id, soft=True, repeats=False),
            Field("phone", feed_phone, soft=True, repeats=False),
            Field("place", short(80), soft=True),
            Field("town", short(40), soft=True),
            Field("village_code", short(12), soft=True),
            Field("sex", one_of(SEXES, "性别"), soft=True),
            Field("birth_date", partial(full_date, latest=context.today), soft=True),
            Field("seen_on", partial(sighting_day, today=context.today)),
            Field("direction", one_of(DIRECTIONS, "方向"), soft=True),
            Field("trip", short(60), soft=True),
            Field("source", source_code),
        )

    def check(self, table: Table, context: Context) -> None:
        """Something to compare by, a source, and the row once."""
        table.values["_hash"] = hashes = [b""] * len(table)
        table.values["_village"] = villages = [""] * len(table)
        places: dict[tuple[str, str, str], str] = {}
        for row in table.good():
            source = self._source(table, row, context)
            if not source:
                table.refuse(row, "source", "source_unknown", "认不出这是哪个部门的数据")
                continue
            agreement = _agreement(context, source)
            if agreement is None:
                table.refuse(row, "source", "no_agreement", NO_AGREEMENT)
                continue
            if source != context.source:  # the file's own source was seen to when it was laid out
                _withhold(table, row, agreement)
            if not any((table.get(name, row) or "").strip("*") for name in ("id_number", "phone", "name")):
                table.refuse(row, "name", "nothing_to_compare", "姓名、证件号码、手机号都没有可用的，无法比对")
                continue
            key = tuple(table.get(name, row) or "" for name in ("town", "place", "village_code"))
            if key not in places:
                places[key] = _village(context, *key)
            villages[row] = places[key]
            hashes[row] = self._hash(table, row, context)
            if before := context.first_seen(hashes[row], table, row):
                table.refuse(row, "name", "duplicate_row", f"与{before}完全相同")

    def adjudicate(self, table: Table, rows: Sequence[int], context: Context) -> None:
        """Nothing: who it is, the comparison finds out."""

    def merge(self, table: Table, rows: Sequence[int], context: Context) -> dict[int, Fate]:
        """Add the records that are new."""
        good = table.good(rows)
        if not good:
            return {}
        hashes = [table.values["_hash"][row] for row in good]
        names_ = ", ".join(_COLUMNS)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT content_hash, id FROM linkage_feedrecord WHERE content_hash = ANY(%s)", [hashes]
            )
            known = {bytes(key): pk for key, pk in cursor.fetchall()}
        new = [row for row in good if table.values["_hash"][row] not in known]
        copy_rows("stage_feed", "linkage_feedrecord", _COLUMNS, (self._record(table, row, context) for row in new))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO linkage_feedrecord ({names_}) SELECT {names_} FROM stage_feed"
                " ON CONFLICT (content_hash) DO NOTHING RETURNING content_hash, id"
            )
            made = {bytes(key): pk for key, pk in cursor.fetchall()}
            cursor.execute("DROP TABLE stage_feed")
        return {
            row: Fate(RowState.CREATED, made[key]) if key in made else Fate(RowState.UNCHANGED, known.get(key))
            for row, key in zip(good, hashes, strict=True)
        }

    def _source(self, table: Table, row: int, context: Context) -> str:
        source = table.get("source", row) or context.source
        return source if source in FeedSource.values else ""

    def _hash(self, table: Table, row: int, context: Context) -> bytes:
        """Keyed by the index key, so that the digest of a number cannot be looked up in a list of all numbers."""
        parts = [self._source(table, row, context)]
        for name in ("name", "id_number", "phone", "place", "town", "village_code", "sex", "birth_date", "seen_on",
                     "direction"):
            parts.append(str(table.get(name, row) or ""))
        if trip := table.get("trip", row):
            parts.append(trip)
        digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
        return sealer().index(digest, "feed")

    def _record(self, table: Table, row: int, context: Context) -> tuple[Any, ...]:
        seal = sealer()
        number, mobile = table.get("id_number", row), table.get("phone", row)
        source, village = self._source(table, row, context), table.values["_village"][row]
        agreement = _agreement(context, source)
        note = table.get("trip", row) or (table.get("place", row) if source in TRANSPORT and not village else "")
        return (
            table.values["_hash"][row], context.batch_id, source,
            table.get("name", row) or "",
            seal.seal(number, "id") if number else None, citizen_id.mask(number),
            seal.seal(mobile, "phone") if mobile else None, phone.mask(mobile),
            village, table.get("sex", row) or "", table.get("birth_date", row),
            table.get("seen_on", row), table.get("direction", row) or "",
            # Nobody below the county sees a record before it is known whose it is.
            padded(context.county),
            (note or "")[:60],
            seal.index(number, "id") if number and "*" not in number else None,
            seal.index(mobile, "phone") if mobile and "*" not in mobile else None,
            context.received + timedelta(days=agreement.retention_days),
        )


def _agreement(context: Context, source: str) -> DataAgreement | None:
    """The agreement under which this file is taken in today, looked up once a file."""
    known = context.memory.setdefault("agreements", {})
    if source not in known:
        known[source] = in_force(source, timezone.localdate())
    return known[source]


def _withhold(table: Table, row: int, agreement: DataAgreement) -> None:
    """Forget the cells that the agreement of the row's own agency does not permit."""
    for name in withheld(agreement):
        for columns in (table.values, table.raw):
            if name in columns:
                columns[name][row] = None if columns is table.values else ""


def _village(context: Context, town: str, place: str, code: str) -> str:
    """The village an agency means, or "": stations and towns are no villages, and many names exist twice."""
    for attempt in (
        lambda: context.places.find("", code) if code else "",
        lambda: context.places.find(town, place) if place else "",
        lambda: context.places.find_in_address(town + place),
    ):
        try:
            if found := attempt():
                return found
        except UnknownPlace:
            continue
    return ""
