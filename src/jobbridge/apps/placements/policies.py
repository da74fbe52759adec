"""Which settings the matching follows on a day, and how the county changes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.placements.enums import RunKind
from jobbridge.apps.placements.models import MatchPolicy, MatchRun
from jobbridge.apps.placements.policy_rules import SETTINGS, problems

if TYPE_CHECKING:
    from jobbridge.engines.matching import Parameters

FURTHEST = timedelta(days=365)  # a policy is written for the coming year; later, nobody remembers that it waits
# Up to so many seekers every run also measures what priority costs; above, the second solving takes minutes.
MEASURED_UP_TO = 50_000


class PolicyRefused(ValueError):
    """The settings cannot be followed; ``problems`` says why, field by field."""

    def __init__(self, found: Mapping[str, str]) -> None:
        super().__init__("；".join(found.values()))
        self.problems = dict(found)


def in_force(on: date) -> MatchPolicy:
    """The policy of that day; before the first one, the values that the engine comes with (not saved)."""
    latest = MatchPolicy.objects.filter(valid_from__lte=on).order_by("-valid_from").first()
    return latest or MatchPolicy()


def first_day(today: date) -> date:
    """The first day for which a policy can still be written: tomorrow once today has been matched."""
    return today + timedelta(days=MatchRun.objects.filter(on=today, kind=RunKind.DAY).exists())


def first_free(today: date) -> date:
    """The first day for which a policy can be written and none is yet."""
    day = first_day(today)
    taken = set(MatchPolicy.objects.filter(valid_from__gte=day).values_list("valid_from", flat=True))
    while day in taken:
        day += timedelta(days=1)
    return day


def may_withdraw(policy: MatchPolicy, *, today: date, last_run: date | None) -> bool:
    """Whether nothing has followed a policy yet: it has not begun, and no run is of its time."""
    return policy.valid_from > today and (last_run is None or last_run < policy.valid_from)


def last_run() -> date | None:
    """The last day that was matched."""
    return MatchRun.objects.order_by("-on").values_list("on", flat=True).first()


def settings_of(policy: MatchPolicy) -> dict[str, Any]:
    """The numbers of a policy, without when and by whom."""
    return {name: getattr(policy, name) for name in (*SETTINGS, "weights")}


def parameters_of(settings: Mapping[str, Any], *, seekers: int = 0) -> Parameters:
    """The settings as the engine takes them; small counties also learn what priority costs."""
    # Here and not above: pages import this module too, and need neither numba nor its second of loading.
    from jobbridge.engines.matching import Parameters, Weights

    return Parameters(
        k=settings["k"],
        kappa=settings["kappa"],
        first_bonus=(settings["bonus_zero"], settings["bonus_key"], settings["bonus_other"]),
        next_bonus=settings["bonus_next"],
        wage_percent=settings["wage_percent"],
        weights=Weights(**settings["weights"]),
        measure_priority=0 < seekers <= MEASURED_UP_TO,
    )


def adopt(
    *, actor: Actor, valid_from: date, settings: Mapping[str, Any], manual_release: bool, note: str, now: datetime,
    today: date,
) -> MatchPolicy:  # fmt: skip
    """Write a new policy down.

    Raises PolicyRefused for values out of range, a day past, matched already, more than a year ahead, or one that has
    a policy.
    """
    found = problems(settings)
    if valid_from < today:
        found["valid_from"] = _("生效日不能早于今天：已经撮合过的日子不能改口径")
    elif valid_from < first_day(today):
        found["valid_from"] = _("今天已经撮合过，新口径最早从明天生效")
    elif valid_from > today + FURTHEST:
        found["valid_from"] = _("生效日最晚在一年以内：{day}").format(day=f"{today + FURTHEST:%Y-%m-%d}")
    if found:
        raise PolicyRefused(found)
    values = {name: settings[name] for name in (*SETTINGS, "weights")}
    try:
        with acting_as(actor), transaction.atomic():
            return MatchPolicy.objects.create(
                valid_from=valid_from, manual_release=manual_release, note=note.strip()[:200], decided_by=actor.key,
                decided_at=now, **values,
            )  # fmt: skip
    except IntegrityError as error:
        day = f"{valid_from:%Y-%m-%d}"
        raise PolicyRefused({"valid_from": _("{day}已有口径，请另选一天").format(day=day)}) from error


def withdraw(*, actor: Actor, policy_id: int, today: date) -> MatchPolicy:
    """Take a policy back that nothing has followed yet; the audit keeps what it said.

    Raises MatchPolicy.DoesNotExist, or PolicyRefused when it has begun or was used.
    """
    with acting_as(actor), transaction.atomic():
        policy = MatchPolicy.objects.select_for_update().get(pk=policy_id)
        if not may_withdraw(policy, today=today, last_run=last_run()):
            raise PolicyRefused({"withdraw": _("这个口径已经生效，不能撤回；可以从另一天起新立口径")})
        policy.delete()
    return policy
