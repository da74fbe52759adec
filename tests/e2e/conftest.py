"""A demo county served by the real server and worker, and Chromium to look at it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.county import ROOT, County, databases
from tests.e2e.pages import Site

# Past on any machine's calendar: what brokers do today comes after the county's own records.
DAY = date(2026, 3, 2)
PEOPLE = 1_200
# The names that tools/browser.py looks for.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# Nothing but the county's own server is ever asked for anything.
ARGUMENTS = (
    "--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
    "--disable-sync", "--no-first-run", "--no-pings", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


@pytest.fixture(scope="session")
def counties(database_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., County]]:
    """``counties(name, **settings)``: 1,200 made-up people after one day's cycle, the same ones in every county."""
    folder = tmp_path_factory.mktemp("e2e")
    with databases(database_server) as create:
        made = County(create("e2e_made"), folder / "made")
        made.jobbridge("demo", "--people", str(PEOPLE), "--date", DAY.isoformat(), "--no-serve")

        def copied(name: str, **settings: str) -> County:
            shutil.copytree(made.home, folder / name)
            return County(create(f"e2e_{name}", "e2e_made"), folder / name, settings)

        yield copied


@pytest.fixture(scope="session")
def county(counties: Callable[..., County]) -> County:
    """The county that most tests share."""
    return counties("county")


@pytest.fixture(scope="session")
def address(county: County) -> Iterator[str]:
    """Where the county is served."""
    with served(county) as url:
        yield url


@contextlib.contextmanager
def served(county: County, port: int | None = None) -> Iterator[str]:
    """A county's address; an error that its server or worker wrote down fails the run."""
    with county.serving(port) as url:
        yield url
    lines = county.log.read_text(encoding="utf-8").splitlines()
    # Structured lines say how bad they are (a refused request is a warning); anything else has escaped them.
    bad = [line for line in lines if line.startswith("Traceback") or '"level": "error"' in line]
    assert not bad, "\n".join(lines)[-6000:]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser. It ends with the module: while it runs, Django believes itself in an event loop."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(f"no browser: install one of {', '.join(BROWSERS)}; `make browser` does it on Debian")
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, county: County, address: str, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """``visit()`` is somebody at a desk with a browser of their own, ``visit(phone=True)`` somebody with a phone.

    Anything the browser complains about (errors of scripts, refused by the content policy, missing files) fails the
    test; ``refusals=True`` is for who opens pages that answer 403 or 404.
    """
    contexts, troubles = [], []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            troubles.append(f"{message.type}: {message.text} ({message.location})")

    def watch(page: Page) -> None:
        page.on("console", hear)
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on("response", lambda answer: answer.status >= 400 and troubles.append(f"{answer.status} {answer.url}"))

    def arrive(phone: bool = False, refusals: bool = False) -> Site:
        shape = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
        desk = {"viewport": {"width": 1440, "height": 900}}
        context = chromium.new_context(base_url=address, locale="zh-CN", **(shape if phone else desk))
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        if not refusals:
            watch(page)
        return Site(page, county)

    yield arrive
    for number, context in enumerate(contexts):
        for page in context.pages:
            page.screenshot(path=tmp_path / f"last-{number}.png")
        context.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture(scope="session")
def axe() -> str:
    """The checker's script, as npm installed it."""
    if not AXE.exists():
        pytest.fail("axe-core is not installed: `make assets` installs what package.json names")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def check(axe: str) -> Callable[[Page, str], list[str]]:
    """``check(page, name)`` lists what axe has against the page as it is now."""

    def violations(page: Page, name: str) -> list[str]:
        page.evaluate("Promise.all(document.getAnimations().map((moving) => moving.finished))")
        page.evaluate(axe)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        return [
            f"{name}: {rule['id']} ({rule['help']})\n  {node['target']} {node['failureSummary']}"
            for rule in found
            for node in rule["nodes"][:3]
        ]

    return violations
