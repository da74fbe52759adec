"""Matching against its peers, on the same made-up county.

    python -m bench.matching --size 20k

Each contestant runs in a process of its own, so that CPU seconds and peak memory are its own: the whole pipeline of
ours (files in, tables and report out); on its final lists, edge for edge, our auction alone (steps of 20 points) and
OR-tools' min-cost flow; these two and HiGHS' linear programme on the lists of the first 3,000 seekers with their
share of the places; the exact optimum on everybody's top 30 by score; greedy (first come, first served), stable
(deferred acceptance) and naive top 3, all on the same top 30; Sinkhorn re-ranking over all legal pairs (at county
size over the top 60).

``objective`` is score plus coverage bonus; ``usable`` is the score of the best ``kappa x openings`` candidates of
each post, for nobody reads further; ``over_cap`` is the share of recommendations beyond that. All figures are at
kappa 3, but for the two ratios of usable scores in the last line: these are at kappa 10, as in the prototype that the
aims were taken from. At kappa 3 they are printed above it, with what no method can exceed. The last line is JSON.
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
import pyarrow.parquet as pq

from jobbridge.engines.matching import run as engine
from jobbridge.engines.matching.auction import auction
from jobbridge.engines.matching.candidates import Lists, empty_lists
from jobbridge.engines.matching.certificate import rescan
from jobbridge.engines.matching.columns import County, load
from jobbridge.engines.matching.compiled import usable_cores
from jobbridge.engines.matching.edges import pairs_of
from jobbridge.engines.matching.parameters import Parameters
from jobbridge.engines.matching.score import terms
from jobbridge.engines.matching.solve import held, solve
from jobbridge.engines.matching.warm import warm

from . import matching_data, matching_peers

SIZES = {"20k": (20_000, 500, 5_000), "100k": (100_000, 2_500, 25_000), "county": (400_000, 10_000, 100_000)}
PARAMETERS = Parameters()
MANY_READ = replace(PARAMETERS, kappa=10.0)
NO_BONUS = replace(PARAMETERS, first_bonus=(0, 0, 0), next_bonus=0)
FINE_STEP = 20
TOP, WIDE_TOP = 30, 60
MOST_PAIRS = 50_000_000
LP_SEEKERS = 3_000


class Meter:
    """CPU seconds, wall seconds and memory above what the process took before."""

    def __init__(self) -> None:
        self.before, self.wall, self.cpu = self._now(), time.perf_counter(), self._cpu()

    def _now(self) -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def _cpu(self) -> float:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime

    def read(self) -> dict[str, float]:
        return {
            "cpu": self._cpu() - self.cpu, "wall": time.perf_counter() - self.wall,
            "memory_mb": self._now() - self.before, "peak_mb": self._now(),
        }  # fmt: skip


def tables(folder: Path) -> list[Any]:
    return [pq.read_table(folder / f"{name}.parquet") for name in ("seekers", "posts", "places")]


def county(folder: Path, parameters: Parameters = PARAMETERS) -> County:
    seekers, posts, places = tables(folder)
    return load(seekers, posts, None, places, parameters, matching_data.ON)


def top_lists(where: County, size: int = TOP) -> Lists:
    """Everybody's best posts by score alone, best first."""
    lists = empty_lists(len(where.seekers.age), size)
    free = np.zeros(len(where.posts.capacity), np.int32)
    rescan(where, free, lists, replace(PARAMETERS, list_size=size), usable_cores())
    return lists


