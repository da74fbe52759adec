"""The time of day in a county that the tests serve: the processes of an installation take it from a file.

``sitecustomize.py`` beside this file sets Django's clock in every python process that finds it on its path. The
product knows nothing of it, and its rules hold by that clock: who is sent a message at night is not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Clock:
    """A clock that runs on from where it was last set, in a file of its own."""

    path: Path

    @property
    def settings(self) -> dict[str, str]:
        """What puts a process under this clock."""
        return {"COUNTY_CLOCK": str(self.path), "PYTHONPATH": str(HERE)}

    def set(self, day: date, hour: int = 9, minute: int = 30) -> date:
        """Make it this time in China now; gives the day."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(datetime.combine(day, time(hour, minute), ZONE).isoformat(), encoding="ascii")
        os.replace(fresh, self.path)
        return day
