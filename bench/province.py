"""A county matched in parts by township, as a province would be, beside one run over the whole.

    python -m bench.province --size 100k --parts 4

Each in a process of its own; CPU seconds are user and system time. The objective is score and coverage bonus; the gap
is the certified one. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
from typing import Any

import numpy as np
import pyarrow as pa

from jobbridge.engines.matching import match, warm
from jobbridge.engines.matching.parameters import Parameters
from jobbridge.engines.matching.province import match_in_parts

from . import matching_data
from .matching import SIZES

PARAMETERS = Parameters()


def objective(seekers: pa.Table, chosen: pa.Table) -> int:
    """Score and coverage bonus of the recommendations."""
    tier = dict(zip(seekers["person_id"].to_pylist(), seekers["tier"].to_pylist(), strict=True))
    person, given = np.unique(chosen["person_id"].to_numpy(), return_counts=True)
    bonus = np.concatenate([np.zeros((3, 1), np.int64), np.cumsum(PARAMETERS.bonuses(), 1)], 1)
    tiers = np.array([tier[one] for one in person.tolist()], np.int64)
    return int(chosen["score"].to_numpy().astype(np.int64).sum() + bonus[tiers, given].sum())


def measure(size: str, parts: int) -> dict[str, Any]:
    """One run, in so many parts; 1 is the whole at once."""
    warm()
    seekers, posts, places = matching_data.make(*SIZES[size])
    shared = {"places": places, "parameters": PARAMETERS, "on": matching_data.ON}
    before = _cpu()
    if parts == 1:
        result = match(seekers, posts, **shared)
        chosen, gap = result.recommendations, result.gap
    else:
        chosen, report = match_in_parts(seekers, posts, parts=parts, **shared)
        gap = report["gap"]
    return {"parts": parts, "cpu": _cpu() - before, "gap": gap, "objective": objective(seekers, chosen)}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Both, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="100k")
    parser.add_argument("--parts", type=int, default=4)
    args = parser.parse_args()
    done = []
    for parts in (1, args.parts):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            done.append(pool.apply(measure, (args.size, parts)))
        print(f"{parts} part(s): CPU {done[-1]['cpu']:.1f} s, certified gap {done[-1]['gap']:.3%}", flush=True)
    whole, split = done
    line = {
        "size": args.size, "parts": args.parts, "gap_whole": whole["gap"], "gap_parts": split["gap"],
        "objective_vs_whole": split["objective"] / whole["objective"], "cpu_vs_whole": split["cpu"] / whole["cpu"],
    }  # fmt: skip
    print(json.dumps({key: round(value, 6) if isinstance(value, float) else value for key, value in line.items()}))


if __name__ == "__main__":
    main()
