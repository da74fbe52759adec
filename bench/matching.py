"""Matching against its peers, on the same made-up county.

    python -m bench.matching --size 20k

Contestants: ours (lists, auction, certificate); on our final lists, edge for edge, our auction alone and OR-tools'
min-cost flow; the exact optimum on everybody's top 30 by score; greedy (first come, first served, top 30); naive
top 3. Each runs in a process of its own, so that CPU seconds and peak memory are its own. The last line is JSON.

``objective`` is score plus coverage bonus; ``usable`` is the score of the best ``kappa x openings`` candidates of
each post, for nobody reads further; ``over_cap`` is the share of recommendations beyond that.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from jobbridge.engines.matching.auction import auction, objective
from jobbridge.engines.matching.candidates import Lists, empty_lists
from jobbridge.engines.matching.certificate import rescan
from jobbridge.engines.matching.columns import County, load
from jobbridge.engines.matching.compiled import usable_cores
from jobbridge.engines.matching.parameters import Parameters
from jobbridge.engines.matching.score import terms
from jobbridge.engines.matching.solve import held, solve
from jobbridge.engines.matching.warm import warm

from . import matching_data

SIZES = {"20k": (20_000, 500, 5_000), "100k": (100_000, 2_500, 25_000), "county": (400_000, 10_000, 100_000)}
PARAMETERS = Parameters()
FINE_STEP = 5
TOP = 30


def county(size: str) -> County:
    seekers, posts, places = matching_data.make(*SIZES[size])
    return load(seekers, posts, None, places, PARAMETERS, matching_data.ON)


def top_lists(where: County) -> Lists:
    """Everybody's best posts by score alone, best first."""
    lists = empty_lists(len(where.seekers.age), TOP)
    free = np.zeros(len(where.posts.capacity), np.int32)
    rescan(where, free, lists, replace(PARAMETERS, list_size=TOP), usable_cores())
    return lists


def judge(where: County, seeker: np.ndarray, post: np.ndarray, score: np.ndarray) -> dict[str, Any]:
    """Figures of any set of recommendations, the same for all contestants."""
    tier, capacity = where.seekers.tier, where.posts.capacity
    order = np.lexsort((-score, post))
    position = np.arange(len(post)) - np.searchsorted(post[order], post[order])
    read = order[position < capacity[post[order]]]
    got = np.bincount(seeker[read], minlength=len(tier))
    bonus = np.concatenate([np.zeros((3, 1), np.int64), np.cumsum(PARAMETERS.bonuses(), 1)], 1)
    return {
        "recommendations": len(post),
        "score": int(score.sum()),
        "usable": int(score[read].sum()),
        "objective": int(score[read].sum() + bonus[tier, np.minimum(got, PARAMETERS.k)].sum()),
        "over_cap": 1 - len(read) / max(1, len(post)),
        "reach": float((got > 0).mean()),
        "zero_reach": float((got[tier == 0] > 0).mean()),
    }


def picks(lists: Lists) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    seeker, place = held(lists)
    return seeker, lists.post[seeker, place], lists.score[seeker, place].astype(np.int64)


def ours(size: str, folder: Path) -> dict[str, Any]:
    where = county(size)
    meter = Meter()
    solution = solve(where, PARAMETERS)
    cost = meter.read()
    lists = solution.lists
    np.savez(folder / "lists.npz", post=lists.post, score=lists.score)
    points, _ = terms(where, solution.seeker, solution.post, PARAMETERS.weights)
    household = matching_data.make(*SIZES[size])[0]["household_id"].to_numpy()
    tier = where.seekers.tier
    served = solution.seeker[tier[solution.seeker] == 0]
    return {
        **judge(where, solution.seeker, solution.post, points.sum(1, dtype=np.int64)),
        **cost,
        "gap": solution.gap,
        "zero_households": len(np.unique(household[served])) / len(np.unique(household[tier == 0])),
    }


def same_edges(folder: Path) -> Lists:
    with np.load(folder / "lists.npz") as saved:
        post, score = saved["post"], saved["score"]
    return Lists(post, score, np.zeros(len(post), np.uint64), np.zeros(len(post), np.int8))


def our_auction(size: str, folder: Path) -> dict[str, Any]:
    where, lists = county(size), same_edges(folder)
    meter = Meter()
    auction(lists, where.seekers.tier, where.posts.capacity, PARAMETERS.bonuses(), FINE_STEP)
    cost = meter.read()
    assert sum(objective(lists, where.seekers.tier, PARAMETERS.bonuses())) == judge(where, *picks(lists))["objective"]
    return {**judge(where, *picks(lists)), **cost}


