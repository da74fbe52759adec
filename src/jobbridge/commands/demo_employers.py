"""The demo's employers at work: specialists, log-ins, and posts that wait for review."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from jobbridge.apps.accounts.models import User
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.employers.models import Employer, EmployerKind
from jobbridge.apps.employers.services import assign, open_account, register
from jobbridge.apps.vacancies.entry import enter
from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.rules import Offer
from jobbridge.apps.vacancies.screening import send_back
from jobbridge.demo import posts as made_up

OF_TOWN = 6  # employers that each of the two townships looks after; the county looks after the others at home


@transaction.atomic
def employers_at_work(password: str) -> None:
    """Specialists for the employers at home, log-ins for one of them and an agency; done once."""
    if User.objects.filter(username="employer").exists():
        return
    county, now = User.objects.get(username="county").actor(), timezone.now()
    towns = list(User.objects.filter(username__in=("town1", "town2")).order_by("username"))
    with acting_as(system_actor("demo")):
        home = Q(posts__place_code__startswith=settings.COUNTY_CODE, posts__state="active")
        at_home = Employer.objects.annotate(
            n=Count("posts", filter=home, distinct=True), people=Count("posts__recommendations", distinct=True)
        )
        local = list(at_home.filter(n__gt=0).order_by("-people", "-n", "pk"))
    if not local:
        return
    with acting_as(county):
        for at, employer in enumerate(local):
            town = at // OF_TOWN - 1
            clerk = towns[town].pk if 0 <= town < len(towns) else county.user_id
            assign(actor=county, employer_id=employer.pk, user_id=clerk, now=now)
        account, _ = open_account(
            actor=county, employer_id=local[0].pk, username="employer", name="招工负责人", now=now, password=password
        )
        agency = register(
            actor=county, name=made_up.AGENCY, code=made_up.agency_code(), kind=EmployerKind.AGENCY,
            industry="人力资源服务", now=now,
        )  # fmt: skip
        agent, _ = open_account(
            actor=county, employer_id=agency.pk, username="agency", name="招聘顾问", now=now, password=password
        )
    place = local[0].posts.filter(place_code__startswith=settings.COUNTY_CODE).order_by("pk").first()
    entered = _enter(account.user, made_up.ENTERED, place, ("", ""))
    away = (
        Post.objects.exclude(place_code__startswith=settings.COUNTY_CODE)
        .filter(state="active")
        .order_by("pk")
        .first()
    )
    if away:
        client = (away.employer.name, away.employer.credit_code)
        _enter(agent.user, made_up.HIRED_OUT, away, client)
    with acting_as(county):
        send_back(actor=county, post_id=entered[1].pk, reason=made_up.RETURN_REASON, now=now)


def _enter(user: User, offers: tuple[tuple, ...], place: Post, client: tuple[str, str]) -> list[Post]:
    """Posts as this user enters them, at the place of a known one."""
    actor, now = user.actor(), timezone.now()
    until = timezone.localdate(now) + timedelta(days=60)
    with acting_as(actor):
        return [
            enter(
                actor=actor,
                employer_id=None,
                offer=Offer(
                    title=title, place_code=place.place_code, place_text=place.place_text, openings=places,
                    wage_min=low, wage_max=high, lodging=lodging, note=note, expires_on=until,
                ),
                client=client,
                now=now,
            )
            for title, places, low, high, lodging, note in offers
        ]  # fmt: skip
