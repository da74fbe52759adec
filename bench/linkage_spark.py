"""The two engines of `jobbridge linkage run` on the same files; the last line is JSON.

    python -m bench.linkage_spark --people 20000

Each engine is a command of its own, with all the processes it starts: its memory is the largest sum of their shares
(sampled), its CPU their sum. Spark runs on this machine with two cores. The links must be the same.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq

from . import linkage_data

SEED, THREADS = 90_417, 2
_BETWEEN_LOOKS = 0.1
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run both and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--memory-limit", default="4GB")
    args = parser.parse_args()
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = linkage_data.make(args.people, SEED)
        pq.write_table(data.register, folder / "register.parquet")
        pq.write_table(data.feed, folder / "feed.parquet")
        links = {}
        for engine in ("duckdb", "spark"):
            used = measured(folder, engine, args.memory_limit)
            print(f"{engine:<8}", "  ".join(f"{key} {value:.1f}" for key, value in used.items()))
            figures |= {f"{engine}_{key}": round(value, 1) for key, value in used.items()}
            links[engine] = pq.read_table(folder / f"{engine}.parquet").to_pylist()
    figures["different_rows"] = sum(a != b for a, b in zip(links["duckdb"], links["spark"], strict=True))
    print(json.dumps({"people": args.people, "rows": data.feed.num_rows, **figures}))


def measured(folder: Path, engine: str, memory_limit: str) -> dict[str, float]:
    """Wall and CPU seconds and peak memory in MB of one run."""
    command = [sys.executable, "-m", "jobbridge.cli", "linkage", "run", "--engine", engine]
    for word in ("register", "feed"):
        command += [f"--{word}", str(folder / f"{word}.parquet")]
    command += ["--out", str(folder / f"{engine}.parquet"), "--threads", str(THREADS), "--memory-limit", memory_limit]
    cpu: dict[int, float] = {}
    peak, began = 0.0, time.perf_counter()
    with open(folder / f"{engine}.log", "w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        while process.poll() is None:
            looked = tree(process.pid)
            cpu |= {pid: seconds for pid, (seconds, _) in looked.items()}
            peak = max(peak, sum(size for _, size in looked.values()))
            time.sleep(_BETWEEN_LOOKS)
    if process.returncode:
        raise SystemExit((folder / f"{engine}.log").read_text())
    return {"wall": time.perf_counter() - began, "cpu": sum(cpu.values()), "peak_mb": peak}


def tree(root: int) -> dict[int, tuple[float, float]]:
    """CPU seconds and MB of memory of a process and all below it, memory they have in common split among them."""
    below: dict[int, list[int]] = {}
    seconds: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        below.setdefault(int(fields[1]), []).append(int(folder.name))
        seconds[int(folder.name)] = (int(fields[11]) + int(fields[12])) / _TICKS
    found, waiting = {}, [root]
    while waiting:
        pid = waiting.pop()
        waiting += below.get(pid, [])
        with suppress(OSError, IndexError):
            memory = Path(f"/proc/{pid}/smaps_rollup").read_text().partition("Pss:")[2].split()[0]
            found[pid] = seconds[pid], int(memory) / 1024
    return found


if __name__ == "__main__":
    main()
