"""口径与试算: the settings in force from which day, and what would come of others before they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from procrastinate.exceptions import AlreadyEnqueued

from jobbridge.apps.placements.models import MatchPolicy, MatchRun, WhatIf
from jobbridge.apps.placements.policies import (
    FURTHEST,
    PolicyRefused,
    adopt,
    first_day,
    first_free,
    in_force,
    last_run,
    may_withdraw,
    settings_of,
)
from jobbridge.apps.placements.policies import withdraw as withdraw_policy
from jobbridge.apps.placements.policy_rules import SETTINGS
from jobbridge.apps.placements.tasks import what_if_job
from jobbridge.apps.placements.whatif import propose
from jobbridge.web.access import COUNTY, STAFF, page_for, wants_fragment
from jobbridge.web.desk.jobs import is_queued
from jobbridge.web.desk.matching_words import SETTING_WORDS, WEIGHT_WORDS, class_name, differences
from jobbridge.web.fields import day_of, key_of, number_of
from jobbridge.web.paging import page_of
from jobbridge.web.people import clerk_names

HISTORY = 8
# Figure -> how it is written, and whether more is better (None: neither).
FIGURES: dict[str, tuple[str, bool | None]] = {
    "reach": ("share", True),
    "tier_0": ("share", True),
    "tier_1": ("share", True),
    "tier_2": ("share", True),
    "zero_households": ("share", True),
    "recommendations": ("number", True),
    "mean_score": ("score", True),
    "gap": ("gap", None),  # how sure, not how good
    "priority": ("gap", False),
    "gini": ("ratio", False),
    "full": ("number", None),
    "crowded": ("ratio", False),
    "short": ("number", False),
    "without_legal_post": ("number", False),
    "seconds": ("seconds", None),
}
# A change that would be written as nothing is none.
SMALLEST = {"share": 0.05, "gap": 0.00005, "number": 1, "ratio": 0.005, "score": 0.005, "seconds": 0.05}


@page_for(STAFF)
def policies(request: HttpRequest) -> HttpResponse:
    """The policies by day, and the form for the next."""
    present = in_force(timezone.localdate())
    chosen = key_of(request.GET.get("trial", ""))
    trial = WhatIf.objects.filter(pk=chosen).first() if chosen else None
    start = trial.trial if trial else settings_of(present)
    return _policies(request, present, start, manual=present.manual_release)


@require_POST
@page_for(COUNTY)
def add(request: HttpRequest) -> HttpResponse:
    """Write a new policy down."""
    today = timezone.localdate()
    problems = _adopt(request, today)
    if not problems:
        messages.success(request, _("新口径已写入，从生效日起按它撮合。"))
        return redirect("desk:match_policies")
    manual = "manual_release" in request.POST
    return _policies(request, in_force(today), request.POST, manual=manual, problems=problems)


@require_POST
@page_for(COUNTY)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a policy that has not begun."""
    try:
        taken = withdraw_policy(actor=request.actor, policy_id=pk, today=timezone.localdate())
    except MatchPolicy.DoesNotExist:
        raise Http404 from None
    except PolicyRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("{day} 起的口径已撤回。").format(day=f"{taken.valid_from:%Y-%m-%d}"))
    return redirect("desk:match_policies")


