"""The form of a post, the same for an employer and for the clerk who enters it: what it shows and what it says."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from jobbridge.apps.imports.places import PlaceBook, WorkPlaces
from jobbridge.apps.vacancies.lawful import lawful
from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.places import place_of
from jobbridge.apps.vacancies.rules import LONGEST_DAYS, OLDEST, UNREAD, WORKING_AGE, Offer
from jobbridge.kernel.text import squeeze
from jobbridge.web.fields import day_of, whole_of

EDUCATION = (
    (0, gettext_lazy("不限")),
    (1, gettext_lazy("小学")),
    (2, gettext_lazy("初中")),
    (3, gettext_lazy("高中或中专")),
    (4, gettext_lazy("大专")),
    (5, gettext_lazy("本科")),
)
HEALTH = ((1, gettext_lazy("一般")), (2, gettext_lazy("重体力")))
SEXES = (("", gettext_lazy("不限")), ("男", gettext_lazy("男")), ("女", gettext_lazy("女")))
SHIFTS = ("长白班", "两班倒", "三班倒", "弹性")
OPEN_DAYS = 60  # a new post is open that long unless its employer says otherwise
MOST_SKILLS = 8
FIELDS = (
    "title", "place_text", "openings", "wage_min", "wage_max", "age_min", "age_max", "sex_limit", "ground",
    "limit_ground", "education_min", "health_min", "skills", "lodging", "shift", "note", "expires_on", "liaison_city",
    "client_name", "client_code",
)  # fmt: skip


def read_offer(form: QueryDict, before: Post | None = None) -> Offer:
    """What the form says; what cannot be read comes out as a value that `rules.faults` refuses."""
    place = form.get("place_text", "").strip()[:80]
    known = before is not None and place == before.place_text
    skills = [word[:40] for word in re.split(r"[、，,\s]+", form.get("skills", "")) if word]
    ground = [lawful().ground(form.get("ground", "")), form.get("limit_ground", "").strip()]
    return Offer(
        title=squeeze(form.get("title", "")),
        place_text=place,
        place_code=before.place_code if known else _place_code(place),
        openings=whole_of(form.get("openings", "")),
        wage_min=whole_of(form.get("wage_min", "")),
        wage_max=whole_of(form.get("wage_max", ""), whole_of(form.get("wage_min", ""))),
        age_min=whole_of(form.get("age_min", ""), WORKING_AGE),
        age_max=whole_of(form.get("age_max", ""), OLDEST),
        sex_limit=form.get("sex_limit", ""),
        limit_ground="；".join(filter(None, ground))[:120],
        education_min=_among(form.get("education_min", ""), EDUCATION),
        health_min=_among(form.get("health_min", ""), HEALTH),
        skills=tuple(dict.fromkeys(skills))[:MOST_SKILLS],
        lodging=form.get("lodging") == "1",
        shift=form.get("shift", "").strip()[:20],
        note=form.get("note", "").strip()[:300],
        expires_on=day_of(form.get("expires_on", "")) or date.min,
        liaison_city=form.get("liaison_city", "").strip()[:30],
    )


def shown(post: Post | None, form: QueryDict | None, today: date) -> dict[str, Any]:
    """The values in the fields: as they were sent, as the post has them, or as a new form begins."""
    blank = dict.fromkeys(FIELDS, "") | {"education_min": "0", "health_min": "1"}
    if form is not None:
        return blank | {name: form.get(name, "") for name in FIELDS}
    if post is None:
        return blank | {"expires_on": (today + timedelta(days=OPEN_DAYS)).isoformat()}
    listed = next((ground for ground in lawful().grounds if ground.text == post.limit_ground), None)
    names = ("title", "place_text", "openings", "wage_min", "wage_max", "sex_limit", "shift", "note", "liaison_city")
    over = post.expires_on < today
    return {
        **blank,
        **{name: str(getattr(post, name)) for name in (*names, "education_min", "health_min")},
        "age_min": "" if post.age_min <= WORKING_AGE else str(post.age_min),
        "age_max": "" if post.age_max >= OLDEST else str(post.age_max),
        "ground": listed.code if listed else "",
        "limit_ground": "" if listed else post.limit_ground,
        "skills": "、".join(post.skills),
        "lodging": "1" if post.lodging else "",
        "expires_on": (today + timedelta(days=OPEN_DAYS) if over else post.expires_on).isoformat(),
    }


def choices(today: date) -> dict[str, Any]:
    """What the lists of the form offer."""
    return {
        "educations": [(str(level), label) for level, label in EDUCATION],
        "healths": [(str(level), label) for level, label in HEALTH],
        "sexes": SEXES,
        "shifts": SHIFTS,
        "grounds": [(ground.code, ground.text) for ground in lawful().grounds],
        "today": today.isoformat(),
        "latest": (today + timedelta(days=LONGEST_DAYS)).isoformat(),
    }


def _among(text: str, listed: tuple[tuple[int, Any], ...]) -> int:
    """The level of a list; the first of them when the form does not ask."""
    known = {"": listed[0][0]} | {str(level): level for level, _ in listed}
    return known.get(text, UNREAD)


def _place_code(text: str) -> str:
    if not text:
        return ""
    book, work_places = PlaceBook.load(settings.COUNTY_CODE), WorkPlaces.load()
    return place_of(text, county=settings.COUNTY_CODE, book=book, work_places=work_places)
