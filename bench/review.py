"""Times the review desk in a real browser: from a clerk's key press to the next pair ready to be read.

    python bench/review.py
    python bench/review.py --pairs 120 --queue 20000

Its own throw-away county on the loopback, with a queue of made-up pairs. Two paces: a quick clerk (two pairs a
second) and keys as fast as they can be pressed. Needs Chromium and playwright. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

PEOPLE = 2_000
DAY = "2026-03-02"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUICK_MS = 500

# The county's own doubtful pairs, over and over: each a record of its own.
RECORDS = """
INSERT INTO linkage_feedrecord
SELECT (jsonb_populate_record(f, jsonb_build_object(
  'id', 1000000 + n, 'content_hash', '\\x' || encode(sha256(convert_to('bench' || n, 'UTF8')), 'hex')))).*
FROM generate_series(1, %(queue)s) n JOIN model m ON m.place = n %% m.models
  JOIN linkage_feedrecord f ON f.id = m.record_id
"""
LINKS = """
INSERT INTO linkage_link
SELECT (jsonb_populate_record(l, jsonb_build_object(
  'id', 1000000 + n, 'record_id', 1000000 + n, 'zone', 'review', 'priority', 1000 + n %% 5000))).*
FROM generate_series(1, %(queue)s) n JOIN model m ON m.place = n %% m.models JOIN linkage_link l ON l.id = m.id
"""
MODEL = """
CREATE TEMP TABLE model AS
SELECT id, record_id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS models
FROM linkage_link WHERE candidates <> '[]' AND person_id IS NOT NULL
"""

# From the key to the frame in which another pair is before the clerk.
WATCH = """
window.pressed = 0; window.times = [];
document.addEventListener("keydown", () => { window.pressed = performance.now(); }, true);
let shown = document.querySelector("[data-current]").dataset.pair;
new MutationObserver(() => {
  const card = document.querySelector("#deck [data-current]");
  if (!card || card.dataset.pair === shown) return;
  shown = card.dataset.pair;
  const since = window.pressed;
  requestAnimationFrame(() => setTimeout(() => window.times.push(performance.now() - since)));
}).observe(document.getElementById("deck"), { subtree: true, childList: true, attributes: true });
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=120, help="pairs decided at each pace")
    parser.add_argument("--queue", type=int, default=20_000, help="pairs waiting")
    options = parser.parse_args()

    from jobbridge.postgres.throwaway import throwaway_cluster

    cluster = throwaway_cluster()
    os.environ |= {
        "DATABASE_URL": cluster.start(),
        "JOBBRIDGE_HOME": str(cluster.home),
        "JOBBRIDGE_ENV": "dev",
        "JOBBRIDGE_CYCLE_TIME": "09:30",
    }
    try:
        measure(options.pairs, options.queue)
    finally:
        cluster.stop()


def measure(pairs: int, queue: int) -> None:
    command = [sys.executable, "-m", "jobbridge.cli"]
    demo = [*command, "demo", "--people", str(PEOPLE), "--date", DAY, "--no-serve"]
    subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
    fill(queue)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [*command, "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        await_answer(address)
        figures = walk(address, pairs)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
    figures |= {"queue": queue, "pairs": pairs, **decided()}
    for name, value in figures.items():
        print(f"{name:28} {value:,}")
    print(json.dumps(figures))


def connect() -> Any:
    import psycopg

    link = psycopg.connect(os.environ["DATABASE_URL"])
    link.execute(
        "SELECT set_config('jb.actor', 'system:bench', false), set_config('jb.lo', '', false),"
        " set_config('jb.hi', '~', false)"
    )
    return link


def fill(queue: int) -> None:
    with connect() as link:
        link.execute(MODEL)
        for statement in (RECORDS, LINKS):
            link.execute(statement, {"queue": queue})
        link.execute("ANALYZE linkage_link")
        link.execute("ANALYZE linkage_feedrecord")


def decided() -> dict[str, int]:
    """What arrived, so that no figure is of words that were lost."""
    with connect() as link:
        rows = link.execute("SELECT count(DISTINCT link_id) FROM linkage_linkdecision").fetchone()
    return {"decisions_kept": rows[0]}


def await_answer(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit("the server does not answer")


def walk(address: str, pairs: int) -> dict[str, float]:
    from playwright.sync_api import sync_playwright

    from jobbridge.commands.demo import PASSWORD

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit(f"no browser: install one of {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        page = playwright.chromium.launch(executable_path=found, args=arguments).new_page(base_url=address)
        page.goto("/")
        page.get_by_label("账号", exact=True).fill("county")
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/desk/**")
        started = time.perf_counter()
        page.goto("/desk/linkage/")
        page.wait_for_selector("[data-current]")
        figures = {"page_ms": round(1000 * (time.perf_counter() - started), 1)}
        page.evaluate(WATCH)
        delivered: list[float] = []
        page.on("requestfinished", lambda request: note(request, delivered))
        figures |= paced(page, pairs, QUICK_MS, "quick")
        figures |= paced(page, pairs, 0, "burst")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(2_000)
        figures |= spread(delivered, "delivered")
        figures["page_loads"] = page.evaluate("performance.getEntriesByType('navigation').length")
        page.context.browser.close()
    return figures


def note(request: Any, delivered: list[float]) -> None:
    if request.url.endswith("/decide/"):
        delivered.append(request.timing["responseEnd"])


def paced(page: Any, pairs: int, pause: int, name: str) -> dict[str, float]:
    """Decide pairs with 1 and 0 by turns; the next key comes when another pair is there and the pause is over."""
    page.evaluate("window.times = []")
    started = time.perf_counter()
    for at in range(pairs):
        page.keyboard.press("10"[at % 2])
        until = time.monotonic() + 60
        while page.evaluate("window.times.length") <= at:  # the content policy forbids the waiting of the browser
            if time.monotonic() > until:
                raise SystemExit(f"no further pair after {at}")
        page.wait_for_timeout(pause)
    seconds = time.perf_counter() - started
    return {**spread(page.evaluate("window.times"), name), f"{name}_pairs_an_hour": round(3600 * pairs / seconds)}


def spread(times: list[float], name: str) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=20)
    return {
        f"{name}_p50_ms": round(statistics.median(times), 1),
        f"{name}_p95_ms": round(cuts[18], 1),
        f"{name}_max_ms": round(max(times), 1),
    }


if __name__ == "__main__":
    main()
