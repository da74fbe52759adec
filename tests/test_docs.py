"""What the documents say is so: tables, files and links."""

import re
from pathlib import Path

import pytest

from tools import data_dictionary

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_data_dictionary_is_the_models():
    assert data_dictionary.TARGET.read_text("utf-8") == data_dictionary.text(), "run python tools/data_dictionary.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []
