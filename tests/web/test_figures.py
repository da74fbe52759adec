"""Figures on the desk: of one area or several, without the unknown in a rate, and leading to their own records."""

from datetime import timedelta

import pytest
from django.urls import reverse

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.indicators.data import INDICATORS
from jobbridge.apps.indicators.services import compute_day
from jobbridge.apps.targeting.services import refresh
from jobbridge.web.desk.figures import figures_of, own_areas
from jobbridge.web.desk.indicators import RECORDS
from jobbridge.web.desk.ledger import BEHIND_FIGURES, TABS
from jobbridge.web.desk.overview import overview
from tests.factories import DAY, make_areas, make_household, make_person, make_spell, make_statement, make_user

TOWN, NEIGHBOUR = "500235001000", "500235002000"


def quiet(*step):
    """Progress nobody listens to."""


@pytest.fixture
def county(db):
    with acting_as(system_actor("test")):
        make_areas()
        for village in ("500235001001", "500235002001"):
            for answer in ("works", "willing", "never asked"):
                person = make_person(make_household(village))
                if answer == "works":
                    make_spell(person, DAY - timedelta(days=90))
                elif answer == "willing":
                    make_statement(person, employed=False, willing=True)
        refresh(on=DAY, actor=system_actor("cycle"), progress=quiet)
        compute_day(on=DAY, actor=system_actor("cycle"), progress=quiet)
        yield


def figures(actor):
    with acting_as(actor):
        return {figure.indicator.key: figure.value for figure in figures_of(own_areas(actor))}


def test_two_townships_are_their_sum_and_their_rate_is_made_anew(county):
    both = make_user("both", Role.TOWNSHIP, TOWN, NEIGHBOUR).actor()
    one = make_user("one", Role.TOWNSHIP, TOWN).actor()
    of_both, of_one = figures(both), figures(one)
    assert set(of_both) == {indicator.key for indicator in INDICATORS}
    assert of_both["labour.total"].value == 2 * of_one["labour.total"].value == 6
    assert of_both["labour.employment_rate"].value == of_one["labour.employment_rate"].value == 50


def test_the_unknown_are_in_no_rate(county):
    actor = make_user("one", Role.TOWNSHIP, TOWN).actor()
    with acting_as(actor):
        shown = overview(actor)
    assert (shown.labourers, shown.known, shown.unknown) == (3, 2, 1)
    assert shown.employed_rate == float(figures(actor)["labour.employment_rate"].value) == 50.0
    assert [tile.rate for tile in shown.tiles] == [50.0]


def test_every_figure_has_its_list():
    assert set(RECORDS) == {indicator.key for indicator in INDICATORS}


@pytest.mark.parametrize("key", [key for key, (view, _) in RECORDS.items() if view == "desk:households"])
def test_the_list_behind_a_household_figure_has_that_many_rows(county, client, key):
    user = make_user("county", Role.COUNTY, "500235000000")
    client.force_login(user)
    view, query = RECORDS[key]
    page = client.get(reverse(view) + query)
    figure = figures(user.actor())[key]
    assert len(page.context["page"].rows) == figure.numerator
    chosen = query.removeprefix("?view=")
    assert chosen in TABS or chosen in BEHIND_FIGURES
    assert dict((name, n) for name, _label, n in page.context["tabs"])[chosen] == figure.numerator
