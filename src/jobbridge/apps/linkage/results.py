"""The result of a comparison in numbers: by source and township, against the run before, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, BigIntegerField, Case, Count, F, Q, QuerySet, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Left

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.linkage.models import Decision, Link, LinkRun, Zone
from jobbridge.kernel.division import bounds

COLUMNS = ("auto", "review", "decided", "none", "outsiders")
TALLY = "tally"  # in ``LinkRun.counts``: township -> source -> numbers of ``COLUMNS``
BINS = ((0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 1.0))

Numbers = dict[str, list[int]]  # source -> numbers of COLUMNS

# Records that fit nobody and name none of our villages pass through: people of elsewhere.
ELSEWHERE = Q(zone=Zone.NONE, record__village_code="")
UNDECIDED = Q(decision=Decision.PENDING)


@dataclass(frozen=True)
class Bin:
    """Reviewed pairs whose posterior lay in one band: what the engine believed, and what people said."""

    low: float
    high: float
    pairs: int
    believed: float
    confirmed: float


def conditions(undecided: Q = UNDECIDED) -> dict[str, Q]:
    """Which pairs each column counts, for the number and for the list behind it alike.

    ``undecided`` are the pairs nobody has decided, as far as the reader is to know.
    """
    doubtful = Q(zone=Zone.REVIEW)
    wanted = (Q(zone=Zone.AUTO), doubtful & undecided, doubtful & ~undecided, Q(zone=Zone.NONE), ELSEWHERE)
    return dict(zip(COLUMNS, wanted, strict=True))


def counts(undecided: Q = UNDECIDED) -> dict[str, Count]:
    """The columns as aggregates."""
    return {name: Count("pk", filter=condition) for name, condition in conditions(undecided).items()}


def tally(rows: QuerySet[Link], undecided: Q = UNDECIDED) -> dict[str, Numbers]:
    """Numbers by township and source; records that fit nobody are the county's."""
    found: dict[str, Numbers] = {}
    grouped = rows.values(source=F("record__source"), town=Left("region_code", 9)).annotate(**counts(undecided))
    for row in grouped.order_by("town", "source"):
        found.setdefault(row["town"], {})[row["source"]] = [row[name] for name in COLUMNS]
    return found


def keep_tally(*, actor: Actor) -> None:
    """Write the numbers of the last run down, so that the next one can be held against them."""
    with acting_as(actor):
        run = LinkRun.objects.select_for_update().order_by("-pk").first()
        if run and TALLY not in run.counts:
            run.counts = {**run.counts, TALLY: tally(Link.objects.filter(record__purged_on=None))}
            run.save(update_fields=["counts"])


def in_scope(kept: dict[str, Numbers], actor: Actor) -> dict[str, Numbers]:
    """The townships of a kept tally that lie wholly in the actor's scope."""

    def inside(town: str) -> bool:
        low, high = bounds(town)
        return any(lo <= low and high <= hi for lo, hi in actor.scope.ranges)

    return {
        town: {source: _whole(values) for source, values in numbers.items()}
        for town, numbers in kept.items()
        if inside(town)
    }


def _whole(values: list[int]) -> list[int]:
    """Runs of before this column was kept counted the decided pairs among those to review."""
    return values if len(values) == len(COLUMNS) else [*values[:2], 0, *values[2:]]


def by_source(towns: dict[str, Numbers]) -> Numbers:
    """The townships together."""
    total: Numbers = {}
    for numbers in towns.values():
        for source, values in numbers.items():
            total[source] = [a + b for a, b in zip(total.get(source, [0] * len(COLUMNS)), values, strict=True)]
    return total


def by_town(towns: dict[str, Numbers]) -> dict[str, list[int]]:
    """The sources together."""
    return {town: [sum(column) for column in zip(*numbers.values(), strict=True)] for town, numbers in towns.items()}


def promise(run: LinkRun) -> dict[str, Any] | None:
    """How many of its automatic links the engine itself believes to be right; None without any."""
    expected = run.report.get("expected") or {}
    auto = expected.get("auto") or 0
    if not auto:
        return None
    return {
        "auto": auto,
        "wrong": max(0.0, auto - expected["right_auto"]),
        "share": 100 * expected["right_auto"] / auto,
    }


def calibration(rows: QuerySet[Link]) -> list[Bin]:
    """The reviewed pairs by what the engine believed. One whose reviewer chose another candidate was not right."""
    # Pinned pairs keep the candidates as the engine ranked them: the first is the one it proposed.
    first = Cast(KeyTextTransform("person_id", KeyTransform("0", "candidates")), BigIntegerField())
    right = Case(When(Q(decision=Decision.CONFIRMED, person_id=F("first")), then=100.0), default=0.0)
    band = Case(*(When(posterior__lt=high, then=at) for at, (_low, high) in enumerate(BINS)), default=len(BINS) - 1)
    decided = rows.exclude(decision=Decision.PENDING).filter(zone=Zone.REVIEW)
    grouped = decided.annotate(first=first, right=right, band=band).values("band").order_by("band")
    return [
        Bin(*BINS[row["band"]], row["pairs"], 100 * row["believed"], row["confirmed"])
        for row in grouped.annotate(pairs=Count("pk"), believed=Avg("posterior"), confirmed=Avg("right"))
    ]


def change(now: Numbers, before: Numbers) -> dict[str, list[int]]:
    """What came to each source since the run before."""
    nothing = [0] * len(COLUMNS)
    return {
        source: [a - b for a, b in zip(values, before.get(source, nothing), strict=True)]
        for source, values in now.items()
    }
