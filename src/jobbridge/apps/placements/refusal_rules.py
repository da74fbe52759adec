"""What a refused post changes in the next runs: plain values in, plain values out.

=========  ====================================================================================================
wage       only posts whose top wage and whose middle wage are above those of the refused one
far        one step nearer: from another province to the own one, from another county to the own one, inside the
           county nearer than the refused post
kind       no post of the same 小类 of occupations
hours      no post of the same shift
lodging    outside the own county only posts with lodging
health     of heavy work: only lighter; of ordinary work, which most posts are: nothing heavy, and no post of the
           same 小类
family     the own county only, and nothing for a month: whoever cares for somebody is asked again later
employed   not matched until a visit or call has verified it (`columns`, and a task of casework)
other      nothing but that the post itself never comes back
=========  ====================================================================================================

A refusal is heard for `HEARD_DAYS`: wages, health and children change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

HEARD_DAYS = 180
FAMILY_DAYS = 60  # with the engine's notice of 30 days: a month of silence
HEAVY = 2  # what a post asks of health: 1 is ordinary work, 0 is light
OPENING = "已按您上次的意见："
LONGEST_PHRASE = 60
TITLE = 12  # of a job title, so much is enough to know it again
TRAVEL = ("county", "province", "anywhere")

# Kilometres between two places by their codes; None when not known.
Distance = Callable[[str, str], float | None]


@dataclass(frozen=True)
class Refused:
    """A refusal and what it was about. ``region`` is the post's: 6, 9 or 12 digits, 6 for a whole county."""

    reason: str
    on: date
    title: str
    occupation: str
    region: str
    wage_min: int
    wage_max: int
    health_min: int
    shift: str


@dataclass(frozen=True)
class Heard:
    """What a person's refusals of the last months add up to."""

    wage_above: int = 0
    middle_above: float = 0.0
    travel: str = "anywhere"
    too_far: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    shifts: frozenset[str] = frozenset()
    lodging: bool = False
    health: int = 2
    available_from: date | None = None
    phrases: tuple[str, ...] = field(default=())

    @property
    def bars(self) -> bool:
        """Whether some posts are out for this person alone."""
        return bool(self.middle_above or self.too_far or self.kinds or self.shifts or self.lodging)

    @property
    def phrase(self) -> str:
        """One reason in words, to stand among those of the next recommendation; "" when nothing was heard."""
        text = ""
        for said in self.phrases:
            longer = f"{text}；{said}" if text else OPENING + said
            if len(longer) <= LONGEST_PHRASE:
                text = longer
        return text


def heard(refusals: Iterable[Refused], *, home: str, on: date) -> Heard:
    """Add up the refusals of a person who lives in ``home``, as they count on a day."""
    recent = sorted((r for r in refusals if on - r.on < timedelta(days=HEARD_DAYS)), key=lambda r: r.on)
    low = [r for r in recent if r.reason == "wage"]
    wages = [r.wage_max for r in low]
    far = [r for r in recent if r.reason == "far"]
    tiring = [r for r in recent if r.reason == "health"]
    heavy = [r for r in tiring if r.health_min >= HEAVY]
    unfit = [r for r in recent if r.reason == "kind" or (r.reason == "health" and r.health_min < HEAVY)]
    kinds = {kind(r.occupation): r.title for r in unfit if kind(r.occupation)}
    shifts = {r.shift for r in recent if r.reason == "hours" and r.shift}
    family = [r.on for r in recent if r.reason == "family"]
    lodging = any(r.reason == "lodging" for r in recent)
    near = min([TRAVEL.index(_step_nearer(home, r.region)) for r in far] + [0 if family else len(TRAVEL) - 1])
    phrases = [
        f"工资高于{max(wages)}元" if wages else "",
        "离家更近" if far else "",
        *(f"不再推荐{title[:TITLE]}一类" for title in kinds.values()),
        "换了班次" if shifts else "",
        "县外的都包住" if lodging else "",
        "活更轻" if heavy else "不要重活" if tiring else "",
        "只在县内" if family else "",
    ]
    return Heard(
        wage_above=max(wages, default=0),
        middle_above=max((_middle(r.wage_min, r.wage_max) for r in low), default=0.0),
        travel=TRAVEL[near],
        too_far=frozenset(r.region for r in far if _inside_county(home, r.region)),
        kinds=frozenset(kinds),
        shifts=frozenset(shifts),
        lodging=lodging,
        health=HEAVY - 1 if tiring else HEAVY,
        available_from=max(family) + timedelta(days=FAMILY_DAYS) if family else None,
        phrases=tuple(filter(None, phrases)),
    )