def judge(where: County, seeker: np.ndarray, post: np.ndarray, score: np.ndarray) -> dict[str, Any]:
    """Figures of any set of recommendations, the same for all contestants."""
    tier = where.seekers.tier
    order = np.lexsort((-score, post))
    position = np.arange(len(post)) - np.searchsorted(post[order], post[order])
    read = order[position < where.posts.capacity[post[order]]]
    many = order[position < where.posts.capacity[post[order]] * (MANY_READ.kappa / PARAMETERS.kappa)]
    got = np.bincount(seeker[read], minlength=len(tier))
    bonus = np.concatenate([np.zeros((3, 1), np.int64), np.cumsum(PARAMETERS.bonuses(), 1)], 1)
    return {
        "recommendations": len(post),
        "score": int(score.sum()),
        "usable": int(score[read].sum()),
        "usable_10": int(score[many].sum()),
        "objective": int(score[read].sum() + bonus[tier, np.minimum(got, PARAMETERS.k)].sum()),
        "over_cap": 1 - len(read) / max(1, len(post)),
        "reach": float((got > 0).mean()),
        "zero_reach": float((got[tier == 0] > 0).mean()),
    }


def picks(lists: Lists) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    seeker, place = held(lists)
    return seeker, lists.post[seeker, place], lists.score[seeker, place].astype(np.int64)


def ours(folder: Path) -> dict[str, Any]:
    kept: list[Any] = []
    engine.solve = lambda *words: kept.append(solve(*words)) or kept[0]  # its lists are the edges of the others
    meter = Meter()
    seekers, posts, places = tables(folder)
    result = engine.match(seekers, posts, places=places, parameters=PARAMETERS, on=matching_data.ON)
    cost = meter.read()
    where, lists, solution = county(folder), kept[0].lists, kept[0]
    facts = {"capacity": where.posts.capacity, "tier": where.seekers.tier}
    np.savez(folder / "lists.npz", post=lists.post, score=lists.score, **facts)
    points, _ = terms(where, solution.seeker, solution.post, PARAMETERS.weights)
    households = result.report["zero_employment_households"]["reach"]
    found = judge(where, solution.seeker, solution.post, points.sum(1, dtype=np.int64))
    return {**found, **cost, "gap": result.gap, "zero_households": households}


def ours_many_read(folder: Path) -> dict[str, Any]:
    where = county(folder, MANY_READ)
    meter = Meter()
    solution = solve(where, MANY_READ)
    cost = meter.read()
    points, _ = terms(where, solution.seeker, solution.post, PARAMETERS.weights)
    return {**judge(county(folder), solution.seeker, solution.post, points.sum(1, dtype=np.int64)), **cost}


def ceiling(folder: Path) -> dict[str, Any]:
    """The most usable score that any method could reach at kappa 3: ours, for the score alone, and its bound."""
    where = county(folder)
    meter = Meter()
    solution = solve(where, NO_BONUS)
    cost = meter.read()
    points, _ = terms(where, solution.seeker, solution.post, PARAMETERS.weights)
    found = judge(where, solution.seeker, solution.post, points.sum(1, dtype=np.int64))
    return {**found, **cost, "bound": solution.bound}


