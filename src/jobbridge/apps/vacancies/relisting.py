"""A list meets the posts on record: what is newer counts, what was stopped stays so, each change is logged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.utils import timezone

from jobbridge.apps.imports.handlers import Context
from jobbridge.apps.imports.models import SourceRecord
from jobbridge.apps.imports.upserts import CREATED, UNCHANGED, UPDATED, Upsert, run
from jobbridge.apps.vacancies import flows
from jobbridge.apps.vacancies.models import Post, PostLog
from jobbridge.apps.vacancies.rules import DECISIVE

POST = Upsert(
    table="vacancies_post",
    keys=("key",),
    texts=("place_text", "note", "liaison_city"),
    values=("confirmed_on",),
    decided=("employer_id", "title", "place_code", "openings", "wage_min", "wage_max", "age_min", "age_max",
             "sex_limit", "limit_ground", "education_min", "health_min", "skills", "lodging", "shift", "quality",
             "expires_on"),
    once=("occupation", "state", "origin", "collected_on", "screened_on", "screened_by"),
)  # fmt: skip
NOTE = "表格导入"
Row = dict[str, Any]


class Step(NamedTuple):
    """What a list does to one post: the event and the state before it."""

    post: int
    event: str
    before: str


def put_on_record(rows: Sequence[Sequence[Any]], context: Context) -> list[tuple[int, str]]:
    """Merge rows in the order of `POST.columns`; id and fate of each.

    A post that was stopped, or of which there is newer word, stays as it is: so the same list again changes nothing.
    What a list changes of what was screened counts as screened by whoever hands it in, or waits for review when it
    looks wrong.
    """
    given = [dict(zip(POST.columns, row, strict=True)) for row in rows]
    before = _on_record([row["key"] for row in given])
    sources = SourceRecord.objects.filter(kind="manual", pk__in={old["source_id"] for old in before.values()})
    typed = set(sources.values_list("pk", flat=True))
    due = [row for row in given if not _stays(before.get(row["key"]), row, typed)]
    _doubt_twins([row for row in due if row["key"] not in before], context.memory["post_keys"])
    merged = dict(zip((row["key"] for row in due), run(POST, [list(row.values()) for row in due]), strict=True))
    _take(_steps(due, merged, before), context)
    return [merged.get(row["key"]) or (before[row["key"]]["pk"], UNCHANGED) for row in given]


def _on_record(keys: Sequence[str]) -> dict[str, Row]:
    """The posts of these keys as they are, locked."""
    names = ("pk", "key", "state", "as_of", "source_id", "confirmed_on", *DECISIVE)
    rows = Post.objects.filter(key__in=keys).order_by("pk").select_for_update().values(*names)
    return {row["key"]: row for row in rows}


def _doubt_twins(fresh: Sequence[Row], listed: set[str]) -> None:
    """Have a person look at new posts whose like the employer has on offer already, beside those of this file."""
    names = ("employer_id", "title", "place_code")
    known = Post.objects.filter(employer__in={row["employer_id"] for row in fresh}, state__in=flows.LIVE)
    others = set(known.exclude(key__in=listed).order_by().values_list(*names))
    for row in fresh:
        if tuple(row[name] for name in names) in others:
            row |= {"state": "pending", "screened_on": None, "screened_by": ""}


def _stays(old: Row | None, new: Row, typed: set[int]) -> bool:
    """Whether the list has nothing newer to say; what was ``typed`` in counts before any list of its day."""
    if old is None:
        return False
    if old["state"] == "closed" or (old["confirmed_on"] and old["confirmed_on"] > new["as_of"]):
        return True
    if old["source_id"] in typed:
        return old["as_of"] >= new["as_of"]
    return (old["as_of"], old["source_id"]) >= (new["as_of"], new["source_id"])


def _steps(rows: Sequence[Row], merged: dict[str, tuple[int, str]], before: dict[str, Row]) -> Iterator[Step]:
    after = _on_record([key for key, (_pk, fate) in merged.items() if fate == UPDATED])
    for row in rows:
        (pk, fate), clean = merged[row["key"]], row["state"] == "active"
        if fate == CREATED:
            yield Step(pk, "approved" if clean else "submitted", "")
        elif fate == UPDATED:
            old, now = before[row["key"]], after[row["key"]]
            looked = any(old[name] != now[name] for name in DECISIVE)
            yield Step(pk, flows.listed(old["state"], looked=looked, clean=clean), old["state"])


def _take(steps: Iterable[Step], context: Context) -> None:
    """Bring each post to the state that its step leads to, with a line in its log."""
    taken, moved = list(steps), defaultdict(list)
    for step in taken:
        if step.before:
            moved[step.event, flows.after(step.before, step.event)].append(step.post)
    for (event, state), posts in moved.items():
        values: Row = {"state": state}
        if event == "approved":
            values |= {"screened_on": context.received, "screened_by": context.actor.key}
        elif event == "submitted":
            values |= {"rejection": ""}
        Post.objects.filter(pk__in=posts).update(**values)
    now = timezone.now()
    PostLog.objects.bulk_create(
        PostLog(
            post_id=step.post, event=step.event, before=step.before, after=flows.after(step.before, step.event),
            at=now, actor=context.actor.key, note=NOTE,
        )
        for step in taken
    )  # fmt: skip
