"""The figures above the ledger and on the desk: labour statuses, townships, what needs a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Left, TruncMonth
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.casework.models import Task
from jobbridge.apps.imports.models import BatchState, ImportBatch, ImportRow, RowState
from jobbridge.apps.linkage.agreements import KEEPERS, ending_soon
from jobbridge.apps.linkage.models import Decision, DuplicateSuspicion, Link, Suspicion, Zone
from jobbridge.apps.placements.models import MatchRun
from jobbridge.apps.targeting.models import EMPLOYED, HouseholdStatus, LabourStatus, PersonStatus
from jobbridge.web.access import COUNTY, may_open
from jobbridge.web.frame import cached
from jobbridge.web.places import townships_of

LONGEST_LABEL = 4


@dataclass(frozen=True)
class Tile:
    """One township: share of its labourers of known situation who want work and have none, and its colour step."""

    code: str
    name: str
    seeking: int
    labourers: int
    rate: float | None
    step: str

    @property
    def label(self) -> str:
        """The name where it fits, else its beginning; the tooltip has it all."""
        return self.name if len(self.name) <= LONGEST_LABEL else self.name[: LONGEST_LABEL - 1] + "…"


@dataclass(frozen=True)
class Overview:
    """Figures of one scope."""

    statuses: dict[str, int]
    households: int
    zero: int
    zero_unknown: int
    needed: int
    visited: int
    tiles: list[Tile] = field(default_factory=list)
    ramp: list[tuple[str, str]] = field(default_factory=list)

    @property
    def labourers(self) -> int:
        return sum(self.statuses.values())

    @property
    def known(self) -> int:
        """Labourers whose situation is known: whoever is yet to be asked is in no rate."""
        return self.labourers - self.unknown

    @property
    def employed(self) -> int:
        return sum(self.statuses[letter] for letter in EMPLOYED)

    @property
    def seeking(self) -> int:
        return self.statuses["S"]

    @property
    def unknown(self) -> int:
        return self.statuses["U"]

    @property
    def employed_rate(self) -> float | None:
        return share(self.employed, self.known)

    @property
    def visited_rate(self) -> float | None:
        return share(self.visited, self.needed)

    @property
    def bars(self) -> list[tuple[str, int, float]]:
        """Each status letter with its number and its share in percent."""
        return [(letter, n, share(n, self.labourers) or 0.0) for letter, n in self.statuses.items()]


def share(part: int, whole: int) -> float | None:
    """Percent; None when there is nobody to count."""
    return round(100 * part / whole, 2) if whole else None


def overview(actor: Actor) -> Overview:
    """The figures of the actor's scope, a minute old at most."""
    return cached(actor, "overview", lambda: _compute(actor))


def _compute(actor: Actor) -> Overview:
    by_town: dict[str, dict[str, int]] = {}
    statuses = dict.fromkeys(LabourStatus.values, 0)
    grouped = PersonStatus.objects.visible_to(actor).values("status", town=Left("region_code", 9))
    for row in grouped.annotate(n=Count("id")).order_by():
        statuses[row["status"]] += row["n"]
        by_town.setdefault(row["town"], {})[row["status"]] = row["n"]
    # Coverage counts the households that need something, as the indicator households.visited does.
    needed = Q(urgency__gt=0)
    households = HouseholdStatus.objects.visible_to(actor).aggregate(
        all=Count("id"),
        zero=Count("id", filter=Q(zero_employment=True)),
        zero_unknown=Count("id", filter=Q(zero_employment__isnull=True)),
        needed=Count("id", filter=needed),
        visited=Count("id", filter=needed & Q(last_visit__gte=TruncMonth("as_of"))),
    )
    tiles, ramp = _tiles(actor, by_town)
    return Overview(
        statuses=statuses,
        households=households["all"],
        zero=households["zero"],
        zero_unknown=households["zero_unknown"],
        needed=households["needed"],
        visited=households["visited"],
        tiles=tiles,
        ramp=ramp,
    )


