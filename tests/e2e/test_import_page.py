"""The page of an import renews itself while a job is at work on it, and is whole afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg
from playwright.sync_api import Page, expect

from tests.county import County
from tests.e2e.pages import Site

BUSY = "这一页会自己更新"
# Asleep, so that no worker takes it while the page is looked at.
ASLEEP = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, scheduled_at)
VALUES ('default', %s, NULL, %s, 'todo', now() + interval '1 day') RETURNING id
"""


def test_the_page_renews_itself_and_stays_whole(visit: Callable[..., Site], county: County) -> None:
    from jobbridge.apps.imports.tasks import merge_job

    ((batch, name),) = county.rows(
        "SELECT b.id, f.name FROM imports_importbatch b JOIN files_storedfile f ON f.id = b.file_id"
        " WHERE b.state = 'merged' ORDER BY b.id LIMIT 1"
    )
    with psycopg.connect(county.url, autocommit=True) as link:
        ((job,),) = link.execute(ASLEEP, [merge_job.name, json.dumps({"batch_id": batch})]).fetchall()
        page = visit().log_in("county").page
        page.goto(f"/desk/imports/{batch}/")
        page.evaluate("window.neverLeft = true")
        expect(page.get_by_text(BUSY)).to_be_visible()
        for _ in range(2):
            with page.expect_response(lambda answer: answer.url.endswith(f"/desk/imports/{batch}/")):
                pass
        whole(page, name)
        expect(page.get_by_text(BUSY)).to_be_visible()
        link.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job])
    expect(page.get_by_text(BUSY)).to_have_count(0)
    whole(page, name)
    assert page.evaluate("window.neverLeft")


def whole(page: Page, name: str) -> None:
    """Heading, steps and list are there, each once."""
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    for part in ("#main", "#progress", "#list"):
        expect(page.locator(part)).to_have_count(1)
