"""The documented rules once more, slowly and in plain Python, to check the engine against."""

from __future__ import annotations

import datetime as dt
import math
from itertools import product
from typing import Any

Row = dict[str, Any]
ON = dt.date(2026, 3, 2)
GENERAL = ("6-00", "6-31-05", "6-31-99", "4-02-05-01", "4-09-08-01")
FIRST_BONUS, NEXT_BONUS = (80_000, 50_000, 20_000), 5_000


def shared_parts(a: str | None, b: str) -> int:
    """How many leading parts of two occupation codes agree."""
    if a is None:
        return 0
    count = 0
    for x, y in zip(a.split("-"), b.split("-"), strict=True):
        if x != y:
            break
        count += 1
    return count


def is_open(post: Row) -> bool:
    return post["active"] and post["openings"] > 0 and (post["expires_on"] is None or post["expires_on"] >= ON)


def limits_broken(seeker: Row, post: Row) -> set[str]:
    """Every hard limit between an open post and a seeker."""
    broken = set()
    near = max(shared_parts(seeker[name], post["occupation"]) for name in ("occupation_1", "occupation_2"))
    if near < 2 and not post["occupation"].startswith(GENERAL):
        broken.add("occupation")
    if seeker["region_code"][:6] != post["region_code"][:6]:
        same_province = seeker["region_code"][:2] == post["region_code"][:2]
        if seeker["travel"] == "county" or (seeker["travel"] == "province" and not same_province):
            broken.add("place")
    if not max(16, post["age_min"] or 0) <= seeker["age"] <= (post["age_max"] or 150):
        broken.add("age")
    if post["sex_limit"] is not None and seeker["sex"] != post["sex_limit"]:
        broken.add("sex")
    if (seeker["education"] or 0) < (post["education_min"] or 0):
        broken.add("education")
    if (2 if seeker["health"] is None else seeker["health"]) < (post["health_min"] or 0):
        broken.add("health")
    top = post["wage_max"] if post["wage_max"] is not None else post["wage_min"]
    if top is not None and top * 100 < (seeker["wage_floor"] or 0) * 80:
        broken.add("wage")
    ready = seeker["available_from"]
    if ready is not None and (
        ready > ON + dt.timedelta(days=30) or (post["expires_on"] is not None and ready > post["expires_on"])
    ):
        broken.add("available")
    return broken


def terms(seeker: Row, post: Row, usual_wage: int) -> dict[str, int]:
    """The named terms without distances (no table of places): default weights."""
    first = shared_parts(seeker["occupation_1"], post["occupation"])
    second = shared_parts(seeker["occupation_2"], post["occupation"])
    occupation = max(
        {4: 4000, 3: 2600, 2: 2000}.get(first, 1200), {4: 3400, 3: 2300, 2: 1800}.get(second, 1200)
    )
    home, work = seeker["region_code"], post["region_code"]
    away = home[:6] != work[:6]
    if away:
        place = 1300 if home[:2] == work[:2] else 1100
        if seeker["preferred_region"] == work[:6]:
            place = 2000
    else:
        place = 2000 if len(work) >= 9 and home[:9] == work[:9] else 1000
        if seeker["travel"] == "anywhere":
            place = place * 80 // 100
    low, high = post["wage_min"], post["wage_max"]
    low, high = (high if low is None else low), (low if high is None else high)
    wage = 1000
    if high is not None:
        wanted = seeker["wage_floor"] or usual_wage
        wage = min(2000, max(0, 1000 + math.floor(((low + high) // 2 - wanted) * (10_000 / (3 * wanted)))))
    asked = set(post["skills"] or ())
    skill = 1500 * len(asked & set(seeker["skills"] or ())) // len(asked) if asked else 750
    lodging = 500 if away and post["lodging"] else 0
    return {"occupation": occupation, "place": place, "wage": wage, "skill": skill, "lodging": lodging}


def optimum(
    pairs: dict[tuple[int, int], int], tiers: list[int], capacities: list[int], k: int
) -> int:
    """Best score + bonus, by longest augmenting paths (Bellman-Ford) on the flow network."""
    n, m = len(tiers), len(capacities)
    source, sink = n + m, n + m + 1
    arcs: list[list[int]] = []  # tail, head, room, worth; the arc back is the next one

    def arc(tail: int, head: int, room: int, worth: int) -> None:
        arcs.append([tail, head, room, worth])
        arcs.append([head, tail, 0, -worth])

    for i, r in product(range(n), range(k)):
        arc(source, i, 1, FIRST_BONUS[tiers[i]] if r == 0 else NEXT_BONUS >> (r - 1))
    for (i, j), score in pairs.items():
        arc(i, n + j, 1, score)
    for j in range(m):
        arc(n + j, sink, capacities[j], 0)
    total = 0
    while True:
        best = {source: 0}
        through: dict[int, int] = {}
        changed = True
        while changed:
            changed = False
            for number, (tail, head, room, worth) in enumerate(arcs):
                if room > 0 and tail in best and best[tail] + worth > best.get(head, -(10**12)):
                    best[head], through[head], changed = best[tail] + worth, number, True
        if best.get(sink, 0) <= 0:
            return total
        total += best[sink]
        node = sink
        while node != source:
            number = through[node]
            arcs[number][2] -= 1
            arcs[number ^ 1][2] += 1
            node = arcs[number][0]
