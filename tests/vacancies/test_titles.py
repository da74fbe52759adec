"""Titles to occupations: once each, people have the last word, and no encoder for what is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import Actor, acting_as, system_actor
from jobbridge.apps.audit.models import AuditEntry
from jobbridge.apps.placements import columns
from jobbridge.apps.placements.services import match_day
from jobbridge.apps.targeting.services import refresh
from jobbridge.apps.vacancies import titles
from jobbridge.apps.vacancies.entry import edit
from jobbridge.apps.vacancies.models import JobTitle, Post, PostLog
from jobbridge.apps.vacancies.rules import Offer
from jobbridge.engines import occupations
from jobbridge.engines.occupations import sentences
from tests.factories import DAY, make_areas, make_household, make_person, make_statement, make_user
from tests.web.conftest import make_post

CYCLE = system_actor("test")
WELDER, SEWER, PACKER = "6-18-02-04", "6-05-01-03", "6-31-05-00"
ODD = "铁架子帮工"  # no name of the classification


@pytest.fixture(autouse=True)
def _writing(db):
    with acting_as(CYCLE):
        yield


@pytest.fixture
def clerk() -> Actor:
    make_areas()
    return make_user("county", Role.COUNTY, "500235000000").actor()


@pytest.fixture
def forbid_encoder(monkeypatch):
    """Called, it makes any later use of the encoder a failure."""

    def loaded():
        raise AssertionError("the encoder was loaded")

    def forbid():
        occupations.classifier.cache_clear()
        monkeypatch.setattr(sentences, "_encoder", loaded)

    yield forbid
    occupations.classifier.cache_clear()


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """The titles that go through the classifier."""
    found: list[str] = []
    classify = occupations.Classifier.proposals

    def listening(self, texts, k=5):
        texts = list(texts)
        found.extend(texts)
        return classify(self, texts, k)

    monkeypatch.setattr(occupations.Classifier, "proposals", listening)
    return found


def occupation(post: Post) -> tuple[str, str]:
    return Post.objects.values_list("occupation", "occupation_by").get(pk=post.pk)


def confirm(clerk: Actor, text: str, code: str, **options) -> JobTitle:
    title = JobTitle.objects.get(text=text)
    return titles.confirm(actor=clerk, title_id=title.pk, code=code, now=timezone.now(), **options)


def test_a_title_is_classified_once_however_it_is_spaced(asked):
    found = titles.codes(["缝纫工", "缝 纫工", "缝纫工", ODD])
    assert found["缝纫工"] == found["缝 纫工"] == SEWER
    assert asked == ["缝纫工", ODD]
    titles.codes(["缝纫工", ODD, "焊工"])
    assert asked == ["缝纫工", ODD, "焊工"]
    row = JobTitle.objects.get(text="缝纫工")
    assert (row.score, len(row.candidates), row.candidates[0]) == (1.0, 5, [SEWER, 1.0])
    assert 0 < JobTitle.objects.get(text=ODD).score < 1


def test_a_title_that_says_nothing_is_kept_too(asked):
    assert titles.codes(["不限"]) == {"不限": ""}
    titles.codes(["不限"])
    assert asked == ["不限"]


def test_another_edition_proposes_again_but_not_what_is_confirmed(asked, clerk, monkeypatch):
    titles.codes([ODD, "缝纫工"])
    confirm(clerk, ODD, WELDER)
    del asked[:]
    monkeypatch.setattr(occupations, "edition", lambda: "next")
    assert titles.codes([ODD, "缝纫工"]) == {ODD: WELDER, "缝纫工": SEWER}
    assert asked == ["缝纫工"]


def test_a_confirmed_title_wins_for_all_posts_and_a_posts_own_stays(clerk):
    posts = [make_post(f"t{n}", title=ODD, occupation="") for n in range(3)]
    assert titles.classify_posts() == 3
    before = occupation(posts[0])[0]
    titles.choose(actor=clerk, post_id=posts[2].pk, code=PACKER, now=timezone.now())
    confirm(clerk, ODD, WELDER)
    assert [occupation(post)[0] for post in posts] == [WELDER, WELDER, PACKER]
    assert titles.codes([ODD]) == {ODD: WELDER}
    assert titles.classify_posts() == 0
    titles.withdraw(actor=clerk, title_id=JobTitle.objects.get(text=ODD).pk)
    assert [occupation(post)[0] for post in posts] == [before, before, PACKER]
    titles.choose(actor=clerk, post_id=posts[2].pk, code="", now=timezone.now())
    assert occupation(posts[2]) == (before, "")


def test_a_title_without_a_trade_is_general_labour_on_a_post(clerk):
    post = make_post("t", title=ODD, occupation="")
    titles.classify_posts()
    confirm(clerk, ODD, "")
    assert occupation(post)[0] == occupations.GENERAL_LABOUR
    assert titles.codes([ODD]) == {ODD: ""}


def test_what_was_chosen_for_a_post_is_in_its_log_and_a_new_title_ends_it(clerk):
    post = make_post("t", title="缝纫工", occupation=SEWER)
    titles.choose(actor=clerk, post_id=post.pk, code=PACKER, now=timezone.now())
    titles.choose(actor=clerk, post_id=post.pk, code=PACKER, now=timezone.now())  # twice is once
    assert list(PostLog.objects.values_list("event", "note")) == [
        ("edited", f"职业：{occupations.occupation_name(PACKER)}")
    ]
    post.refresh_from_db()
    offer = Offer(**{name: getattr(post, name) for name in Offer.__dataclass_fields__})
    offer = replace(offer, title="焊工", skills=tuple(post.skills), expires_on=timezone.localdate() + timedelta(20))
    edit(actor=clerk, post_id=post.pk, offer=offer, now=timezone.now())
    titles.classify_posts()
    assert occupation(post) == (WELDER, "")


def test_an_imported_post_whose_title_changed_follows_it():
    post = make_post("t", title="缝纫工", occupation="")
    titles.classify_posts()
    Post.objects.filter(pk=post.pk).update(title="焊工")
    assert titles.classify_posts() == 1
    assert occupation(post)[0] == WELDER


def test_who_comes_second_is_told_and_may_still_change_it(clerk):
    titles.codes([ODD])
    confirm(clerk, ODD, WELDER)
    with pytest.raises(titles.TitleRefused, match="已经有人核对过"):
        confirm(clerk, ODD, PACKER)
    assert confirm(clerk, ODD, PACKER, again=True).confirmed == PACKER
    assert AuditEntry.objects.filter(table_name="vacancies_jobtitle", operation="U").count() == 2


@pytest.mark.parametrize("code", ["6-18", "焊工", "9-99-99-99"])
def test_only_codes_of_the_classification_are_taken(clerk, code):
    titles.codes([ODD])
    post = make_post("t", title=ODD)
    with pytest.raises(titles.TitleRefused, match="没有这个职业"):
        confirm(clerk, ODD, code)
    with pytest.raises(titles.TitleRefused, match="没有这个职业"):
        titles.choose(actor=clerk, post_id=post.pk, code=code, now=timezone.now())


def test_townships_confirm_only_when_they_look_after_an_employer(clerk):
    town = make_user("town", Role.TOWNSHIP, "500235001000")
    titles.codes([ODD])
    post = make_post("t", title=ODD)
    with pytest.raises(PermissionDenied):
        confirm(town.actor(), ODD, WELDER)
    with pytest.raises(Post.DoesNotExist):
        titles.choose(actor=town.actor(), post_id=post.pk, code=WELDER, now=timezone.now())
    post.employer.specialist = town
    post.employer.save()
    assert confirm(town.actor(), ODD, WELDER).confirmed_by == town.actor().key
    for role in (Role.LEADER, Role.BROKER, Role.EMPLOYER):
        assert not titles.may_confirm(make_user(f"u-{role}", role, "500235001001").actor())


def test_nobody_confirms_namelessly():
    titles.codes([ODD])
    with pytest.raises(IntegrityError, match="title_confirmed_by_somebody"), transaction.atomic():
        JobTitle.objects.update(confirmed=WELDER)


def test_what_hangs_on_a_title_is_counted(clerk):
    for number, wish in enumerate((["缝纫工", ODD], ["缝纫工"], [])):
        person = make_person(make_household(head=f"户{number}"), f"人{number}")
        make_statement(person, employed=False, willing=True, wishes=wish)
    make_post("a", title=ODD), make_post("b", title=ODD, state="closed"), make_post("c", title=ODD, state="pending")
    refresh(on=DAY, actor=CYCLE, progress=lambda *args: None)
    match_day(on=DAY, actor=CYCLE, progress=lambda *args: None)
    rows = {row.text: row for row in JobTitle.objects.all()}
    assert (rows[ODD].posts, rows[ODD].wishes) == (2, 1)
    assert (rows["缝纫工"].posts, rows["缝纫工"].wishes, rows["缝纫工"].urgency) == (0, 2, 0.0)
    assert rows[ODD].urgency == pytest.approx(3 * (1 - rows[ODD].score))
    Post.objects.filter(key="a").update(title="缝纫工")
    titles.classify_posts()
    titles.recount({})
    assert list(JobTitle.objects.order_by("text").values_list("text", "posts", "wishes")) == sorted(
        [(ODD, 1, 0), ("缝纫工", 1, 0)]
    )


def test_the_second_day_never_loads_the_encoder(forbid_encoder):
    person = make_person(make_household(), "覃平国")
    make_statement(person, employed=False, willing=True, wishes=[ODD])
    make_post("a", title="电焊切割小工")
    refresh(on=DAY, actor=CYCLE, progress=lambda *args: None)
    match_day(on=DAY, actor=CYCLE, progress=lambda *args: None)
    forbid_encoder()
    make_post("b", title="电焊切割小工")
    later = DAY + timedelta(1)
    refresh(on=later, actor=CYCLE, progress=lambda *args: None)
    match_day(on=later, actor=CYCLE, progress=lambda *args: None)
    row = columns.seekers(later, 80, afresh=True)[0].to_pylist()[0]
    assert row["occupation_1"] == JobTitle.objects.get(text=ODD).proposed
    assert Post.objects.get(key="b").occupation == Post.objects.get(key="a").occupation != ""
    make_post("c", title="从没见过的叫法")
    with pytest.raises(AssertionError, match="encoder was loaded"):
        titles.classify_posts()
