from __future__ import annotations

import csv
import gzip
import io
from datetime import date
from pathlib import Path

import pytest

from jobbridge.demo import write_county

ON = date(2026, 3, 1)
PEOPLE = 3000


class County:
    """A written county with its truth read back."""

    def __init__(self, folder: Path, summary: dict[str, object]) -> None:
        self.folder, self.summary = folder, summary

    def truth(self, name: str) -> list[dict[str, str]]:
        path = self.folder / "truth" / name
        data = path.read_bytes()
        text = (gzip.decompress(data) if name.endswith("gz") else data).decode("utf-8")
        return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    folder = tmp_path_factory.mktemp("county")
    return County(folder, write_county(folder, PEOPLE, 7, ON))