def ortools_on(where: County, lists: Lists) -> None:
    """Hold the exact optimum on these lists."""
    from ortools.graph.python import min_cost_flow

    n, m, k = len(lists.post), len(where.posts.capacity), PARAMETERS.k
    seeker, place = np.nonzero(lists.post >= 0)
    post, score = lists.post[seeker, place], lists.score[seeker, place].astype(np.int64)
    source, sink = n + m, n + m + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    tail = np.concatenate([np.full(n * k, source), seeker, n + np.arange(m), [source]]).astype(np.int32)
    head = np.concatenate([np.repeat(np.arange(n), k), n + post, np.full(m, sink), [sink]]).astype(np.int32)
    room = np.concatenate([np.ones(n * k + len(post), np.int64), where.posts.capacity, [n * k]])
    bonus = PARAMETERS.bonuses()[where.seekers.tier].ravel().astype(np.int64)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        tail, head, room, np.concatenate([-bonus, -score, np.zeros(m + 1, np.int64)])
    )
    supply = np.zeros(n + m + 2, np.int64)
    supply[source], supply[sink] = n * k, -n * k
    flow.set_nodes_supplies(np.arange(n + m + 2, dtype=np.int32), supply)
    assert flow.solve() == flow.OPTIMAL
    used = flow.flows(arcs)[n * k : n * k + len(post)] > 0
    np.bitwise_or.at(lists.held, seeker[used], np.uint64(1) << place[used].astype(np.uint64))


def ortools_same_edges(size: str, folder: Path) -> dict[str, Any]:
    where, lists = county(size), same_edges(folder)
    meter = Meter()
    ortools_on(where, lists)
    cost = meter.read()
    return {**judge(where, *picks(lists)), **cost}


def exact_top30(size: str, folder: Path) -> dict[str, Any]:
    where = county(size)
    meter = Meter()
    lists = top_lists(where)
    auction(lists, where.seekers.tier, where.posts.capacity, PARAMETERS.bonuses(), FINE_STEP)
    cost = meter.read()
    return {**judge(where, *picks(lists)), **cost}


def greedy(size: str, folder: Path) -> dict[str, Any]:
    where = county(size)
    meter = Meter()
    lists = top_lists(where)
    left = where.posts.capacity.tolist()
    post = lists.post.tolist()
    # Whoever comes first: by person number, which says nothing about the person.
    for i, row in enumerate(post):
        chosen = 0
        for place, j in enumerate(row):
            if j < 0 or chosen == PARAMETERS.k:
                break
            if left[j] > 0:
                left[j] -= 1
                chosen += 1
                lists.held[i] |= np.uint64(1 << place)
    cost = meter.read()
    return {**judge(where, *picks(lists)), **cost}


def naive(size: str, folder: Path) -> dict[str, Any]:
    where = county(size)
    meter = Meter()
    lists = top_lists(where)
    for place in range(PARAMETERS.k):
        lists.held[lists.post[:, place] >= 0] |= np.uint64(1 << place)
    cost = meter.read()
    return {**judge(where, *picks(lists)), **cost}


CONTESTANTS: dict[str, Callable[[str, Path], dict[str, Any]]] = {
    "ours": ours, "our auction, same edges": our_auction, "OR-tools, same edges": ortools_same_edges,
    "exact on top 30": exact_top30, "greedy top 30": greedy, "naive top 3": naive,
}  # fmt: skip


class Meter:
    """CPU seconds, wall seconds and memory above what the loaded county takes."""

    def __init__(self) -> None:
        self.before, self.wall, self.cpu = self._now(), time.perf_counter(), time.process_time()

    def _now(self) -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def read(self) -> dict[str, float]:
        return {
            "cpu": time.process_time() - self.cpu, "wall": time.perf_counter() - self.wall,
            "memory_mb": self._now() - self.before, "peak_mb": self._now(),
        }  # fmt: skip


def _child(name: str, size: str, folder: str, sender: Any) -> None:
    warm()
    sender.send(CONTESTANTS[name](size, Path(folder)))


def _alone(name: str, size: str, folder: str) -> dict[str, Any]:
    """Run one contestant in a fresh process."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(name, size, folder, sender))
    process.start()
    sender.close()
    result: dict[str, Any] = receiver.recv()
    process.join()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="20k")
    size = parser.parse_args().size
    with tempfile.TemporaryDirectory() as folder:
        done = {}
        for name in CONTESTANTS:
            done[name] = one = _alone(name, size, folder)
            print(
                f"{name:24} objective {one['objective']:>14,} score {one['score']:>13,} usable {one['usable']:>13,} "
                f"over cap {one['over_cap']:6.1%} reach {one['reach']:6.1%} zero {one['zero_reach']:6.1%} "
                f"cpu {one['cpu']:6.2f} s wall {one['wall']:6.2f} s memory +{one['memory_mb']:.0f} MB",
                flush=True,
            )
    mine, exact, same = done["ours"], done["OR-tools, same edges"], done["our auction, same edges"]
    line = {
        "size": size,
        "objective_vs_ortools": same["objective"] / exact["objective"],
        "cpu_vs_ortools": same["cpu"] / exact["cpu"],
        "memory_vs_ortools": mine["peak_mb"] / exact["peak_mb"],
        "gap": mine["gap"],
        "score_vs_top30": mine["score"] / done["exact on top 30"]["score"],
        "reach_vs_greedy": mine["reach"] / done["greedy top 30"]["reach"],
        "usable_vs_naive": mine["usable"] / done["naive top 3"]["usable"],
        "over_cap": mine["over_cap"],
        "zero_household_reach": mine["zero_households"],
        "cpu": mine["cpu"],
        "wall": mine["wall"],
        "peak_mb": mine["peak_mb"],
    }
    print(json.dumps({name: round(x, 6) if isinstance(x, float) else x for name, x in line.items()}))


if __name__ == "__main__":
    main()
