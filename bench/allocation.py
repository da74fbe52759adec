"""Hard allocation against going down a list, on the same made-up county and the same legal pairs.

    python -m bench.allocation --size ci

Contestants: ours; ours with one place a household; the list by registration (each takes the best place that is still
free, whoever he is); the list by tier (households of zero employment first, one member each, then tier 1, then the
others, each in order of registration); greedy by score (the best pair that is still possible, again and again); at
size ci HiGHS as a linear programme of the same worths, which must come to the same objective. Each runs in a process
of its own, so that CPU seconds and peak memory are its own. The last line is JSON: ``key_people`` are households of
tier 0 with a member placed and persons of tier 1.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jobbridge.engines.matching import Parameters, legal_pairs
from jobbridge.engines.matching.warm import warm

from . import matching_data

SIZES = {"ci": (10_000, 80, 800), "full": (100_000, 400, 6_000)}


@dataclass(frozen=True)
class Pairs:
    """The legal pairs of the county as arrays, sorted by person; what every contestant starts from."""

    person: np.ndarray
    post: np.ndarray
    score: np.ndarray
    capacity: np.ndarray
    tier: np.ndarray
    household: np.ndarray


def pairs_of(size: str) -> Pairs:
    seekers, posts, places = matching_data.make(*SIZES[size])
    table = legal_pairs(seekers, posts, places=places, parameters=Parameters(kappa=1.0), on=matching_data.ON)
    return Pairs(
        table["person_id"].to_numpy(), table["post_id"].to_numpy(), table["score"].to_numpy().astype(np.int64),
        posts["openings"].to_numpy(), seekers["tier"].to_numpy(), seekers["household_id"].to_numpy(),
    )  # fmt: skip


def judge(pairs: Pairs, chosen: list[int]) -> dict[str, Any]:
    """Figures of any choice of pairs, the same for all contestants."""
    person, post = pairs.person[chosen], pairs.post[chosen]
    assert len(np.unique(person)) == len(person)
    assert (np.bincount(post, minlength=len(pairs.capacity)) <= pairs.capacity).all()
    tier = pairs.tier[person]
    households = len(np.unique(pairs.household[person[tier == 0]]))
    key = int((tier == 1).sum())
    others = len(person) - households - key
    return {
        "placed": len(person), "tiers": [households, key, others], "key_people": households + key,
        "score": int(pairs.score[chosen].sum()),
    }  # fmt: skip


def ours(size: str, cap: int | None = None) -> dict[str, Any]:
    # Here, because OR-tools and HiGHS cannot live in one process: each brings a HiGHS of its own.
    from jobbridge.engines.matching.allocation import allocate

    seekers, posts, places = matching_data.make(*SIZES[size])
    cost = Cost()
    found = allocate(seekers, posts, places=places, on=matching_data.ON, household_cap=cap)
    spent, report = cost.read(), found.report
    homes = found.assignments["household_id"].to_numpy()
    assert cap is None or np.bincount(homes).max() <= cap
    tiers = [tier["served"] for tier in report["tiers"]]
    return {
        "placed": report["placed"], "tiers": tiers, "key_people": sum(tiers[:2]), "score": report["score"],
        "equal": tiers == [tier["maximum"] for tier in report["tiers"]] and report["proved"],
        "pairs": report["pairs"], **spent,
    }  # fmt: skip


def one_a_household(size: str) -> dict[str, Any]:
    return ours(size, 1)


def down(pairs: Pairs, order: list[int], once: bool, left: list[int], taken: set[int], chosen: list[int]) -> None:
    """Each person in turn takes the best free place; with ``once`` only the first who can of a household."""
    start = np.searchsorted(pairs.person, np.arange(len(pairs.tier) + 1))
    post, score, household = pairs.post.tolist(), pairs.score, pairs.household.tolist()
    homes: set[int] = set()
    for person in order:
        if person in taken or (once and household[person] in homes):
            continue
        mine = np.arange(start[person], start[person + 1])
        for at in mine[np.argsort(-score[mine], kind="stable")].tolist():
            if left[post[at]] > 0:
                left[post[at]] -= 1
                chosen.append(at)
                taken.add(person)
                homes.add(household[person])
                break


def by_registration(size: str) -> dict[str, Any]:
    pairs = pairs_of(size)
    cost = Cost()
    chosen: list[int] = []
    down(pairs, list(range(len(pairs.tier))), False, pairs.capacity.tolist(), set(), chosen)
    return {**cost.read(), **judge(pairs, chosen)}


def by_tier(size: str) -> dict[str, Any]:
    pairs = pairs_of(size)
    cost = Cost()
    chosen: list[int] = []
    left, taken = pairs.capacity.tolist(), set[int]()
    down(pairs, np.flatnonzero(pairs.tier == 0).tolist(), True, left, taken, chosen)
    down(pairs, np.flatnonzero(pairs.tier == 1).tolist(), False, left, taken, chosen)
    down(pairs, list(range(len(pairs.tier))), False, left, taken, chosen)
    return {**cost.read(), **judge(pairs, chosen)}


def by_score(size: str) -> dict[str, Any]:
    pairs = pairs_of(size)
    cost = Cost()
    left, taken, chosen = pairs.capacity.tolist(), bytearray(len(pairs.tier)), []
    person, post = pairs.person.tolist(), pairs.post.tolist()
    for at in np.argsort(-pairs.score, kind="stable").tolist():
        if left[post[at]] > 0 and not taken[person[at]]:
            left[post[at]] -= 1
            taken[person[at]] = 1
            chosen.append(at)
    return {**cost.read(), **judge(pairs, chosen)}


def highs(size: str) -> dict[str, Any]:
    """The same question as a linear programme: rows for persons, places and households of tier 0."""
    import highspy

    pairs = pairs_of(size)
    cost = Cost()
    count, persons, posts = len(pairs.person), len(pairs.tier), len(pairs.capacity)
    homes = np.unique(pairs.household[pairs.tier == 0])
    zero = pairs.tier[pairs.person] == 0
    home = np.searchsorted(homes, pairs.household[pairs.person])
    # A household's column h says "someone of it is placed": h - sum of its members' pairs <= 0. It earns what a
    # claim of tier 0 is worth beyond one of the last tier, which its members' pairs earn anyway.
    step = int(pairs.score.max()) * int(pairs.capacity.sum()) + 1
    gain = pairs.score + np.where(pairs.tier[pairs.person] == 1, 2 * step, step)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = count + len(homes), persons + posts + len(homes)
    model.sense_ = highspy.ObjSense.kMaximize
    # In steps, or 64-bit floats would not tell the scores apart.
    model.col_cost_ = np.append(gain, np.full(len(homes), 2 * step)) / step
    model.col_lower_ = np.zeros(model.num_col_)
    model.col_upper_ = np.ones(model.num_col_)
    model.row_lower_ = np.full(model.num_row_, -highspy.kHighsInf)
    model.row_upper_ = np.concatenate([np.ones(persons), pairs.capacity, np.zeros(len(homes))])
    length = np.append(np.where(zero, 3, 2), np.ones(len(homes), int))
    rows = np.stack([pairs.person, persons + pairs.post, persons + posts + home], 1)
    inside = np.stack([zero | True, zero | True, zero], 1)
    values = np.broadcast_to([1.0, 1.0, -1.0], rows.shape)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.append(0, np.cumsum(length))
    model.a_matrix_.index_ = np.append(rows[inside], persons + posts + np.arange(len(homes)))
    model.a_matrix_.value_ = np.append(values[inside], np.ones(len(homes)))
    solver = highspy.Highs()
    solver.silent()
    for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
        solver.setOptionValue(name, 1e-10)
    solver.passModel(model)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    answer = np.array(solver.getSolution().col_value)[:count]
    return {**cost.read(), **judge(pairs, np.flatnonzero(answer > 0.5).tolist())}


CONTESTANTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "ours": ours, "ours, one a household": one_a_household, "list by registration": by_registration,
    "list by tier": by_tier, "greedy by score": by_score, "HiGHS, same worths": highs,
}  # fmt: skip


class Cost:
    """CPU and wall seconds from here on, and the peak memory of the process."""

    def __init__(self) -> None:
        self.before = self._memory()
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def _memory(self) -> float:
        # The one of getrusage would start at the peak of the parent.
        return int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024

    def read(self) -> dict[str, float]:
        return {
            "cpu": time.process_time() - self.cpu, "wall": time.perf_counter() - self.wall,
            "peak_mb": self._memory(), "memory_mb": self._memory() - self.before,
        }  # fmt: skip


def _child(name: str, size: str, sender: Any) -> None:
    warm()
    sender.send(CONTESTANTS[name](size))


def _alone(name: str, size: str) -> dict[str, Any]:
    """Run one contestant in a fresh process."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(name, size, sender))
    process.start()
    sender.close()
    result: dict[str, Any] = receiver.recv()
    process.join()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="ci")
    size = parser.parse_args().size
    done = {}
    for name in CONTESTANTS:
        if name.startswith("HiGHS") and size != "ci":
            continue
        done[name] = one = _alone(name, size)
        print(
            f"{name:22} placed {one['placed']:6,} households, key, others {one['tiers']!s:20} score "
            f"{one['score']:>11,} cpu {one['cpu']:6.2f} s wall {one['wall']:6.2f} s "
            f"memory +{one['memory_mb']:.0f} MB",
            flush=True,
        )
    mine, capped = done["ours"], done["ours, one a household"]
    line = {
        "size": size,
        "pairs": mine["pairs"],
        "tiers_equal_maxima": mine["equal"] and capped["equal"],
        "key_people_vs_list": mine["key_people"] / done["list by registration"]["key_people"],
        "key_people_vs_list_by_tier": mine["key_people"] / done["list by tier"]["key_people"],
        "households_vs_list_by_tier": mine["tiers"][0] / done["list by tier"]["tiers"][0],
        "placed_vs_list_by_tier": mine["placed"] / done["list by tier"]["placed"],
        "score_vs_list_by_tier": mine["score"] / done["list by tier"]["score"],
        "cpu": mine["cpu"],
        "memory_mb": mine["memory_mb"],
        "peak_mb": mine["peak_mb"],
    }
    if size == "ci":
        exact = done["HiGHS, same worths"]
        line["same_as_highs"] = [exact["tiers"], exact["score"]] == [mine["tiers"], mine["score"]]
    print(json.dumps({name: round(x, 4) if isinstance(x, float) else x for name, x in line.items()}))


if __name__ == "__main__":
    main()
