"""Everything compared, or only what changed: the register made ready by the last run lies sealed in the state folder.

It is only ever a shortcut. Without it, or where it does not belong to the last run (another database, a killed run,
another key), everything is compared anew, with the same meaning and a few seconds more.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import transaction

from jobbridge.apps.linkage.models import LinkRun
from jobbridge.apps.linkage.reading import person_digests, read_feed, read_register, record_digests
from jobbridge.sealing import parse_keys

if TYPE_CHECKING:
    from jobbridge.engines.linkage import LinkResult
    from jobbridge.engines.linkage.prepared import Prepared

log = logging.getLogger(__name__)
Progress = Callable[[str, int, int], None]

# What the rates were learned from may have changed by then, however few rows came.
REBUILT_EVERY = timedelta(days=7)
# Where more than this share of the rows changed, starting anew is no slower.
MOST_CHANGED = 0.3
TOKEN = "prepared"  # in ``LinkRun.report``: which file belongs to the run


@dataclass(frozen=True)
class Comparison:
    """Answers of one run; ``whole`` says that it compared everything. Call ``keep`` once they are written."""

    result: LinkResult
    whole: bool
    keep: Callable[[LinkRun], None]


def store_path() -> Path:
    """Where the prepared register lies."""
    return settings.STATE / "linkage" / "prepared.store"


def store_key() -> bytes:
    """Its key, made of the installation's index key."""
    _, index = parse_keys(settings.SEAL_KEYS)
    return hmac.digest(index, b"prepared register of the comparison", hashlib.sha256)


def compare(*, on: date, last: LinkRun | None, read: Callable[[str], None], progress: Progress) -> Comparison:
    """Compare what changed since the ``last`` run, or everything."""
    from jobbridge.engines.linkage.prepared import Prepared

    digests = {"persons": person_digests(), "records": record_digests()}
    found = _open(last, on)
    if found:
        prepared, notes, before = found
        persons, gone_persons = _changed(before["persons"], digests["persons"])
        records, gone_records = _changed(before["records"], digests["records"])
        moved = max(len(persons) / max(1, len(digests["persons"])), len(records) / max(1, len(digests["records"])))
        if moved <= MOST_CHANGED and not prepared.stale:
            read("读取有变化的台账与比对数据")
            feed, people = read_feed(records), read_register(persons)
            try:
                result = prepared.update(
                    feed, persons=people, gone_persons=gone_persons, gone_records=gone_records, progress=progress
                )
            except Exception:
                log.exception("the prepared register could not be brought up to date, everything is compared anew")
            else:
                return Comparison(result, False, partial(_keep_later, prepared, digests, notes["built"]))
        prepared.close()
    read("读取台账与比对数据")
    prepared, result = Prepared.build(read_register(), read_feed(), progress=progress)
    return Comparison(result, True, partial(_keep_later, prepared, digests, on.isoformat()))


def forget_store() -> None:
    """Nothing is left to compare: nothing of it stays."""
    transaction.on_commit(lambda: store_path().unlink(missing_ok=True), robust=True)


def _open(last: LinkRun | None, on: date) -> tuple[Prepared, dict[str, Any], dict[str, pa.Table]] | None:
    """The prepared register of the last run, if it is there, fits, and is not too old."""
    from jobbridge.engines.linkage.prepared import Prepared

    if last is None or TOKEN not in last.report or not store_path().exists():
        return None
    try:
        prepared, notes, more = Prepared.load(store_path(), store_key())
    except (OSError, ValueError) as problem:
        log.warning("the prepared register cannot be used, everything is compared anew: %s", problem)
        return None
    if notes["token"] != last.report[TOKEN] or on - date.fromisoformat(notes["built"]) >= REBUILT_EVERY:
        prepared.close()
        return None
    return prepared, notes, more


def _changed(before: pa.Table, now: pa.Table) -> tuple[list[int], list[int]]:
    """Keys that are new or have another digest, and keys that are gone."""
    joined = now.join(before.rename_columns(["key", "was"]), "key", join_type="left outer")
    other = pc.or_kleene(pc.is_null(joined["was"]), pc.not_equal(joined["digest"], joined["was"]))
    gone = before.filter(pc.invert(pc.is_in(before["key"], now["key"].combine_chunks())))
    return sorted(joined.filter(other)["key"].to_pylist()), gone["key"].to_pylist()


def _keep_later(prepared: Prepared, digests: dict[str, pa.Table], built: str, run: LinkRun) -> None:
    """Save once the answers are committed: a file ahead of the database would leave rows without an answer."""
    token = secrets.token_hex(8)
    run.report = {**run.report, TOKEN: token}
    transaction.on_commit(partial(_save, prepared, digests, {"token": token, "built": built}), robust=True)


def _save(prepared: Prepared, digests: dict[str, pa.Table], notes: dict[str, str]) -> None:
    with prepared:
        prepared.save(store_path(), store_key(), notes, digests)