def lasting(refusals: Collection[Refused], *, home: str, on: date) -> list[tuple[str, date]]:
    """What was heard, each in words with the first day on which it counts no more."""
    alone = [(heard([r], home=home, on=on).phrases, r.on + timedelta(days=HEARD_DAYS)) for r in refusals]
    return [
        (phrase, max(until for phrases, until in alone if phrase in phrases))
        for phrase in heard(refusals, home=home, on=on).phrases
    ]


def adjusted(seeker: Mapping[str, Any], said: Heard) -> dict[str, Any]:
    """The seeker's own limits with what was heard; never wider than what they said themselves."""
    floor = seeker["wage_floor"]
    days = [day for day in (seeker["available_from"], said.available_from) if day]
    return dict(seeker) | {
        "wage_floor": max(floor or 0, said.wage_above + 1) if said.wage_above else floor,
        "travel": TRAVEL[min(TRAVEL.index(seeker["travel"]), TRAVEL.index(said.travel))],
        "health": min(seeker["health"], said.health),
        "available_from": max(days, default=None),
    }


def floor_of_engine(seeker: Mapping[str, Any], said: Heard, wage_percent: int) -> int | None:
    """The wage floor that makes the engine, which takes posts from ``wage_percent`` of it on, refuse what was low."""
    floor = seeker["wage_floor"]
    if not said.wage_above or not wage_percent:  # at 0 percent the county takes wages for no limit at all
        return floor
    return max(floor or 0, -(-(said.wage_above + 1) * 100 // wage_percent))


def unwanted(said: Heard, *, home: str, post: Mapping[str, Any], distance: Distance) -> bool:
    """Whether the post is out for them: as low, its kind or shift, no lodging far from home, as far or farther."""
    region = post["region_code"]
    if _middle(post["wage_min"], post["wage_max"]) <= said.middle_above:
        return True
    if kind(post["occupation"]) in said.kinds or post["shift"] in said.shifts:
        return True
    if said.lodging and not post["lodging"] and region[:6] != home[:6]:
        return True
    return any(_as_far(home, region, limit, distance) for limit in said.too_far)


def fitting(reasons: Iterable[tuple[str, str]], *, lodging: bool) -> list[tuple[str, str]]:
    """The reasons, with their words, that can be given for a post: with ``lodging`` its lack is none."""
    return [(code, label) for code, label in reasons if not (lodging and code == "lodging")]


def kind(occupation: str) -> str:
    """The 小类 of an occupation code: its first three parts."""
    parts = occupation.split("-")
    return "-".join(parts[:3]) if len(parts) >= 3 else ""


def _middle(low: int, high: int) -> float:
    return (low + high) / 2


def _step_nearer(home: str, region: str) -> str:
    return "province" if region[:2] != home[:2] else "county"


def _inside_county(home: str, region: str) -> bool:
    """In a known township of the own county, but not the own one: there is something nearer."""
    return region[:6] == home[:6] and len(region) >= 9 and region[:9] != home[:9]


def _as_far(home: str, region: str, limit: str, distance: Distance) -> bool:
    if region[:9] == home[:9]:
        return False
    if region[:9] == limit[:9]:
        return True
    here, most = distance(home, region), distance(home, limit)
    return here is not None and most is not None and here >= most
