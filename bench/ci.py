"""The benches at the sizes of CI, one after the other: their last lines beside the aims.

    make bench            installs the peers, then runs this

What a result must never lose (the objective, the gap, the caps, links that are wrong) fails when it misses its aim.
What depends on the machine, or moves with the seed by more than the miss, is told and fails nobody.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

LEAST, MOST = float.__ge__, float.__le__
Aim = tuple[Callable[[float, float], bool], float, bool]  # which side, the aim, whether missing it fails
TOLD, FAILS = False, True

MATCHING: dict[str, Aim] = {
    "objective_vs_ortools": (LEAST, 0.9999, FAILS),
    "gap": (MOST, 0.005, FAILS),
    "score_vs_top30": (LEAST, 1.03, FAILS),
    "reach_vs_greedy": (LEAST, 1.3, FAILS),
    "usable_vs_naive": (LEAST, 1.6, FAILS),
    "usable_vs_sinkhorn": (LEAST, 1.03, FAILS),
    "over_cap": (MOST, 0.0, FAILS),
    "zero_household_reach": (LEAST, 0.99, FAILS),
    "memory_vs_ortools": (MOST, 0.5, TOLD),
}
BENCHES: tuple[tuple[tuple[str, ...], dict[str, Aim]], ...] = (
    (
        ("bench.linkage", "--size", "ci"),
        {
            "f1_gain": (LEAST, 0.035, TOLD),
            "f1_gain_shift": (LEAST, 0.045, TOLD),
            "wrong_auto_vs_splink": (MOST, 0.2, FAILS),
            "wrong_auto_vs_splink_shift": (MOST, 0.2, FAILS),
            "auto_recall_gain": (LEAST, 0.07, TOLD),
            "calibration_top": (MOST, 0.05, FAILS),
            "wall_vs_splink": (MOST, 1 / 6, TOLD),
            "memory_vs_splink": (MOST, 0.6, TOLD),
        },
    ),
    (("bench.matching", "--size", "20k"), MATCHING),
    (("bench.matching", "--size", "100k"), MATCHING | {"cpu_vs_ortools": (MOST, 0.6, TOLD)}),
    (
        ("bench.allocation", "--size", "ci"),
        {"tiers_equal_maxima": (LEAST, 1.0, FAILS), "key_people_vs_list": (LEAST, 1.3, FAILS)},
    ),
)


def main() -> int:
    """Run them all; returns 1 when one ends badly or a result misses its aim."""
    bad = 0
    for command, aims in BENCHES:
        started = time.perf_counter()
        print(f"▸ {' '.join(command)}", flush=True)
        done = subprocess.run([sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True, check=False)
        print(f"  {time.perf_counter() - started:.0f} s")
        if done.returncode:
            print(done.stdout[-4000:])
            print(f"  ended with {done.returncode}")
            bad += 1
            continue
        bad += _judge(json.loads(done.stdout.strip().splitlines()[-1]), aims)
    return 1 if bad else 0


def _judge(line: dict[str, Any], aims: dict[str, Aim]) -> int:
    missed = 0
    for name, (side, aim, counts) in aims.items():
        value = float(line[name])
        met = side(value, aim)
        word = "" if met else ("missed" if counts else "missed (told only)")
        print(f"  {name:28} {value:10.4f}  aim {'≥' if side is LEAST else '≤'} {aim:<8.4g} {word}")
        missed += counts and not met
    return missed


if __name__ == "__main__":
    raise SystemExit(main())