def _tiles(actor: Actor, by_town: dict[str, dict[str, int]]) -> tuple[list[Tile], list[tuple[str, str]]]:
    """Townships by falling rate; those above zero in four steps of equally many townships."""
    figures = []
    for area in townships_of(actor):
        counts = by_town.get(area.prefix, {})
        labourers = sum(counts.values()) - counts.get("U", 0)
        figures.append((area, counts.get("S", 0), labourers, share(counts.get("S", 0), labourers)))
    rates = sorted(rate for *_rest, rate in figures if rate)
    quarters = {round(rates[len(rates) * i // 4], 1) for i in (1, 2, 3)} if rates else set()
    limits = sorted(quarters - {0.0})

    def step(rate: float | None) -> str:
        """The colour: none known, none seeking, then one to four."""
        if rate is None:
            return "none"
        return str(1 + sum(rate >= limit for limit in limits)) if rate else "0"

    tiles = [
        Tile(area.prefix, area.name, seeking, labourers, rate, step(rate))
        for area, seeking, labourers, rate in figures
    ]
    tiles.sort(key=lambda tile: (tile.rate is None, -(tile.rate or 0), tile.code))
    return tiles, _key(limits)


def _key(limits: list[float]) -> list[tuple[str, str]]:
    """What each colour step stands for."""
    if not limits:
        return []
    middle = [f"{low}–{high}%" for low, high in zip(limits, limits[1:], strict=False)]
    return [(str(at), text) for at, text in enumerate(["0", f"< {limits[0]}%", *middle, f"≥ {limits[-1]}%"])]


def to_do(actor: Actor) -> list[dict[str, Any]]:
    """What waits for a person in this scope, urgent first; lines with nothing behind them are left out."""

    def count() -> list[dict[str, Any]]:
        today = timezone.localdate()
        tasks = Task.objects.visible_to(actor).filter(state="open")
        batches = ImportBatch.objects.visible_to(actor)
        meet = tasks.filter(kind="meet")
        twice = DuplicateSuspicion.objects.visible_to(actor)
        lines = [
            (
                True,
                "alert-triangle",
                _("零就业家庭待见面"),
                _("48 小时内必须入户"),
                meet.count(),
                "tasks",
                "?kind=meet",
            ),
            (
                False,
                "clock",
                _("走访任务已超期"),
                _("请催办或改派"),
                tasks.filter(due_on__lt=today).count(),
                "tasks",
                "?view=late",
            ),
            (
                False,
                "user-check",
                _("就业与意愿待核实"),
                _("未知不算“否”，先问清"),
                tasks.filter(kind="verify").count(),
                "tasks",
                "?kind=verify",
            ),
            (
                False,
                "database-search",
                _("比对存疑人员"),
                _("机器拿不准，请人核对"),
                Link.objects.visible_to(actor).filter(zone=Zone.REVIEW, decision=Decision.PENDING).count(),
                "linkage",
                "",
            ),
            (
                False,
                "eye",
                _("疑点待核实"),
                _("两边说法不一致，先问再定"),
                Suspicion.objects.visible_to(actor).filter(state="open").count(),
                "linkage_suspicions",
                "",
            ),
            (
                False,
                "users",
                _("疑似重复人员"),
                _("台账里可能登记了两次"),
                twice.filter(state="open").count() if actor.role in COUNTY else 0,
                "linkage_duplicates",
                "",
            ),
            (
                False,
                "send",
                _("撮合批次待放行"),
                _("放行之前不通知任何人"),
                MatchRun.objects.filter(state="draft").count() if actor.role in COUNTY else 0,
                "match_runs",
                "",
            ),
            (
                False,
                "file-text",
                _("数据协议将到期"),
                _("到期后该部门的数据不再收取"),
                ending_soon(today).count() if actor.role in KEEPERS else 0,
                "linkage_agreements",
                "",
            ),
            (
                False,
                "file-spreadsheet",
                _("导入待处理"),
                _("确认列或裁定冲突"),
                batches.filter(
                    Q(state__in=[BatchState.MAPPING, BatchState.VALIDATED])
                    | Exists(ImportRow.objects.filter(batch=OuterRef("pk"), state=RowState.CONFLICT))
                ).count(),
                "imports",
                "",
            ),
        ]
        return [
            {
                "urgent": urgent,
                "icon": icon,
                "label": label,
                "note": note,
                "n": n,
                "url": reverse(f"desk:{view}") + query,
            }
            for urgent, icon, label, note, n, view, query in lines
            if n and may_open(actor.role, reverse(f"desk:{view}"))
        ]

    return cached(actor, f"todo:{get_language()}:{actor.role}", count)
