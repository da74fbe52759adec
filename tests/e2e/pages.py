"""What people do on the pages, in their words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from playwright.sync_api import APIResponse, Locator, Page, expect

from jobbridge.commands.demo import PASSWORD
from tests.county import County

CYCLE_SECONDS = 90


@dataclass
class Site:
    """One browser with one person in front of it."""

    page: Page
    county: County

    def log_in(self, username: str, password: str = PASSWORD) -> Site:
        """Sign in through the log-in page."""
        self.page.goto("/")
        self.page.get_by_label("账号", exact=True).fill(username)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page).not_to_have_url(re.compile("/login/"))
        return self

    def open(self, entry: str) -> Locator:
        """One entry of the navigation; gives the page's heading."""
        self.page.get_by_role("navigation", name="主导航").get_by_role("link", name=entry).click()
        heading = self.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(entry)
        return heading

    @property
    def drawer(self) -> Locator:
        """The household's file over the list."""
        return self.page.get_by_role("dialog", name="详情")

    def hand_in(self, path: Path, as_of: date) -> None:
        """A file through the form of the import centre; the page of the import follows."""
        self.open("导入中心")
        self.page.get_by_label("交一份表格").set_input_files(path)
        self.page.get_by_label("数据日期").fill(as_of.isoformat())
        self.page.get_by_role("button", name="上传").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(path.name)

    def download(self, link: str, folder: Path) -> Path:
        """The file behind a link."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role("link", name=link).click()
        target = folder / waiting.value.suggested_filename
        waiting.value.save_as(target)
        return target

    def run_cycle(self, day: date) -> list[str]:
        """Press the button and watch; gives each different sight of the stages until the day is done."""
        self.open("每日循环")
        self.page.get_by_label("日期").fill(day.isoformat())
        self.page.get_by_role("button", name="运行").click()
        stages = self.page.locator("#stages")
        sights = [stages.inner_text()]
        done = stages.get_by_text("已完成")
        for _ in range(CYCLE_SECONDS * 2):
            if done.is_visible():
                return sights
            self.page.wait_for_timeout(500)
            if (sight := stages.inner_text()) != sights[-1]:
                sights.append(sight)
        raise AssertionError(f"the cycle is not done after {CYCLE_SECONDS} s\n{sights[-1]}")

    def get(self, path: str) -> APIResponse:
        """An address typed by hand, with this person's log-in."""
        return self.page.context.request.get(path, max_redirects=0)

    def post(self, path: str, **form: str) -> APIResponse:
        """A form sent by hand, with this person's log-in and token."""
        token = next(c["value"] for c in self.page.context.cookies() if c["name"] == "csrftoken")
        return self.page.context.request.post(path, form=form, headers={"X-CSRFToken": token}, max_redirects=0)