def _policies(
    request: HttpRequest, present: MatchPolicy, start: Mapping[str, Any], *, manual: bool,
    problems: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    today = timezone.localdate()
    last = last_run()
    page = page_of(MatchPolicy.objects.all(), order=("-valid_from", "id"), cursor=request.GET.get("after", ""))
    names = clerk_names(row.decided_by for row in page)
    for row in page:
        row.decider = names.get(row.decided_by, row.decided_by)
        row.current = row.pk == present.pk
        row.coming = row.valid_from > today
        row.revocable = may_withdraw(row, today=today, last_run=last)
    context = {
        "page": page,
        "present": present,
        "may_write": request.user.role in COUNTY,
        "problems": problems or {},
        "first_day": first_day(today),
        "last_day": today + FURTHEST,
        "valid_from": request.POST.get("valid_from", first_free(today).isoformat()),
        "note": request.POST.get("note", ""),
        "manual": manual,
        **_form(_values(start), problems or {}),
    }
    return render(request, "desk/match_policies.html", context, status=422 if problems else 200)


@page_for(COUNTY)
def what_if(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Try other settings. A post puts the trial in the queue; htmx polls how far it is."""
    today = timezone.localdate()
    problems: dict[str, str] = {}
    if request.method == "POST":
        problems, made = _try(request, today)
        if made:
            return redirect("desk:match_trial", made.pk)
    shown = get_object_or_404(WhatIf, pk=pk) if pk else None
    running = bool(shown and not shown.finished_at and is_queued(what_if_job.name, trial_id=shown.pk))
    context = {"shown": shown, "running": running, "rows": _comparison(shown) if shown else []}
    if wants_fragment(request, "trial"):
        response = render(request, "desk/match_what_if.html#trial", context)
        if not running:
            response["HX-Refresh"] = "true"  # the form and the history change with it
        return response
    present = in_force(today)
    history = list(WhatIf.objects.order_by("-pk")[:HISTORY])
    for past in history:
        past.changes = differences(past.present, past.trial)
    start = request.POST if request.method == "POST" else (shown.trial if shown else settings_of(present))
    context |= {
        "present": present,
        "today": today,
        "problems": problems,
        "history": history,
        "draft": MatchRun.objects.filter(state="draft").defer("report").order_by("-on", "-pk").first(),
        **_form(_values(start), problems),
    }
    return render(request, "desk/match_what_if.html", context, status=422 if problems else 200)


def _try(request: HttpRequest, today: date) -> tuple[dict[str, str], WhatIf | None]:
    try:
        with transaction.atomic():
            made = propose(
                actor=request.actor, on=today, settings=read_settings(request.POST, today), now=timezone.now()
            )
            what_if_job.defer(trial_id=made.pk, user_id=request.user.pk)
    except PolicyRefused as refusal:
        return refusal.problems, None
    except AlreadyEnqueued:
        return {"busy": _("另一个试算还没有算完，请等它结束。")}, None
    return {}, made


def _adopt(request: HttpRequest, today: date) -> dict[str, str]:
    form = request.POST
    begins = day_of(form.get("valid_from", ""))
    if begins is None:
        return {"valid_from": _("请填写生效日")}
    try:
        adopt(
            actor=request.actor, valid_from=begins, settings=read_settings(form, today),
            manual_release="manual_release" in form, note=form.get("note", ""), now=timezone.now(), today=today,
        )  # fmt: skip
    except PolicyRefused as refusal:
        return refusal.problems
    return {}


def read_settings(form: QueryDict, today: date) -> dict[str, Any]:
    """Settings from a form. What is no number is None, for the rules to name; weights not sent stay as they are."""
    present = settings_of(in_force(today))
    settings: dict[str, Any] = {}
    for name in SETTINGS:
        text = form.get(name, str(present[name])).strip()
        settings[name] = _decimal(text) if name == "kappa" else number_of(text)
    sent = {name: number_of(form.get(f"weight_{name}", str(value))) for name, value in present["weights"].items()}
    return settings | {"weights": sent}


def _decimal(text: str) -> float | None:
    whole, _dot, part = text.partition(".")
    plain = (whole + part).isascii() and (whole + part).isdigit() and len(text) < 9
    return float(text) if plain and whole else None


def _values(source: Mapping[str, Any]) -> dict[str, Any]:
    """One flat mapping of field names to values, from a form or from settings."""
    weights = source.get("weights")
    if isinstance(weights, Mapping):
        return {name: source[name] for name in SETTINGS} | {f"weight_{name}": n for name, n in weights.items()}
    return dict(source.items())


def _form(values: Mapping[str, Any], problems: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the form with words, values and what is wrong with them."""
    fields = [
        {"name": name, "word": word, "value": _plain(values.get(name, "")), "problem": problems.get(name, "")}
        for name, word in SETTING_WORDS.items()
    ]
    weights = [
        {"name": f"weight_{name}", "word": word, "value": values.get(f"weight_{name}", "")}
        for name, word in WEIGHT_WORDS.items()
    ]
    return {"fields": fields, "weights": weights, "weights_problem": problems.get("weights", "")}


def _plain(value: Any) -> Any:
    """3 for 3.0."""
    return f"{value:g}" if isinstance(value, float) else value


def _comparison(trial: WhatIf) -> list[dict[str, Any]]:
    """Each figure with both settings side by side, and whether the trial is better."""
    if not trial.result:
        return []
    words = {
        "reach": _("得到推荐的人"),
        "tier_0": class_name("tier", "0"),
        "tier_1": class_name("tier", "1"),
        "tier_2": class_name("tier", "2"),
        "zero_households": _("零就业家庭（至少一人得到推荐）"),
        "recommendations": _("推荐条数"),
        "mean_score": _("平均匹配分"),
        "gap": _("与最优的差距（上界）"),
        "priority": _("为优先让出的匹配分"),
        "gini": _("人选集中度（基尼系数）"),
        "full": _("人选已满的岗位"),
        "crowded": _("一个名额最多几人"),
        "short": _("缺人选的岗位"),
        "without_legal_post": _("没有合适岗位的人"),
        "seconds": _("用时"),
    }
    sides = [_flat(trial.result[side]) for side in ("present", "trial")]
    rows = []
    for name, (kind, more_is_better) in FIGURES.items():
        now, then = (side.get(name) for side in sides)
        if now is None and then is None:
            continue
        scale = 100 if kind == "share" else 1
        change = None if now is None or then is None else (then - now) * scale
        seen = change is not None and abs(change) >= SMALLEST[kind]
        better = (change > 0) == more_is_better if seen and more_is_better is not None else None
        rows.append(
            {
                "name": name,
                "word": words[name],
                "kind": kind,
                "now": None if now is None else now * scale,
                "then": None if then is None else then * scale,
                "change": change if seen or change is None else 0,
                "better": better,
            }
        )
    return rows


def _flat(side: Mapping[str, Any]) -> dict[str, Any]:
    return {**side, **{f"tier_{at}": reach for at, reach in enumerate(side["tiers"])}}