def same_edges(folder: Path, rows: int | None = None) -> tuple[Lists, np.ndarray, np.ndarray, np.ndarray]:
    """Our final lists (of the first seekers, with their share of the places), their tiers and bonuses, capacities."""
    with np.load(folder / "lists.npz") as saved:
        post, score, capacity, tier = (saved[name] for name in ("post", "score", "capacity", "tier"))
    if rows is not None:
        capacity = -(-capacity * rows // len(post)).astype(np.int32)
        post, score, tier = post[:rows].copy(), score[:rows].copy(), tier[:rows].copy()
    lists = Lists(post, score, np.zeros(len(post), np.uint64), np.zeros(len(post), np.int8))
    return lists, tier, PARAMETERS.bonuses()[tier].astype(np.int64), capacity


def our_auction(folder: Path) -> dict[str, Any]:
    lists, tier, _, capacity = same_edges(folder)
    meter = Meter()
    auction(lists, tier, capacity, PARAMETERS.bonuses(), FINE_STEP)
    cost = meter.read()
    return {**judge(county(folder), *picks(lists)), **cost}


def ortools(folder: Path) -> dict[str, Any]:
    lists, _, bonus, capacity = same_edges(folder)
    meter = Meter()
    matching_peers.ortools(lists, bonus, capacity)
    cost = meter.read()
    return {**judge(county(folder), *picks(lists)), **cost}


def part(solver: str) -> Callable[[Path], dict[str, Any]]:
    """A solver on a part of the lists that all can do; HiGHS and OR-tools cannot be loaded together."""

    def contestant(folder: Path) -> dict[str, Any]:
        lists, tier, bonus, capacity = same_edges(folder, LP_SEEKERS)
        meter = Meter()
        if solver == "HiGHS":
            objective = matching_peers.highs(lists, bonus, capacity)
        else:
            if solver == "OR-tools":
                matching_peers.ortools(lists, bonus, capacity)
            else:
                auction(lists, tier, capacity, PARAMETERS.bonuses(), FINE_STEP)
            seeker, _, score = picks(lists)
            got = np.bincount(seeker, minlength=LP_SEEKERS)
            objective = int(score.sum() + bonus[np.arange(PARAMETERS.k) < got[:, None]].sum())
        return {"objective": objective, **meter.read(), "edges": int((lists.post >= 0).sum())}

    return contestant


def on_top(choose: Callable[[County, Lists], object]) -> Callable[[Path], dict[str, Any]]:
    """A contestant that chooses from everybody's top 30 by score."""

    def contestant(folder: Path) -> dict[str, Any]:
        where = county(folder)
        meter = Meter()
        lists = top_lists(where)
        choose(where, lists)
        cost = meter.read()
        return {**judge(where, *picks(lists)), **cost}

    return contestant


def sinkhorn(folder: Path) -> dict[str, Any]:
    where = county(folder)
    meter = Meter()
    n = len(where.seekers.age)
    try:
        seeker, post = pairs_of(where, usable_cores(), MOST_PAIRS)
        score = terms(where, seeker, post, PARAMETERS.weights)[0].sum(1, dtype=np.int64)
    except ValueError:  # too many pairs
        lists = top_lists(where, WIDE_TOP)
        seeker, place, post = matching_peers.edges_of(lists)
        score = lists.score[seeker, place].astype(np.int64)
    openings = where.posts.capacity / PARAMETERS.kappa
    plans = [
        matching_peers.sinkhorn(seeker, post, score, openings, n, PARAMETERS.k, smoothing)
        for smoothing in matching_peers.SMOOTHING
    ]
    cost = meter.read()
    found = [judge(where, *plan) for plan in plans]
    best = max(found, key=lambda one: one["usable"])
    return {**best, **cost, "usable_10": max(one["usable_10"] for one in found)}


CONTESTANTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "ours, whole pipeline": ours,
    "our auction, same edges": our_auction,
    "OR-tools, same edges": ortools,
    "exact on top 30": on_top(
        lambda where, lists: auction(
            lists, where.seekers.tier, where.posts.capacity, PARAMETERS.bonuses(), PARAMETERS.step
        )
    ),
    "the same without bonus": on_top(
        lambda where, lists: auction(
            lists, where.seekers.tier, where.posts.capacity, NO_BONUS.bonuses(), PARAMETERS.step
        )
    ),
    "greedy on top 30": on_top(lambda w, lists: matching_peers.greedy(lists, w.posts.capacity, PARAMETERS.k)),
    "stable on top 30": on_top(lambda w, lists: matching_peers.stable(lists, w.posts.capacity, PARAMETERS.k)),
    "naive top 3": on_top(lambda w, lists: matching_peers.naive(lists, PARAMETERS.k)),
    "Sinkhorn re-rank": sinkhorn,
    "ours without bonus": ceiling,
    "ours at kappa 10": ours_many_read,
}


PARTS = {f"{solver}, part": part(solver) for solver in ("our auction", "OR-tools", "HiGHS")}


