"""撮合批次: what a run reached, how near the best it is, how fair; and whether a draft goes out to the people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobbridge.apps.placements import releases
from jobbridge.apps.placements.models import MatchRun, RunDecision, RunPost
from jobbridge.web.access import COUNTY, STAFF, page_for
from jobbridge.web.desk.matching_words import GROUPS, LIMITS, SETTING_WORDS, WEIGHT_WORDS, class_name
from jobbridge.web.paging import page_of
from jobbridge.web.people import clerk_names
from jobbridge.web.places import townships_of

ORDER = ("-on", "-id")
TOP = 8  # posts named on the page itself


@page_for(STAFF)
def runs(request: HttpRequest) -> HttpResponse:
    """The days' runs, the newest first; drafts wait for a word."""
    page = page_of(
        MatchRun.objects.filter(kind="day").defer("report"), order=ORDER, cursor=request.GET.get("after", "")
    )
    drafts = MatchRun.objects.filter(state="draft").count()
    return render(request, "desk/match_runs.html", {"page": page, "drafts": drafts})


@page_for(STAFF)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run. Its figures are the county's; the lists behind them hold only whom the user may see."""
    found = get_object_or_404(MatchRun, pk=pk, kind="day")
    # Runs of the first days did not count who got nothing.
    report = {"nobody": found.seekers - found.report.get("reached", 0)} | found.report
    fair = report.get("fairness", {})
    posts = RunPost.objects.filter(run=found).select_related("post__employer")
    own = {area.prefix: area.name for area in townships_of(request.actor)}
    decision = RunDecision.objects.filter(run=found).first()
    context = {
        "run": found,
        "report": report,
        "gini": fair.get("gini"),
        "priority": fair.get("priority"),
        "groups": _groups(report),
        "towns": _lines("township", [line for line in fair.get("township", []) if line["key"] in own], own),
        "reasons": _reasons(report),
        "short": list(posts.filter(short__gt=0).order_by("-short", "id")[:TOP]),
        "crowded": list(posts.filter(price__gt=0).order_by("-price", "id")[:TOP]),
        "settings": _settings(report),
        "decision": decision,
        "decider": clerk_names([decision.decided_by]).get(decision.decided_by, "") if decision else "",
        "may_decide": request.user.role in COUNTY,
    }
    return render(request, "desk/match_run.html", context)


@require_POST
@page_for(COUNTY)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a draft go."""
    get_object_or_404(MatchRun, pk=pk, kind="day")
    try:
        releases.release(run_id=pk, actor=request.actor, now=timezone.now())
    except releases.RunRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已放行，下一次发消息时通知到人。"))
    return redirect("desk:match_run", pk)


@require_POST
@page_for(COUNTY)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away; the next run may recommend the same pairs again."""
    get_object_or_404(MatchRun, pk=pk, kind="day")
    try:
        releases.discard(run_id=pk, actor=request.actor, note=request.POST.get("note", ""), now=timezone.now())
    except releases.RunRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已作废，没有通知任何人；下次撮合可以重新推荐。"))
    return redirect("desk:match_run", pk)


def _groups(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tables of the fairness report, each class with its share and its list."""
    fair = report.get("fairness", {})
    tiers = [{"key": str(line["tier"]), **line} for line in report.get("reach_by_tier", [])]
    found = [("tier", tiers)] + [(name, fair.get(name, [])) for name in ("sex", "age", "disability")]
    return [{"name": GROUPS[name], "lines": _lines(name, lines)} for name, lines in found if lines]


def _lines(group: str, lines: list[dict[str, Any]], names: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Lines of classes that hold somebody, with words, percent and the query of their list."""
    shown = []
    for line in lines:
        if not line["seekers"]:
            continue
        query = {"township": "town", "disability": "disabled"}.get(group, group)
        score = line["mean_score"]
        shown.append(
            line
            | {
                "name": names[line["key"]] if names else class_name(group, line["key"]),
                "query": f"{query}={line['key']}",
                "percent": 100 * line["reach"],
                "score": None if score is None else score / 100,
            }
        )
    return sorted(shown, key=lambda line: (line["percent"], line["key"])) if group == "township" else shown


def _reasons(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Why pairs fell out, the commonest first."""
    counts = {name: n for name, n in report.get("rejections", {}).items() if n}
    whole = sum(counts.values()) + report.get("legal_pairs", 0)
    return [
        {"key": name, "name": LIMITS.get(name, name), "pairs": n, "share": 100 * n / whole}
        for name, n in sorted(counts.items(), key=lambda item: -item[1])
    ]


def _settings(report: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """What the engine was told, in words."""
    told = report.get("settings", {})
    weights = told.get("weights", {})
    return [(word, told[name]) for name, word in SETTING_WORDS.items() if name in told] + [
        (word, weights[name]) for name, word in WEIGHT_WORDS.items() if name in weights
    ]
