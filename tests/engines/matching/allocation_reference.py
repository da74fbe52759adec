"""Hard allocation once more, slowly: every possible allocation of a tiny instance, and plain augmenting paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]
Pairs = dict[tuple[Any, Any], int]


def everything(people: list[Row], places: list[Row], pairs: Pairs, cap: int | None) -> Iterator[dict]:
    """Every allowed allocation, person -> place (or None)."""
    room = {place["place_id"]: place["capacity"] for place in places}
    kept = {place["place_id"]: place.get("reserved") or 0 for place in places}

    def go(rest: list[Row], chosen: dict) -> Iterator[dict]:
        if not rest:
            yield dict(chosen)
            return
        one, later = rest[0], rest[1:]
        chosen[one["person_id"]] = None
        yield from go(later, chosen)
        for place in room:
            if (one["person_id"], place) in pairs and allowed(one, place, chosen):
                chosen[one["person_id"]] = place
                yield from go(later, chosen)
        del chosen[one["person_id"]]

    by_id = {one["person_id"]: one for one in people}

    def allowed(one: Row, place: Any, chosen: dict) -> bool:
        elsewhere = {other: at for other, at in chosen.items() if other != one["person_id"] and at is not None}
        inside = [by_id[other] for other, at in elsewhere.items() if at == place]
        if len(inside) + 1 > room[place]:
            return False
        others = [mate for mate in (*inside, one) if mate["tier"] == 2]
        if len(others) > room[place] - kept[place]:
            return False
        if cap is None or one["household_id"] is None:
            return True
        return sum(by_id[other]["household_id"] == one["household_id"] for other in elsewhere) < cap

    yield from go(people, {})


def worth(people: list[Row], pairs: Pairs, chosen: dict[Any, Any]) -> tuple[int, int, int, int]:
    """Households of tier 0, persons of tier 1, all others, score: compared as a tuple."""
    placed = [one for one in people if chosen[one["person_id"]] is not None]
    homes = {
        ("alone", one["person_id"]) if one["household_id"] is None else one["household_id"]
        for one in placed if one["tier"] == 0
    }  # fmt: skip
    key = sum(one["tier"] == 1 for one in placed)
    score = sum(pairs[one["person_id"], chosen[one["person_id"]]] for one in placed)
    return len(homes), key, len(placed) - len(homes) - key, score


def best(people: list[Row], places: list[Row], pairs: Pairs, cap: int | None) -> tuple[int, int, int, int]:
    """The greatest worth of any allowed allocation."""
    return max(worth(people, pairs, chosen) for chosen in everything(people, places, pairs, cap))


def matching(wishes: list[set[Any]], capacity: dict[Any, int]) -> int:
    """How many can be served at once, each by one of the places wished for, by augmenting paths."""
    holders: dict[Any, list[int]] = {place: [] for place in capacity}

    def serve(number: int, seen: set[Any]) -> bool:
        for place in sorted(wishes[number] - seen):
            seen.add(place)
            if len(holders[place]) < capacity[place]:
                holders[place].append(number)
                return True
            for at, other in enumerate(holders[place]):
                if serve(other, seen):
                    holders[place][at] = number
                    return True
        return False

    return sum(serve(number, set()) for number in range(len(wishes)))


def maxima(people: list[Row], capacity: dict[Any, int], pairs: set[tuple[Any, Any]]) -> list[int]:
    """Most claims of tiers 0, 0-1, 0-2, without a cap and without reserved places."""
    wishes = {one["person_id"]: {place for person, place in pairs if person == one["person_id"]} for one in people}
    homes: dict[Any, set[Any]] = {}
    for one in people:
        if one["tier"] == 0:
            homes.setdefault(one["household_id"], set()).update(wishes[one["person_id"]])
    first = list(homes.values())
    key = [wishes[one["person_id"]] for one in people if one["tier"] == 1]
    steps = [matching(first, capacity), matching(first + key, capacity), matching(list(wishes.values()), capacity)]
    return [steps[0], steps[1] - steps[0], steps[2] - steps[1]]


def counted(rows: list[Row]) -> Counter:
    return Counter(row["counted"] for row in rows)
