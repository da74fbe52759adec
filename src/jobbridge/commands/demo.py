"""``jobbridge demo``: a made-up county in real places, its files, its daily cycle, and the pages."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

PASSWORD = "yunyang-demo-2026"  # printed for everyone to see; the command refuses to run in production


def add_parser(subparsers: Any) -> None:
    """Size of the county and whether to serve."""
    parser = subparsers.add_parser("demo", help="load the demo county, run its cycle, serve")
    parser.add_argument("--people", type=int, default=20_000, help="persons in the county, 1,000 to 1,000,000")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--date", type=date.fromisoformat, help="day of the cycle; today when left out")
    parser.add_argument("--no-serve", action="store_true", help="end after the table")
    parser.add_argument("--port", type=int, default=8000)


def run(options: argparse.Namespace) -> int:
    """Everything a new user sees first."""
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from jobbridge.apps.accounts.scope import system_actor
    from jobbridge.apps.cycle.progress import CycleBusy
    from jobbridge.apps.cycle.services import DayRefused, StageFailed, check_day, run_cycle
    from jobbridge.commands.cycle import show
    from jobbridge.commands.demo_agreements import register_agreements
    from jobbridge.commands.demo_employers import employers_at_work
    from jobbridge.commands.demo_people import create_users, load_settlements, log_ins, worker_page
    from jobbridge.commands.table import cycle_table
    from jobbridge.config.environment import public_url

    if settings.PRODUCTION:
        print("jobbridge demo 只用于演示环境：生产环境请从“导入中心”导入真实数据。", file=sys.stderr)
        return 1
    started = time.monotonic()
    on = options.date or timezone.localdate()
    settings.CYCLE_TIME = "09:30"  # the demo may run at night, when nobody may be sent a message
    # Its messages lead to its own pages, those too that are sent by the process that serves.
    os.environ.setdefault("JOBBRIDGE_PUBLIC_URL", f"http://127.0.0.1:{options.port}")
    settings.PUBLIC_URL = public_url()
    _warm(settings.STATE)
    _say("准备数据库")
    call_command("migrate", verbosity=0)
    try:
        check_day(on=on)
    except DayRefused as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    _say(f"生成示范县（云阳县 42 个乡镇、480 个村，{options.people:,} 人）")
    county = _county(options, on, settings.STATE / "demo")
    _say("载入全国区划与本县各村")
    _load_areas(settings.COUNTY_CODE)
    load_settlements(county)
    create_users(PASSWORD)
    register_agreements(on)
    _to_inbox(county, settings.INBOX)
    _say("运行每日循环")
    try:
        cycle = run_cycle(on=on, actor=system_actor("demo"), listener=show())
    except (DayRefused, StageFailed, CycleBusy) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    employers_at_work(PASSWORD)
    print(cycle_table(cycle))
    print(f"\n全程 {time.monotonic() - started:.1f} 秒（{options.people:,} 人）")
    print(f"\n网址  http://127.0.0.1:{options.port}/\n{log_ins(PASSWORD)}\n{worker_page()}\n", flush=True)
    if options.no_serve:
        return 0
    os.execv(sys.executable, [sys.executable, "-m", "jobbridge.cli", "serve", "--port", str(options.port)])


def _say(text: str) -> None:
    print(f"▸ {text}", flush=True)


def _warm(state: Path) -> None:
    """Compile before the clock of any stage runs; nothing after the first time."""
    from jobbridge.engines.warming import is_warm, warm

    if not is_warm(state):
        _say("编译匹配引擎、读入职业分类（只在安装后做一次）")
        print(f"  {warm(state):6.1f} 秒", flush=True)


def _county(options: argparse.Namespace, on: date, root: Path) -> Path:
    """The county's files; made once for each size, seed and day."""
    from jobbridge.demo import write_county

    out = root / f"{options.people}-{options.seed}-{on}"
    if not (out / "done").exists():
        shutil.rmtree(out, ignore_errors=True)
        write_county(out, people=options.people, seed=options.seed, on=on)
        (out / "done").touch()
    return out


def _load_areas(county: str) -> None:
    from jobbridge.apps.areas.models import Area
    from jobbridge.apps.areas.services import load_country, load_villages

    if not Area.objects.filter(level=5, code__startswith=county).exists():
        load_country()
        load_villages(county)


def _to_inbox(county: Path, inbox: Path) -> None:
    """What the offices hand in; the truth stays where only tests look."""
    for source in sorted(county.rglob("*")):
        relative = source.relative_to(county)
        if source.is_file() and relative.parts[0] != "truth" and source.suffix in {".xlsx", ".csv", ".xls"}:
            if relative.name == "settlements.csv":
                continue
            target = inbox / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or target.read_bytes() != source.read_bytes():
                shutil.copy2(source, target)  # with its time: the inbox leaves alone what is still being written
