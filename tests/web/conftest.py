"""A county of two townships with a household in each, taken through the day, and the people who sign in."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.casework.services import follow_groups
from jobbridge.apps.employers.models import Employer, EmployerAccount
from jobbridge.apps.files.services import store
from jobbridge.apps.imports import services as imports
from jobbridge.apps.imports.models import ImportBatch, ImportRow
from jobbridge.apps.indicators.services import compute_day
from jobbridge.apps.linkage.deciding import decide
from jobbridge.apps.linkage.models import (
    DuplicateSuspicion,
    FeedRecord,
    Link,
    LinkDecision,
    Opinion,
    Outsider,
    Returnee,
    Suspicion,
)
from jobbridge.apps.linkage.village import ask
from jobbridge.apps.messaging.services import Draft, queue
from jobbridge.apps.placements.models import MatchPolicy, MatchRun, Recommendation, RunPost, RunSeeker, WhatIf
from jobbridge.apps.placements.policies import settings_of
from jobbridge.apps.registry.models import Person
from jobbridge.apps.targeting.services import refresh
from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.titles import known, recount
from tests.factories import (
    DAY,
    make_agreements,
    make_areas,
    make_broker,
    make_household,
    make_person,
    make_phone,
    make_source,
    make_spell,
    make_statement,
    make_user,
    on_offer,
)
from tests.imports.workbooks import damaged_roster

TEST = system_actor("test")
HERE, THERE = "500235001001", "500235002001"
PHONE, EMPLOYER_PHONE = "16400001111", "16400002222"


@pytest.fixture(autouse=True)
def _surroundings(settings):
    """No figures kept from another test, a static folder to serve from, and passwords that hash quickly."""
    cache.clear()
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def county(db):
    """Two zero-employment households in two townships, one more at work, and a doubtful pair and a post."""
    with acting_as(TEST):
        make_areas()
        users = {
            "county": make_user("county", Role.COUNTY, "500235000000"),
            "leader": make_user("leader", Role.LEADER, "500235000000"),
            "town": make_user("town", Role.TOWNSHIP, "500235001000"),
            "neighbour": make_user("neighbour", Role.TOWNSHIP, "500235002000"),
            "broker": make_user("broker", Role.BROKER, HERE),
            "stranger": make_user("stranger", Role.BROKER, THERE),
            "employer": make_user("employer", Role.EMPLOYER),
            "rival": make_user("rival", Role.EMPLOYER),
        }
        make_broker(HERE, "于丽林")
        household = make_household(HERE, "覃平国")
        person = make_person(household, "覃平国")
        make_phone(person, PHONE)
        make_statement(person, employed=False, willing=True, wishes=["缝纫工"], wage_floor=3500)
        other = make_household(THERE, "梁磊磊")
        seeker = make_person(other, "梁磊磊")
        make_statement(seeker, employed=False, willing=True)
        working = make_household(HERE, "韩林光")
        make_spell(make_person(working, "韩林光"), DAY.replace(month=1), monthly_wage=5200)
        for step in (refresh, follow_groups, compute_day):
            step(on=DAY, actor=TEST, progress=lambda *args: None)
        post = make_post()
        waiting = make_post("p2", title="客服", state="pending")
        account = make_account(users["employer"], post.employer)
        make_account(users["rival"], make_post("p3", name="样例鞋厂", code="99" + "1" * 16).employer)
        post.employer.specialist = users["town"]
        post.employer.save()
        run = MatchRun.objects.create(
            on=DAY, seekers=2, posts=1, recommendations=2, gap=0.0, report={}, finished_at="2026-11-21T08:00+08:00"
        )
        items: list[Recommendation] = []
        for who in (person, seeker):
            item = Recommendation.objects.create(
                run=run, person=who, post=post, region_code=who.region_code, rank=1, score=8600, terms={},
                reasons=["意向工种相符"], state_on=DAY,
            )  # fmt: skip
            make_run_seeker(run, who)
            items.append(item)
        RunPost.objects.create(run=run, post=post, openings=5, capacity=15, candidates=2, short=3, price=0)
        told = settings_of(MatchPolicy())
        trial = WhatIf.objects.create(
            on=DAY, present=told, trial=told, started_by=TEST.key, started_at=timezone.now()
        )
        link = make_pair(person)
        title = known(["铁架子帮工"])["铁架子帮工"]
        recount({"铁架子帮工": 3})
    return SimpleNamespace(
        users=users, household=household, person=person, other=other, seeker=seeker, post=post, link=link, run=run,
        trial=trial, waiting=waiting, account=account, item=items[0], title=title,
    )  # fmt: skip


def make_run_seeker(run: MatchRun, person: Person) -> RunSeeker:
    return RunSeeker.objects.create(
        run=run, person=person, region_code=person.region_code, tier=2, sex=person.sex, age=40, legal=4, given=1,
        missed=["未推荐虚构制衣厂：人选已满，您在其余岗位更合适"],
    )  # fmt: skip


def make_post(key: str = "p1", *, name: str = "样例服饰", code: str = "99" + "0" * 16, **values) -> Post:
    source = make_source()
    employer, _ = Employer.objects.get_or_create(
        credit_code=code,
        defaults={
            "name": name, "source": source, "as_of": DAY, "phone_mask": "164****2222",
            "phone_sealed": sealer().seal(EMPLOYER_PHONE, "phone"),
        },
    )  # fmt: skip
    return Post.objects.create(
        employer=employer, key=key, source=source, as_of=DAY, place_code="500235", place_text="云阳县",
        **{
            "title": "缝纫车工", "openings": 5, "wage_min": 3200, "wage_max": 5200,
            "expires_on": DAY.replace(year=2030), **on_offer(values), **values,
        },
    )  # fmt: skip


def make_account(user, employer: Employer) -> EmployerAccount:
    return EmployerAccount.objects.create(
        user=user, employer=employer, opened_by=TEST.key, opened_at=timezone.now()
    )


def make_pair(person, name: str = "铁路.csv") -> Link:
    stored = store(actor=TEST, name=name, content=name.encode())
    batch = ImportBatch.objects.create(
        kind="feed", file=stored, as_of=DAY, region_code="500235000000", created_by=TEST.key
    )
    record = FeedRecord.objects.create(
        batch=batch, source="railway", content_hash=name.encode()[:32], name="覃平果", id_mask=person.id_mask,
        region_code=person.region_code, seen_on=DAY, direction="home",
    )  # fmt: skip
    return Link.objects.create(
        record=record, person=person, region_code=person.region_code, posterior=0.7, zone="review",
        candidates=[{"person_id": person.pk, "posterior": 0.7}],
    )  # fmt: skip


@pytest.fixture
def signed_in(county):
    """``signed_in("town")`` is a browser in which that user is signed in."""

    def client(name: str) -> Client:
        browser = Client()
        with acting_as(TEST):
            browser.force_login(county.users[name])
        return browser

    return client


@pytest.fixture
def records(county):
    """The county with a refused workbook and a message of the first township as well: a record for every address."""
    town = county.users["town"].actor()
    content = damaged_roster().content
    with acting_as(TEST):
        batch = imports.upload(actor=town, name="我们的名册.xlsx", content=content, as_of=DAY, now=timezone.now())
    county.batch = imports.stage(actor=town, batch=batch)
    with acting_as(TEST):
        county.row = ImportRow.objects.filter(batch=batch, state="refused").earliest("pk")
        make_message(county.person)
        disputed = make_pair(county.person, "公路.csv")
        county.question = ask(actor=town, link_id=disputed.pk, person_id=county.person.pk, now=timezone.now())
        decide(actor=town, link_id=disputed.pk, same=False, now=timezone.now())
        county.opinion = Opinion.objects.create(
            link=disputed, region_code=HERE, decision=LinkDecision.objects.get(link=disputed), first_by=town.key,
            given_by="user:0", same=True, person=county.person, state="differs",
        )  # fmt: skip
        stored = store(actor=TEST, name="协议.pdf", content=b"signed")
        (county.agreement,) = make_agreements("railway", signed=stored)
        coming = timezone.localdate() + timedelta(days=30)
        county.policy = MatchPolicy.objects.create(valid_from=coming, decided_by=TEST.key, decided_at=timezone.now())
        county.outsider, county.suspicion = make_findings(county.person)
        county.duplicate = make_duplicate(county.person, county.seeker)
    return county


def make_findings(person: Person, number: int = 0) -> tuple[Outsider, Suspicion]:
    """What the comparison may have found of a person's village: one back home, a stranger, a suspicion."""
    seen = {"first_seen": DAY, "last_seen": DAY, "sightings": 1, "sources": ["railway"], "region_code": HERE}
    Returnee.objects.create(person=person, opened_on=DAY, origin="东莞", recorded_away=True, **seen)
    stranger = Outsider.objects.create(key=b"outsider %d" % number, name="向无名", **seen)
    suspicion = Suspicion.objects.create(
        kind="away_home", person=person, region_code=HERE, opened_on=DAY, seen_on=DAY,
        ledger={"text": "在外务工", "place": "浙江省义乌市", "as_of": DAY.isoformat(), "source": "测试"},
        sightings=[{"source": "railway", "on": DAY.isoformat(), "direction": "home", "file": "铁路.csv", "batch": 1}],
    )  # fmt: skip
    return stranger, suspicion


