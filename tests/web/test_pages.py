"""What the desk's pages answer: fragments, filters, decisions, and the number of queries a list costs."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.casework.models import Task
from jobbridge.apps.casework.services import follow_groups
from jobbridge.apps.linkage.models import Link
from jobbridge.apps.registry.models import Household
from jobbridge.apps.targeting.services import refresh
from jobbridge.web.desk.differences import differs
from jobbridge.web.desk.overview import overview
from tests.factories import DAY, make_household, make_person, make_statement
from tests.web.conftest import HERE, HTMX

TEST = system_actor("test")
LISTS = ["households", "persons", "groups", "tasks", "posts", "linkage", "imports"]


@pytest.mark.parametrize("page", [*LISTS, "messages"])
def test_htmx_gets_the_list_alone(signed_in, fragment, page):
    client = signed_in("county")
    whole = client.get(reverse(f"desk:{page}")).content.decode()
    part = fragment(client, reverse(f"desk:{page}"), "list").content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert part.strip().startswith('<div id="list"')


@pytest.mark.parametrize("page", LISTS)
def test_a_longer_list_costs_no_more_queries(signed_in, county, page):
    client = signed_in("county")
    client.get(reverse(f"desk:{page}"))  # what is kept for a minute is counted now
    few = _queries(client, page)
    with acting_as(TEST):
        for number in range(12):
            household = make_household(HERE, f"多户{number}")
            make_statement(make_person(household, f"多人{number}"), employed=False, willing=True)
        refresh(on=DAY, actor=TEST, progress=lambda *step: None)
        follow_groups(on=DAY, actor=TEST, progress=lambda *step: None)
    assert _queries(client, page) <= few


def _queries(client, page):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(reverse(f"desk:{page}")).status_code == 200
    return len(captured)


def test_tabs_and_filters_narrow_the_ledger(signed_in, county):
    client = signed_in("county")
    names = ["覃平国", "梁磊磊", "韩林光"]

    def shown(**query):
        rows = client.get(reverse("desk:households"), query).content.decode()
        return {name for name in names if f">{name}</a>" in rows}

    assert shown() == set(names)
    assert shown(view="zero") == {"覃平国", "梁磊磊"}
    assert shown(view="zero", town="500235001") == {"覃平国"}
    assert shown(q="韩") == {"韩林光"}
    assert shown(q=county.other.number) == {"梁磊磊"}
    assert shown(q="%") == shown(q="_") == set()
    assert shown(view="nonsense", town="x", category="y") == set(names)


def test_a_person_is_found_by_the_whole_number_only(signed_in, county):
    from jobbridge.apps.accounts.sealing import sealer

    client = signed_in("county")
    number = sealer().open(bytes(county.person.id_sealed), "id")
    mine = f">{county.person.name}</a>"

    def found(text):
        return mine in client.get(reverse("desk:persons"), {"q": text}).content.decode()

    assert found(number)
    assert found("164 0000 1111")
    assert not found(number[:-1])
    assert not found("16400001112")


def test_figures_add_up(county):
    actor = county.users["county"].actor()
    with acting_as(actor):
        seen = overview(actor)
    assert (seen.labourers, seen.employed, seen.seeking, seen.zero, seen.households) == (3, 1, 2, 2, 3)
    assert {tile.name: (tile.seeking, tile.labourers) for tile in seen.tiles} == {
        "双江街道": (1, 2),
        "青龙街道": (1, 1),
    }
    assert seen.employed_rate == 33.33


def test_a_household_is_handed_to_its_broker(signed_in, county):
    client = signed_in("county")
    url = reverse("desk:assign", args=[county.household.pk])
    assert "已派给经纪人" in client.post(url, **HTMX).content.decode()
    with acting_as(TEST):
        handed = Task.objects.select_related("broker").get(assigned_by=county.users["county"].actor().key)
    assert handed.broker.name == "于丽林"


def test_a_village_without_a_broker_is_said_and_nothing_is_made(signed_in, county):
    answer = signed_in("county").post(reverse("desk:assign", args=[county.other.pk]), **HTMX)
    assert "没有在任的劳务经纪人" in answer.content.decode()
    with acting_as(TEST):
        assert not Task.objects.filter(assigned_by__startswith="user:").exists()


@pytest.mark.parametrize(("chosen", "decision"), [("person", "confirmed"), ("", "rejected")])
def test_a_pair_is_decided(signed_in, county, chosen, decision):
    client = signed_in("county")
    data = {"person": county.person.pk if chosen else ""}
    answer = client.post(reverse("desk:linkage_decide", args=[county.link.pk]), data, **HTMX)
    assert f'id="pair-{county.link.pk}"' in answer.content.decode()
    with acting_as(TEST):
        assert Link.objects.get(pk=county.link.pk).decision == decision


def test_a_person_who_is_no_candidate_is_refused(signed_in, county):
    url = reverse("desk:linkage_decide", args=[county.link.pk])
    assert signed_in("county").post(url, {"person": county.seeker.pk}).status_code == 400


@pytest.mark.parametrize(
    ("said", "known", "different"),
    [
        ("覃平国", "覃平国", False),
        ("覃平国", "覃平果", True),
        ("覃**", "覃平国", False),
        ("韩**", "覃平国", True),
        ("", "覃平国", False),
        ("9901**********1234", "9901**********1234", False),
        ("9901**********1234", "9901**********1235", True),
        ("164****0072", "16400000072", False),
        ("覃*", "覃平国", False),
        ("覃*光", "覃平国", True),
        ("覃国", "覃平国", True),
    ],
)
def test_what_counts_as_a_difference(said, known, different):
    assert differs(said, known) is different


def test_the_button_queues_the_day_once(signed_in, county):
    from procrastinate.contrib.django.models import ProcrastinateJob

    client = signed_in("county")
    for _ in range(2):
        answer = client.post(reverse("desk:cycle_run"), {"on": "2026-11-21"})
        assert answer.url == reverse("desk:cycle") + "?on=2026-11-21"
    assert ProcrastinateJob.objects.filter(task_name__endswith="run_cycle_job").count() == 1
    page = client.get(answer.url).content.decode()
    assert "已排队" in page
    assert 'hx-trigger="every 2s"' in page


@pytest.mark.parametrize(
    ("on", "why"), [("2031-01-01", "最晚只能运行今天"), ("2026-11-20", "台账状况已算到2026-11-21")]
)
def test_the_button_refuses_a_day_that_may_not_run_and_says_why(signed_in, county, on, why):
    from procrastinate.contrib.django.models import ProcrastinateJob

    page = signed_in("county").post(reverse("desk:cycle_run"), {"on": on}, follow=True).content.decode()
    assert why in page
    assert not ProcrastinateJob.objects.filter(task_name__endswith="run_cycle_job").exists()


@pytest.mark.parametrize("page", [*LISTS, "home", "messages", "cycle", "indicators"])
def test_pages_keep_to_the_strict_policy(signed_in, page):
    answer = signed_in("county").get(reverse(f"desk:{page}"))
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'self'" in policy
    text = answer.content.decode()
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", text)
    assert not re.search(r"\son[a-z]+=|javascript:|<style", text)


def test_log_in_page_says_what_is_wrong_without_saying_which(client, county):
    url = reverse("login")
    answer = client.post(url, {"username": "county", "password": "wrong"})
    assert "账号或密码不对" in answer.content.decode()
    assert client.post(url, {"username": "county", "password": "a-long-passphrase"}).url == reverse("home")


def test_guessing_passwords_locks_the_account_and_says_so(client, county, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post(reverse("login"), {"username": "county", "password": "wrong"})
    assert answer.status_code == 429
    assert "账号暂时锁定" in answer.content.decode()
    answer = client.post(reverse("login"), {"username": "county", "password": "a-long-passphrase"})
    assert answer.status_code == 429


def test_posts_with_a_shortlist_in_my_scope(signed_in, county):
    for name in ("town", "neighbour"):
        page = signed_in(name).get(reverse("desk:posts"), {"view": "matched"}).content.decode()
        assert "缝纫车工" in page
        shortlist = signed_in(name).get(reverse("desk:post", args=[county.post.pk])).content.decode()
        assert ("覃平国" in shortlist, "梁磊磊" in shortlist) == (name == "town", name == "neighbour")


@pytest.mark.parametrize("path", ["/nowhere/", "/desk/households/999999/"])
def test_missing_pages_say_so_in_our_words(signed_in, path):
    answer = signed_in("county").get(path)
    assert answer.status_code == 404
    assert "这里没有您能看的内容" in answer.content.decode()


def test_a_household_whose_head_is_not_known_can_still_be_opened(signed_in, county):
    with acting_as(TEST):
        Household.objects.filter(pk=county.household.pk).update(head_name="")
    page = signed_in("county").get(reverse("desk:households")).content.decode()
    assert re.search(rf'href="/desk/households/{county.household.pk}/"[^>]*>户主待补</a>', page)


@pytest.mark.parametrize(
    ("status", "heard", "running"),
    [("todo", None, True), ("doing", 5, True), ("doing", 300, False), ("succeeded", 5, False)],
)
def test_a_cycle_runs_while_its_worker_is_heard_of(signed_in, status, heard, running):
    """From click to lock lie seconds of loading: the page must go on asking, and stop when the worker died."""
    with connection.cursor() as cursor:
        worker = None
        if heard is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - make_interval(secs => %s)) RETURNING id",
                [heard],
            )
            (worker,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, args, status, worker_id)"
            " VALUES ('jobbridge.apps.cycle.tasks.run_cycle_job', 'cycle', '{}', %s, %s)",
            [status, worker],
        )
    page = signed_in("county").get(reverse("desk:cycle"))
    assert page.context["running"] is running
