"""Who takes part in the story of a placement, and what they have before them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from playwright.sync_api import Page

from tests.county import County
from tests.e2e.pages import Site
from tests.messaging.smsc import Smsc

# The latest three posts of everybody who was written to, by rank.
WAITING = """
SELECT r.person_id, p.name, p.household_id, r.region_code, array_agg(r.post_id ORDER BY r.rank),
  array_agg(o.wage_max ORDER BY r.rank), max(o.wage_min + o.wage_max) / 2.0 AS middle,
  bool_or(h.zero_employment) AS zero
FROM placements_recommendation r JOIN vacancies_post o ON o.id = r.post_id
  JOIN registry_person p ON p.id = r.person_id JOIN targeting_householdstatus h ON h.household_id = p.household_id
WHERE r.state = 'delivered' GROUP BY 1, 2, 3, 4 HAVING count(*) = 3 ORDER BY zero DESC, 1
"""


class Seeker(NamedTuple):
    """Somebody with three posts to choose from."""

    pk: int
    name: str
    household: int
    village: str
    posts: list[int]
    wages: list[int]
    middle: Decimal
    zero: bool


@dataclass
class Story:
    """Who takes part, what they sign in with, and what axe had against the pages they saw."""

    visit: Callable[..., Site]
    county: County
    centre: Smsc
    check: Callable[[Page, str], list[str]]
    passwords: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def phone(self, user: str = "") -> Site:
        """Somebody with a phone, signed in when they have a log-in."""
        site = self.visit(phone=True)
        return site.log_in(user, self.passwords[user]) if user else site

    def look(self, page: Page, name: str) -> None:
        """Note the faults of a page as it is now."""
        self.faults += self.check(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"], name

    def cycle(self, day: date) -> None:
        """The day's cycle on the command line."""
        self.county.jobbridge("cycle", "--date", day.isoformat(), "--quiet")

    def phone_of(self, seeker: Seeker) -> str:
        """The number that the last message to the seeker went to."""
        return [sent["to"] for sent in self.centre.report()["taken"] if f"{seeker.name}您好" in sent["text"]][-1]

    def link_to(self, number: str) -> str:
        """The address in the last message that this phone got."""
        text = [sent["text"] for sent in self.centre.report()["taken"] if sent["to"] == number][-1]
        (address,) = re.findall(r" (http://127\.0\.0\.1:\d+/w/\w{12}/) ", text)
        return address