def make_duplicate(one: Person, other: Person, **values) -> DuplicateSuspicion:
    """Two entries of two townships that may be one person, as a search finds them."""
    first, second = sorted((one, other), key=lambda person: person.pk)
    found = {
        "region_code": "500235000000", "posterior": 0.97, "found_on": DAY,
        "levels": {"name": "sound", "id": "near", "phone": "own", "village": "other", "sex": "same", "birth": "near"},
        "weights": {"name": 4.2, "id": 9.0, "phone": 7.5, "village": -2.0, "sex": 1.0, "birth": 5.5, "prior": -13.0},
    }  # fmt: skip
    return DuplicateSuspicion.objects.create(person_a=first, person_b=second, **(found | values))


def make_message(person: Person, phone: str = PHONE) -> None:
    context = {"name": person.name, "broker": "于丽林", "date": "11月22日"}
    draft = Draft(f"test:{person.pk}", "visit_notice", context, phone, person.region_code, person_id=person.pk)
    queue(actor=TEST, draft=draft, now=timezone.now())


HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def fragment():
    """``fragment(client, url, "list")`` is what htmx gets when it asks for the part with this id."""

    def get(client: Client, url: str, target: str):
        return client.get(url, HTTP_HX_TARGET=target, **HTMX)

    return get