def _child(name: str, folder: str, sender: Any) -> None:
    warm()
    sender.send((CONTESTANTS | PARTS)[name](Path(folder)))


def _alone(name: str, folder: str) -> dict[str, Any]:
    """Run one contestant in a fresh process."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(name, folder, sender))
    process.start()
    sender.close()
    result: dict[str, Any] = receiver.recv()
    process.join()
    return result


def _write(size: str, folder: str) -> None:
    for name, table in zip(("seekers", "posts", "places"), matching_data.make(*SIZES[size]), strict=True):
        pq.write_table(table, Path(folder) / f"{name}.parquet")


def _show(name: str, one: dict[str, Any]) -> None:
    print(
        f"{name:24} objective {one['objective']:>14,} score {one['score']:>13,} usable {one['usable']:>13,} "
        f"(kappa 10: {one['usable_10']:>13,}) over cap {one['over_cap']:6.1%} reach {one['reach']:6.1%} "
        f"zero {one['zero_reach']:6.1%} cpu {one['cpu']:6.2f} s wall {one['wall']:6.2f} s "
        f"memory +{one['memory_mb']:.0f} MB, peak {one['peak_mb']:.0f} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="20k")
    size = parser.parse_args().size
    with tempfile.TemporaryDirectory() as folder:
        _write(size, folder)
        done = {}
        for name in CONTESTANTS:
            done[name] = _alone(name, folder)
            _show(name, done[name])
        for name in PARTS:
            done[name] = one = _alone(name, folder)
            share = one["objective"] / done["our auction, part"]["objective"]
            print(
                f"{name:24} {LP_SEEKERS:,} seekers, {one['edges']:,} edges: objective {one['objective']:,} "
                f"({share:.6f} of ours), cpu {one['cpu']:.2f} s, memory +{one['memory_mb']:.0f} MB"
            )
    mine, same, exact = (done[name] for name in list(CONTESTANTS)[:3])
    naive, rerank, many = done["naive top 3"], done["Sinkhorn re-rank"], done["ours at kappa 10"]
    for name, peer in (("naive", naive), ("Sinkhorn", rerank)):
        usable, alone = (one["usable"] / peer["usable"] for one in (mine, done["ours without bonus"]))
        most = done["ours without bonus"]["bound"] / peer["usable"]
        print(
            f"usable at kappa 3 against {name}: {usable:.3f}, without coverage bonus {alone:.3f}; no method can "
            f"exceed {most:.3f}; reach {mine['reach'] / peer['reach']:.2f}x"
        )
    plain = done["ours without bonus"]["score"] / done["the same without bonus"]["score"]
    print(f"score against the exact optimum on top 30, neither with a coverage bonus: {plain:.3f}")
    cpu, peak = (mine[name] / exact[name] for name in ("cpu", "peak_mb"))
    print(
        f"whole pipeline against OR-tools' solver alone: CPU {mine['cpu']:.1f} s ({cpu:.2f}x), "
        f"peak {mine['peak_mb']:.0f} MB ({peak:.2f}x; OR-tools +{exact['memory_mb']:.0f} MB)"
    )
    line = {
        "objective_vs_ortools": same["objective"] / exact["objective"],
        "cpu_vs_ortools": same["cpu"] / exact["cpu"],
        "memory_vs_ortools": mine["peak_mb"] / exact["peak_mb"],
        "gap": mine["gap"],
        "score_vs_top30": mine["score"] / done["exact on top 30"]["score"],
        "reach_vs_greedy": mine["reach"] / done["greedy on top 30"]["reach"],
        "usable_vs_naive": many["usable_10"] / naive["usable_10"],
        "usable_vs_sinkhorn": many["usable_10"] / rerank["usable_10"],
        "over_cap": mine["over_cap"],
        "zero_household_reach": mine["zero_households"],
    }
    print(json.dumps({name: round(float(x), 6) for name, x in line.items()}))


if __name__ == "__main__":
    main()
