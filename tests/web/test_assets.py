"""The sources of the pages: every icon there is, nothing inline, a lock without addresses."""

import json
import re
from pathlib import Path

from jobbridge import web

WEB = Path(web.__file__).parent
ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))


def test_every_icon_a_page_names_is_in_the_sprite():
    known = set((WEB / "assets/icons.txt").read_text().split())
    named = set()
    for path in TEMPLATES:
        named |= set(re.findall(r"{% icon ['\"]([a-z0-9-]+)['\"]", path.read_text(encoding="utf-8")))
        named |= set(re.findall(r"picture=\"([a-z0-9-]+)\"", path.read_text(encoding="utf-8")))
    for path in WEB.rglob("*.py"):
        named |= set(
            re.findall(r"(?:Entry\([^)]*?, |(?:True|False), )\"([a-z][a-z0-9-]+)\"", path.read_text(encoding="utf-8"))
        )
    assert named
    assert named <= known


def test_templates_carry_no_script_style_or_handler_of_their_own():
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", text), path.name


def test_the_lock_records_no_addresses():
    text = (ROOT / "package-lock.json").read_text()
    assert "http" not in text
    assert all("integrity" in package for name, package in json.loads(text)["packages"].items() if name)


def test_style_sheets_stay_within_the_browsers_of_county_offices():
    for path in (WEB / "assets/css").glob("*.css"):
        text = path.read_text()
        assert not re.search(r":has\(|@container|color-mix\(|@layer|\d(?:dvh|svh|lvh)\b", text), path.name
