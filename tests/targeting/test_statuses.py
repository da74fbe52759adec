"""What a person's and a household's status follow from: unknown is never counted as no."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import connection

from jobbridge.apps.linkage.models import FeedRecord, Link
from jobbridge.apps.targeting import rules
from jobbridge.apps.targeting.facts import retirement_sql
from jobbridge.apps.targeting.models import Group, GroupMembership, HouseholdStatus, PersonStatus
from jobbridge.kernel.retirement import default_kind, months_to_retirement
from tests.factories import (
    DAY,
    make_household,
    make_person,
    make_spell,
    make_statement,
)
from tests.targeting.conftest import ANSWERS, ask, compute, status, zero


def expected(answers):
    """The definition in words, written down a second time."""
    if "works" in answers:
        return False
    if "never asked" in answers or "out of work" in answers:
        return None
    return "willing" in answers


@pytest.mark.parametrize("answers", list(product(ANSWERS, repeat=2)))
def test_zero_employment_household_of_two(county, answers):
    household = make_household()
    for answer in answers:
        ask(make_person(household), answer)
    compute()
    assert zero(household) is expected(answers)
    entered = GroupMembership.objects.filter(group=Group.ZERO_EMPLOYMENT, household=household).exists()
    assert entered is (expected(answers) is True)


@pytest.mark.parametrize(
    ("answer", "letter"),
    [("works", "W"), ("willing", "S"), ("unwilling", "N"), ("out of work", "U"), ("never asked", "U")],
)
def test_status_of_a_person(county, answer, letter):
    person = make_person(make_household())
    ask(person, answer)
    compute()
    assert status(person) == letter


@pytest.mark.parametrize(
    "values",
    [
        {"birth": date(2012, 1, 1)},
        {"birth": date(1950, 1, 1)},
        {"schooling": "本科二年级"},
        {"labour_skill": "无劳动力"},
        {"life": "dead"},
        {"draws_pension": True},
        {"in_custody": True},
    ],
)
def test_whoever_is_no_labourer_has_no_status(county, values):
    person = make_person(make_household(), **values)
    ask(person, "willing")
    compute()
    assert status(person) is None


@pytest.mark.parametrize(
    ("age", "schooling", "answer", "letter", "zero_household"),
    [
        (16, "", "willing", "U", None),
        (17, "非在校生", "willing", "S", True),
        (17, "普通高中二年级", "willing", None, False),
        (22, "", "willing", "U", None),
        (22, "", "works", "W", False),  # at work: no pupil, whatever the roster left empty
        (23, "", "willing", "S", True),
        (15, "", "willing", None, False),
    ],
)
def test_at_school_age_an_empty_entry_is_not_a_no(county, age, schooling, answer, letter, zero_household):
    household = make_household()
    person = make_person(household, birth=DAY.replace(year=DAY.year - age), schooling=schooling)
    ask(person, answer)
    compute()
    assert (status(person), zero(household)) == (letter, zero_household)


def test_a_stale_answer_is_no_answer(county):
    person = make_person(make_household())
    make_statement(person, DAY - timedelta(days=91), employed=False, willing=True)
    compute()
    assert status(person) == "U"


@pytest.mark.parametrize(
    ("employed", "age", "letter"),
    [(False, 180, "S"), (False, 181, "U"), (False, 900, "U"), (True, 181, "W"), (True, 2, "W")],
)
def test_a_stale_no_ends_no_registered_job_and_leaves_it_in_doubt(county, employed, age, letter):
    household = make_household()
    person = make_person(household)
    started = DAY - timedelta(days=1000)
    make_spell(person, started, as_of=started)
    make_statement(person, DAY - timedelta(days=age), employed=employed, away=employed or None)
    make_statement(person, willing=True)
    compute()
    assert status(person) == letter
    assert zero(household) is {"S": True, "U": None, "W": False}[letter]


def test_newer_word_beats_an_older_job(county):
    person = make_person(make_household())
    make_spell(person, DAY - timedelta(days=300), as_of=DAY - timedelta(days=300))
    make_statement(person, DAY - timedelta(days=2), employed=False, willing=True)
    compute()
    assert status(person) == "S"


@pytest.mark.parametrize(
    ("area", "spell_age", "away", "said_age", "letter", "place"),
    [
        ("1", 100, True, 2, "W", ""),  # said since: away. The village of the older job is not where
        ("4", 100, False, 2, "L", ""),
        ("4", 100, True, 2, "W", "浙江省义乌市"),  # what was said agrees with the job
        ("1", 100, False, 2, "L", "浙江省义乌市"),
        ("4", 2, False, 100, "W", "浙江省义乌市"),  # the job is the newer word
        ("4", 100, None, 2, "W", "浙江省义乌市"),  # said: still at work; of the place nothing
        ("", 100, None, None, "E", "浙江省义乌市"),
        ("", 2, True, 100, "W", "浙江省义乌市"),  # said while the job went on
        ("", 2, True, 400, "E", "浙江省义乌市"),  # said of an earlier job
        (None, None, None, 2, "E", ""),
        (None, None, True, 2, "W", ""),
        (None, None, False, 2, "L", ""),
    ],
)
def test_the_place_of_work_is_the_newest_word_and_never_guessed(
    county, area, spell_age, away, said_age, letter, place
):
    household = make_household()
    person = make_person(household)
    if area is not None:
        make_spell(person, DAY - timedelta(days=300), as_of=DAY - timedelta(days=spell_age), work_area=area)
    if said_age is not None:
        make_statement(person, DAY - timedelta(days=said_age), employed=True, away=away)
    counts = compute()
    row = PersonStatus.objects.get(person=person)
    assert (row.status, row.place_text) == (letter, place)
    assert zero(household) is False
    assert counts["place_unknown"] == int(letter == "E")
    assert HouseholdStatus.objects.get(household=household).places == place


def test_seen_at_home_after_the_job_was_recorded_is_unknown_not_unemployed(county):
    person = make_person(make_household())
    make_spell(person, DAY - timedelta(days=300), as_of=DAY - timedelta(days=100))
    seen(person, DAY - timedelta(days=5))
    compute()
    row = PersonStatus.objects.get(person=person)
    assert (row.status, row.contradicted) == ("U", True)


@pytest.mark.parametrize(
    ("area", "spell_age", "away", "said_age", "seen_age", "letter"),
    [
        ("4", 100, True, 24, 5, "U"),  # a visit confirmed the job, then the train brought the person home
        ("1", 100, True, 24, 5, "U"),
        (None, None, True, 24, 5, "U"),
        ("4", 100, True, 5, 24, "W"),  # asked since
        (None, None, True, 5, 24, "W"),
        (None, None, True, 6, 5, "W"),  # both may be true
        ("4", 2, True, 100, 5, "W"),  # a job recorded since
        ("4", 100, False, 24, 5, "L"),  # who works nearby is at home
        (None, None, False, 24, 5, "L"),
        ("1", 100, None, None, 5, "L"),
        (None, None, True, 200, 5, "U"),
    ],
)
def test_a_sighting_at_home_is_held_against_the_newest_word_that_somebody_is_away(
    county, area, spell_age, away, said_age, seen_age, letter
):
    person = make_person(make_household())
    if area:
        make_spell(person, DAY - timedelta(days=300), as_of=DAY - timedelta(days=spell_age), work_area=area)
    if said_age:
        make_statement(person, DAY - timedelta(days=said_age), employed=True, away=away)
    seen(person, DAY - timedelta(days=seen_age))
    compute()
    row = PersonStatus.objects.get(person=person)
    assert (row.status, row.contradicted) == (letter, letter == "U" and said_age != 200)


def test_a_rejected_sighting_says_nothing(county):
    person = make_person(make_household())
    make_spell(person, DAY - timedelta(days=300), as_of=DAY - timedelta(days=100))
    seen(person, DAY - timedelta(days=5), decision="rejected")
    compute()
    assert status(person) == "W"


def seen(person, on, decision="pending"):
    from jobbridge.apps.files.models import StoredFile
    from jobbridge.apps.imports.models import ImportBatch

    file = StoredFile.objects.create(name="x", sha256="x", size=1, path="x", created_by="test")
    batch = ImportBatch.objects.create(
        kind="feed", file=file, as_of=DAY, region_code="500235000000", created_by="test"
    )
    record = FeedRecord.objects.create(
        batch=batch, source="railway", content_hash=b"h%d" % person.pk, seen_on=on, direction="home",
        region_code=person.region_code,
    )  # fmt: skip
    Link.objects.create(
        record=record,
        person=person,
        posterior=0.99,
        zone="auto",
        stage="A",
        decision=decision,
        region_code=person.region_code,
    )


def test_marks_put_first_who_needs_something(county):
    household = make_household()
    for answer in ("works", "works nearby", "works somewhere", "unwilling", "never asked", "willing"):
        ask(make_person(household), answer)
    compute()
    row = HouseholdStatus.objects.get(household=household)
    assert (row.marks, row.members, row.seeking, row.unknown) == ("SUNELW", 6, 1, 1)


def test_monitored_household_needs_an_open_risk(county):
    rows = {}
    for category, cleared in product(["edge", "lifted", ""], [True, False, None]):
        rows[category, cleared] = make_household(category=category, risk_cleared=cleared)
    compute()
    found = {key: HouseholdStatus.objects.get(household=household).monitored for key, household in rows.items()}
    assert found["edge", False] is True
    assert found["edge", True] is False
    assert found["edge", None] is None
    assert found["lifted", False] is False
    assert found["", False] is None


@pytest.mark.parametrize("zero_value", [True, False, None])
@pytest.mark.parametrize("seeking", [0, 1, 7])
@pytest.mark.parametrize("unknown", [0, 2])
@pytest.mark.parametrize("days", [None, 0, 30, 31, 500])
def test_urgency_in_sql_is_urgency_in_python(db, zero_value, seeking, unknown, days):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {rules.URGENCY_SQL} FROM (SELECT %s::boolean AS zero, true AS monitored, %s::int AS seeking,"
            " %s::int AS unknown, %s::int AS days_since_visit) t",
            [zero_value, seeking, unknown, days],
        )
        assert cursor.fetchone()[0] == rules.urgency(
            zero=zero_value, monitored=True, seeking=seeking, unknown=unknown, unvisited_days=days
        )


def test_retirement_month_in_sql_is_the_kernels(db):
    births = [date(year, month, 15) for year in range(1955, 1990) for month in range(1, 13)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT b, s, {retirement_sql('b', 's', 'd')} FROM unnest(%s::date[]) b, unnest(ARRAY['男', '女']) s,"
            " (SELECT %s::date AS d) d",
            [births, DAY],
        )
        rows = cursor.fetchall()
    assert len(rows) == 2 * len(births)
    assert [(b, s) for b, s, months in rows if months != months_to_retirement(b, default_kind(s), DAY)] == []
