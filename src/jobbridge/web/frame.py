"""The desk's frame: navigation with what waits behind each entry, the user's scope, and how old the data are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.areas.models import Area
from jobbridge.apps.casework.models import Task
from jobbridge.apps.linkage.models import Decision, Link, Zone
from jobbridge.apps.targeting.models import HouseholdStatus
from jobbridge.web.access import CLERKS, COUNTY, STAFF

FRESH_SECONDS = 60
WAITING = "waiting"


@dataclass(frozen=True)
class Entry:
    """One line of the navigation; `count` names a figure of `waiting`, `urgent` paints it red."""

    view: str
    label: str | Promise
    icon: str
    roles: frozenset[Role] = STAFF
    count: str = ""
    urgent: bool = False
    also: tuple[str, ...] = ()


POSTS = ("post", "post_edit", "post_review", "post_calls", "post_occupation", "shortage", "titles")
MATCHING = (
    "match_runs", "match_run", "match_people", "match_posts", "match_what_if", "match_trial", "match_policies",
    "match_policy_add",
)  # fmt: skip

SECTIONS: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    ("", (Entry("home", gettext_lazy("工作台"), "home"),)),
    (
        gettext_lazy("台账"),
        (
            Entry("households", gettext_lazy("户台账"), "list-details", also=("household",)),
            Entry("persons", gettext_lazy("人员台账"), "users", also=("person",)),
            Entry("groups", gettext_lazy("重点群体"), "alert-triangle", count="zero", urgent=True),
        ),
    ),
    (
        gettext_lazy("服务"),
        (
            Entry("tasks", gettext_lazy("走访任务"), "route", count="tasks"),
            Entry("posts", gettext_lazy("岗位与撮合"), "briefcase", also=(*POSTS, *MATCHING)),
            Entry("employers", gettext_lazy("用工单位"), "building", also=("employer", "employer_new", "post_new")),
            Entry("messages", gettext_lazy("消息"), "message", COUNTY),
        ),
    ),
    (
        gettext_lazy("数据"),
        (
            Entry("imports", gettext_lazy("导入中心"), "upload", CLERKS, also=("import", "import_columns")),
            Entry(
                "linkage",
                gettext_lazy("数据比对"),
                "database-search",
                CLERKS,
                count="pairs",
                also=(
                    "linkage_second",
                    "linkage_results",
                    "linkage_records",
                    "linkage_returnees",
                    "linkage_outsiders",
                    "linkage_suspicions",
                    "linkage_duplicates",
                    "linkage_agreements",
                ),
            ),
            Entry("cycle", gettext_lazy("每日循环"), "refresh"),
        ),
    ),
    (gettext_lazy("分析"), (Entry("indicators", gettext_lazy("指标看板"), "chart-bar"),)),
)


def desk_frame(request: HttpRequest) -> dict[str, Any]:
    """Sections of the navigation, the scope in words, and the day of the data."""
    user, actor = request.user, request.actor
    here = request.resolver_match.url_name if request.resolver_match else ""
    figures = waiting(actor)
    sections = []
    for title, entries in SECTIONS:
        lines = [
            {
                "view": f"desk:{entry.view}",
                "label": entry.label,
                "icon": entry.icon,
                "count": figures.get(entry.count, 0),
                "urgent": entry.urgent,
                "current": here == entry.view or here in entry.also,
            }
            for entry in entries
            if user.role in entry.roles
        ]
        if lines:
            sections.append({"title": title, "entries": lines})
    return {"sections": sections, "scope": scope_label(request), "as_of": figures["as_of"]}


def waiting(actor: Actor) -> dict[str, Any]:
    """What needs a person inside the actor's scope. A minute old at most: lists show the live rows."""

    def count() -> dict[str, Any]:
        households = HouseholdStatus.objects.visible_to(actor)
        latest: date | None = households.order_by("-as_of").values_list("as_of", flat=True).first()
        return {
            "zero": households.filter(zero_employment=True).count(),
            "tasks": Task.objects.visible_to(actor).filter(state="open").count(),
            "pairs": Link.objects.visible_to(actor).filter(zone=Zone.REVIEW, decision=Decision.PENDING).count(),
            "as_of": latest,
        }

    return cached(actor, WAITING, count)


def cached(actor: Actor, name: str, compute: Callable[[], Any]) -> Any:
    """A figure kept for a minute, apart for every scope: two users share it only if they see the same rows."""
    return cache.get_or_set(_key(actor, name), compute, FRESH_SECONDS)


def forget(actor: Actor, name: str) -> None:
    """The next page counts anew what was ``cached`` under this name."""
    cache.delete(_key(actor, name))


def _key(actor: Actor, name: str) -> str:
    return f"{name}:{actor.scope.ranges!r}".replace(" ", "")


def scope_label(request: HttpRequest) -> tuple[str, str]:
    """The user's area in bold and what it spans, for the top bar."""
    areas = list(request.user.areas.order_by("code")[:2])
    zones = list(request.user.management_areas.order_by("name")[:2])
    if not areas and not zones:
        return _("未设范围"), _("请联系管理员")
    first = zones[0].name if zones else areas[0].name
    if len(areas) + len(zones) > 1:
        return first, _("等多个区域")
    if zones:
        return first, ""
    inside = Area.objects.filter(parent=areas[0]).count()
    unit = {3: _("全部 {n} 个乡镇"), 4: _("全部 {n} 个村（社区）")}.get(areas[0].level, "")
    return first, unit.format(n=inside) if inside else ""
