"""A county with seekers, posts and phones."""

import pytest

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.employers.models import Employer
from jobbridge.apps.targeting.services import refresh
from jobbridge.apps.vacancies.models import Post
from jobbridge.kernel import credit_code
from tests.factories import (
    DAY,
    make_areas,
    make_household,
    make_person,
    make_phone,
    make_source,
    make_statement,
    on_offer,
)


def quiet(*step):
    """Progress nobody listens to."""


def make_employer(number: int) -> Employer:
    body = f"9950023500000{number:04d}"
    phone = f"1649{number:07d}"
    return Employer.objects.create(
        name=f"虚构{number}号制衣厂", credit_code=body + credit_code.check_character(body),
        phone_sealed=sealer().seal(phone, "phone"), phone_mask=phone[:3] + "****" + phone[-4:],
        source=make_source(), as_of=DAY,
    )  # fmt: skip


def make_post(employer: Employer, title: str = "缝纫工", **values) -> Post:
    number = Post.objects.count()
    return Post.objects.create(
        key=f"post:{number}", employer=employer, title=title, source=make_source(), as_of=DAY,
        **{
            "place_code": "500235001000", "place_text": "云阳县双江街道", "openings": 2, "wage_min": 3500,
            "wage_max": 4500, "lodging": True, "expires_on": DAY.replace(month=12), **on_offer(values), **values,
        },
    )  # fmt: skip


def make_seeker(village: str = "500235001001", *, phone: bool = True, **said):
    person = make_person(make_household(village), health="健康", education="初中")
    answers = {"employed": False, "willing": True, "wishes": ["缝纫工"], "travel": "county", "wage_floor": 3000}
    make_statement(person, **{**answers, **said})
    if phone:
        make_phone(person)
    return person


def fill(seekers: int = 4, posts: int = 5):
    """Seekers and posts of one trade; returns both."""
    with acting_as(system_actor("test")):
        make_areas()
        people = [make_seeker() for _ in range(seekers)]
        offers = [make_post(make_employer(at)) for at in range(posts)]
    refresh(on=DAY, actor=system_actor("cycle"), progress=quiet)
    return people, offers


@pytest.fixture
def county(db):
    with acting_as(system_actor("test")):
        yield fill()
