"""户台账: which households there are, in what state, and which need a visit first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.brokers.models import Broker
from jobbridge.apps.casework import rules
from jobbridge.apps.casework.models import Case, CaseKind, CaseState, Task
from jobbridge.apps.registry.enums import MONITORED, HouseholdCategory
from jobbridge.apps.targeting.models import HouseholdStatus
from jobbridge.kernel.division import bounds
from jobbridge.web.access import STAFF, page_for, wants_fragment
from jobbridge.web.desk.figures import employment_trend
from jobbridge.web.desk.overview import overview, to_do
from jobbridge.web.frame import cached
from jobbridge.web.paging import page_of
from jobbridge.web.places import places_of, townships_of

LATE_DAYS = 30
ORDER = ("-urgency", "household_id")

TABS = {
    "": gettext_lazy("全部"),
    "zero": gettext_lazy("零就业家庭"),
    "seeking": gettext_lazy("有意愿未就业"),
    "monitored": gettext_lazy("监测户"),
    "unknown": gettext_lazy("待核实"),
    "late": gettext_lazy("30 天未走访"),
}
# Lists behind single figures: a tab appears while one of them is open.
BEHIND_FIGURES = {
    "zero_unknown": gettext_lazy("零就业不明"),
    "visited": gettext_lazy("本月已走访"),
}


@dataclass(frozen=True)
class Filters:
    """The filters of the ledger, all of them in the address."""

    view: str = ""
    town: str = ""
    category: str = ""
    q: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Filters:
        get = request.GET
        view, town = get.get("view", ""), get.get("town", "")
        return cls(
            view=view if view in TABS or view in BEHIND_FIGURES else "",
            town=town if len(town) == 9 and town.isascii() and town.isdigit() else "",
            category=get.get("category", "") if get.get("category", "") in HouseholdCategory.values else "",
            q=get.get("q", "").strip()[:40],
        )

    @property
    def active(self) -> bool:
        return bool(self.town or self.category or self.q)


def tab_conditions() -> dict[str, Q]:
    """What each tab means."""
    long_ago = timezone.localdate() - timedelta(days=LATE_DAYS)
    return {
        "zero": Q(zero_employment=True),
        "seeking": Q(seeking__gt=0),
        "monitored": Q(monitored=True),
        "unknown": Q(unknown__gt=0),
        "late": Q(last_visit__lt=long_ago) | Q(last_visit__isnull=True),
        # As the indicators of these names count them.
        "zero_unknown": Q(zero_employment__isnull=True),
        "visited": Q(urgency__gt=0, last_visit__gte=TruncMonth("as_of")),
    }


def ledger_rows(actor: Actor, filters: Filters) -> QuerySet[HouseholdStatus]:
    """Households in scope under the filters, the tab left aside."""
    rows = HouseholdStatus.objects.visible_to(actor)
    if filters.town:
        low, high = bounds(filters.town)
        rows = rows.filter(region_code__gte=low, region_code__lt=high)
    if filters.category:
        rows = rows.filter(household__category=filters.category)
    if filters.q:
        # Ranges, not LIKE: row-level security keeps LIKE away from the index.
        end = filters.q + "\U0010ffff"
        number = filters.q.upper()
        rows = rows.filter(
            Q(household__head_name__gte=filters.q, household__head_name__lt=end)
            | Q(household__number__gte=number, household__number__lt=number + "\U0010ffff")
        )
    return rows


def tab_counts(actor: Actor, filters: Filters) -> dict[str, int]:
    """Households behind each tab, a minute old at most."""

    def count() -> dict[str, int]:
        tabs = {name: Count("id", filter=condition) for name, condition in tab_conditions().items()}
        return ledger_rows(actor, filters).aggregate(all=Count("id"), **tabs)

    return cached(actor, f"ledger:{filters.town}:{filters.category}:{filters.q.encode().hex()}", count)


def ledger_page(request: HttpRequest) -> dict[str, Any]:
    """Everything the list part of the page shows."""
    filters = Filters.of(request)
    rows = ledger_rows(request.actor, filters)
    if filters.view:
        rows = rows.filter(tab_conditions()[filters.view])
    page = page_of(rows.select_related("household"), order=ORDER, cursor=request.GET.get("after", ""))
    describe(page.rows)
    counts = tab_counts(request.actor, filters)
    shown = TABS | {name: label for name, label in BEHIND_FIGURES.items() if name == filters.view}
    return {
        "page": page,
        "filters": filters,
        "tabs": [(name, label, counts[name or "all"]) for name, label in shown.items()],
        "towns": [(area.prefix, area.name) for area in townships_of(request.actor)],
        "categories": HouseholdCategory.choices,
    }


def describe(rows: list[HouseholdStatus]) -> None:
    """Give each row its place, broker, days since the last visit and next step: four queries a page."""
    places = places_of(row.region_code for row in rows)
    brokers = dict(Broker.objects.filter(active=True, region_code__in=places).values_list("region_code", "name"))
    tasks: dict[int, Task] = {}
    open_tasks = Task.objects.filter(household__in=[row.household_id for row in rows], state="open")
    for task in open_tasks.order_by("urgency", "-due_on"):
        tasks[task.household_id] = task  # the last, most urgent one stays
    cases = Case.objects.filter(household__in=[row.household_id for row in rows], kind=CaseKind.ZERO_EMPLOYMENT)
    met = set(cases.filter(state__in=[CaseState.MEASURES, CaseState.WATCH]).values_list("household_id", flat=True))
    for row in rows:
        row.place = places[row.region_code]
        row.broker = brokers.get(row.region_code, "")
        row.days = (timezone.localdate() - row.last_visit).days if row.last_visit else None
        row.is_late = row.days is None or row.days > LATE_DAYS
        row.is_monitored = row.household.category in MONITORED
        row.task = tasks.get(row.household_id)
        row.next_step = rules.next_step(
            zero=row.zero_employment, met=row.household_id in met, seeking=row.seeking, unknown=row.unknown,
            late=row.is_late,
        )  # fmt: skip
        row.step, row.step_tone = _step_words(row)


def _step_words(row: HouseholdStatus) -> tuple[str, str]:
    """What to do at this household, and how loudly to say so ("zhu", "act" or "quiet")."""
    if row.task:
        return _(row.task.get_kind_display()), "zhu" if row.zero_employment else "act"
    return {
        "meet": (_("48 小时内见面"), "zhu"),
        "offer": (_("推荐岗位"), "act"),
        "verify": (_("核实就业与意愿"), "act"),
        "visit": (_("安排走访"), "act"),
        "monthly": (_("按月回访"), "quiet"),
    }[row.next_step]


@page_for(STAFF)
def households(request: HttpRequest) -> HttpResponse:
    """The ledger; htmx asks for the list alone."""
    context = ledger_page(request)
    if wants_fragment(request, "list"):
        return render(request, "desk/ledger.html#list", context)
    context |= {
        "overview": overview(request.actor),
        "trend": employment_trend(request.actor),
        "todo": to_do(request.actor),
    }
    return render(request, "desk/ledger.html", context)
