"""Times every stage of the daily cycle on a made-up county, with the peak memory of the process.

    python bench/cycle.py --people 20000
    python bench/cycle.py --people 200000

Uses a throw-away database. Its peer is the least that any import must do: the same workbooks read by the same reader
and loaded by COPY as plain text, without checks, sealing, matching up or history (``intake_vs_copy``).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sys
import time
from datetime import date
from pathlib import Path

DAY = date(2026, 11, 21)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=20_000)
    options = parser.parse_args()

    from jobbridge.postgres.throwaway import throwaway_cluster

    cluster = throwaway_cluster()
    os.environ |= {
        "DATABASE_URL": cluster.start(),
        "JOBBRIDGE_HOME": str(cluster.home),
        "JOBBRIDGE_ENV": "test",
        "JOBBRIDGE_CYCLE_TIME": "09:30",
        "DJANGO_SETTINGS_MODULE": "jobbridge.config.settings",
    }
    try:
        measure(options.people)
    finally:
        cluster.stop()


def measure(people: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from jobbridge.apps.accounts.scope import system_actor
    from jobbridge.apps.areas.services import load_country, load_villages
    from jobbridge.apps.cycle.services import run_cycle
    from jobbridge.commands.demo_agreements import register_agreements
    from jobbridge.commands.demo_people import load_settlements
    from jobbridge.demo import write_county

    files = settings.STATE / "county"
    figures: dict[str, float] = {"people": people}
    figures["generate_seconds"] = timed(lambda: write_county(files, people=people, seed=2026, on=DAY))
    call_command("migrate", verbosity=0)
    load_country()
    load_villages(settings.COUNTY_CODE)
    load_settlements(files)
    register_agreements(DAY)
    shutil.copytree(files, settings.INBOX, ignore=shutil.ignore_patterns("truth", "settlements.csv"))
    figures["copy_seconds"] = timed(lambda: plain_copy(settings.INBOX))

    peaks: dict[str, int] = {}
    run = None

    def cycle() -> None:
        nonlocal run
        run = run_cycle(
            on=DAY, actor=system_actor("bench"), listener=lambda stage, *_: peaks.__setitem__(stage.stage, peak())
        )

    figures["cycle_seconds"] = timed(cycle)
    assert run is not None
    for stage in run.stages.order_by("position"):
        seconds = (stage.finished_at - stage.started_at).total_seconds()
        figures[f"{stage.stage}_seconds"] = round(seconds, 2)
        print(
            f"{stage.get_stage_display():10}\t{seconds:8.1f} s\tpeak {peaks[stage.stage]:,} MB\t{brief(stage.counts)}"
        )
    figures["again_seconds"] = timed(cycle)
    figures["gap"] = run.stages.get(stage="matching").counts["latest_gap"]
    ratios = {"intake_vs_copy": round(figures["intake_seconds"] / figures["copy_seconds"], 2)}
    print(json.dumps(ratios | figures | {"peak_mb": peak()}))


def plain_copy(folder: Path) -> None:
    """The peer: every workbook's cells as text into one table, by COPY."""
    import fastexcel
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_cells (file text, row int, cells text[])")
        for path in sorted(folder.rglob("*.xlsx")):
            reader = fastexcel.read_excel(path)
            for name in reader.sheet_names:
                table = reader.load_sheet(name, header_row=None, dtypes="string").to_arrow()
                columns = [column.to_pylist() for column in table.columns]
                with cursor.copy("COPY bench_cells FROM STDIN") as copy:
                    for at, cells in enumerate(zip(*columns, strict=True)):
                        copy.write_row((path.name, at, list(cells)))
        cursor.execute("DROP TABLE bench_cells")


def brief(counts: dict[str, object]) -> str:
    return ", ".join(f"{key} {value:,}" for key, value in counts.items() if isinstance(value, int) and value)


def timed(work: object) -> float:
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return round(time.perf_counter() - start, 2)


def peak() -> int:
    """Peak resident memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())
