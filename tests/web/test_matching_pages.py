"""The pages of the matching: every figure opens its records, a draft is released or discarded, settings are tried."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.placements import whatif
from jobbridge.apps.placements.models import MatchPolicy, MatchRun, Recommendation, RunSeeker, WhatIf
from jobbridge.apps.placements.policies import settings_of
from jobbridge.apps.placements.services import match_day
from jobbridge.apps.placements.tasks import what_if_job
from jobbridge.apps.vacancies.titles import classify_posts
from tests.factories import DAY
from tests.placements.conftest import quiet
from tests.web.conftest import HTMX

TEST = system_actor("test")
GOOD = settings_of(MatchPolicy())


def policy(**values) -> MatchPolicy:
    told = {"valid_from": timezone.localdate(), "decided_by": TEST.key, "decided_at": timezone.now()}
    with acting_as(TEST):
        return MatchPolicy.objects.create(**told | values)


@pytest.fixture
def run(county):
    """Both seekers matched with the one post by the engine itself, as a draft."""
    with acting_as(TEST):
        Recommendation.objects.all().delete()
        MatchRun.objects.all().delete()
    policy(manual_release=True, valid_from=DAY)
    match_day(on=DAY, actor=TEST, progress=quiet)
    return MatchRun.objects.get()


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def page(client, name, *keys, **query):
    response = client.get(reverse(f"desk:{name}", args=keys), query)
    assert response.status_code == 200
    return response


def test_the_run_page_says_how_near_the_best_and_links_to_the_records(signed_in, county, run):
    client = signed_in("county")
    shown = page(client, "match_run", run.pk)
    words = text_of(shown)
    assert "与最优相差不超过" in words
    assert "零就业家庭" in words
    links = set(re.findall(r'href="(/[^"]*/matching/\d+/(?:people|posts)/[^"]*)"', shown.content.decode()))
    assert len(links) > 8
    for link in sorted(links):
        assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_every_class_of_the_report_has_as_many_records_as_it_counts(signed_in, county, run):
    client = signed_in("county")
    fair = run.report["fairness"]
    asked = {"sex": "sex", "age": "age", "township": "town", "disability": "disabled"}
    for group, name in asked.items():
        for line in fair[group]:
            shown = page(client, "match_people", run.pk, **{name: line["key"]})
            assert len(re.findall(r'class="name"', shown.content.decode())) == line["seekers"], (group, line["key"])
    for line in run.report["reach_by_tier"]:
        for view, count in (("", "seekers"), ("served", "reached")):
            shown = page(client, "match_people", run.pk, tier=line["tier"], view=view).content.decode()
            assert len(re.findall(r'class="name"', shown)) == line[count]


def test_the_neighbour_sees_the_countys_figures_and_only_their_own_people(signed_in, county, run):
    client = signed_in("neighbour")
    assert "与最优相差不超过" in text_of(page(client, "match_run", run.pk))
    shown = text_of(page(client, "match_people", run.pk))
    assert county.seeker.name in shown
    assert county.person.name not in shown
    towns = re.findall(r"people/\?town=(\d+)", page(client, "match_run", run.pk).content.decode())
    assert set(towns) == {"500235002"}


@pytest.mark.parametrize("role", ["leader", "town"])
def test_others_read_but_neither_release_nor_try_nor_decide(signed_in, county, run, role):
    client = signed_in(role)
    shown = page(client, "match_run", run.pk).content.decode()
    assert reverse("desk:match_release", args=[run.pk]) not in shown
    assert reverse("desk:match_policy_add") not in page(client, "match_policies").content.decode()
    for name in ("match_release", "match_discard"):
        assert client.post(reverse(f"desk:{name}", args=[run.pk])).status_code == 403
    assert client.get(reverse("desk:match_what_if")).status_code == 403
    assert client.post(reverse("desk:match_policy_add"), {}).status_code == 403
    run.refresh_from_db()
    assert run.state == "draft"


def test_a_draft_is_released_once(signed_in, county, run):
    client = signed_in("county")
    shown = page(client, "match_runs").content.decode()
    assert "等待放行" in shown
    for _twice in range(2):
        assert client.post(reverse("desk:match_release", args=[run.pk])).status_code == 302
    run.refresh_from_db()
    assert run.state == "released"
    assert "已放行" in text_of(page(client, "match_run", run.pk))
    assert reverse("desk:match_discard", args=[run.pk]) not in page(client, "match_run", run.pk).content.decode()


def test_a_draft_is_discarded_with_a_reason(signed_in, county, run):
    client = signed_in("county")
    client.post(reverse("desk:match_discard", args=[run.pk]), {"note": "岗位有误"})
    with acting_as(TEST):
        assert not Recommendation.objects.exists()
        assert RunSeeker.objects.filter(run=run).exists()
    assert "岗位有误" in text_of(page(client, "match_run", run.pk))


def test_a_run_of_the_first_days_is_still_shown(signed_in, county):
    """Its report knows tiers and reasons, but neither fairness nor who got nothing nor the settings."""
    line = {"seekers": 2, "with_legal_post": 2, "reached": 1, "reach": 0.5, "recommendations": 1, "mean_score": None}
    report = {
        "seekers": 2, "reached": 1, "without_legal_post": 0, "legal_pairs": 4, "rejections": {"gone": 2, "age": 0},
        "reach_by_tier": [{"tier": 0, **line}], "zero_employment_households": {"households": 0, "reached": 0},
        "posts_short_of_candidates": 1, "openings_without_candidate": 3,
    }  # fmt: skip
    for old in (report, {}):
        with acting_as(TEST):
            MatchRun.objects.filter(pk=county.run.pk).update(report=old)
        page(signed_in("county"), "match_run", county.run.pk)


def test_a_trial_that_was_cut_off_is_not_taken_for_the_one_that_is_computed(signed_in, county):
    client = signed_in("county")
    client.post(reverse("desk:match_what_if"), form())
    assert "试算已中断" in text_of(page(client, "match_trial", county.trial.pk))
    assert "已排队" in text_of(page(client, "match_trial", WhatIf.objects.latest("pk").pk))


def form(**changes):
    weights = {f"weight_{name}": str(value) for name, value in GOOD["weights"].items()}
    told = {name: str(value) for name, value in GOOD.items() if name != "weights"}
    return told | weights | changes


@pytest.mark.django_db(transaction=True)
def test_a_trial_is_queued_computed_and_taken_over(signed_in, county):
    client = signed_in("county")
    sent = client.post(reverse("desk:match_what_if"), form(kappa="0.2", k="1"))
    made = WhatIf.objects.latest("pk")
    assert sent.url == reverse("desk:match_trial", args=[made.pk])
    assert made.trial["kappa"] == 0.2
    waiting = client.get(sent.url, HTTP_HX_TARGET="trial", **HTMX).content.decode()
    assert "hx-trigger" in waiting
    busy = client.post(reverse("desk:match_what_if"), form())
    assert busy.status_code == 422
    assert WhatIf.objects.count() == 2  # the fixture's and this one
    what_if_job.func(trial_id=made.pk, user_id=county.users["county"].pk)
    shown = text_of(page(client, "match_trial", made.pk))
    assert "平均匹配分" in shown
    assert f"?trial={made.pk}" in page(client, "match_trial", made.pk).content.decode()
    start = page(client, "match_policies", trial=made.pk).content.decode()
    assert re.search(r'name="kappa" value="0.2"', start)
    with acting_as(TEST):
        assert Recommendation.objects.count() == 2  # the fixture's


def test_what_is_no_number_is_said_beside_its_field(signed_in, county):
    client = signed_in("county")
    for name in ("match_what_if", "match_policy_add"):
        answer = client.post(
            reverse(f"desk:{name}"), form(kappa="多", k="9", valid_from=timezone.localdate().isoformat())
        )
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert 'value="多"' in shown
        assert shown.count("form-error") >= 2
    assert not MatchPolicy.objects.exists()


def test_a_day_that_was_matched_keeps_its_policy(signed_in, county):
    client, today = signed_in("county"), timezone.localdate()
    with acting_as(TEST):
        MatchRun.objects.filter(pk=county.run.pk).update(on=today)
    assert f'value="{today + timedelta(days=1)}"' in page(client, "match_policies").content.decode()
    refused = client.post(reverse("desk:match_policy_add"), form(valid_from=today.isoformat()))
    assert "今天已经撮合过" in text_of(refused)
    assert not MatchPolicy.objects.exists()


def test_a_new_policy_begins_on_its_day(signed_in, county):
    client = signed_in("county")
    with acting_as(TEST):
        MatchRun.objects.filter(pk=county.run.pk).update(on=DAY.replace(year=2020))
    day = timezone.localdate().isoformat()
    sent = form(valid_from=day, kappa="2.5", note="局务会定", manual_release="on", weight_wage="1800")
    assert client.post(reverse("desk:match_policy_add"), sent).status_code == 302
    made = MatchPolicy.objects.get()
    assert (made.kappa, made.manual_release, made.weights["wage"]) == (2.5, True, 1800)
    assert made.decided_by == f"user:{county.users['county'].pk}"
    assert "现行" in text_of(page(client, "match_policies"))
    again = client.post(reverse("desk:match_policy_add"), sent)
    assert again.status_code == 422
    assert "已有口径" in text_of(again)


def test_a_coming_policy_is_withdrawn_and_the_form_proposes_a_free_day(signed_in, county):
    client, today = signed_in("county"), timezone.localdate()
    with acting_as(TEST):
        MatchRun.objects.filter(pk=county.run.pk).update(on=today)
    present, coming = policy(), policy(valid_from=today + timedelta(days=1))
    shown = page(client, "match_policies").content.decode()
    assert f'value="{today + timedelta(days=2)}"' in shown
    taking = reverse("desk:match_policy_withdraw", args=[coming.pk])
    assert taking in shown
    assert reverse("desk:match_policy_withdraw", args=[present.pk]) not in shown
    assert taking not in page(signed_in("town"), "match_policies").content.decode()
    assert "已撤回" in text_of(client.post(taking, follow=True))
    kept = client.post(reverse("desk:match_policy_withdraw", args=[present.pk]), follow=True)
    assert "已经生效，不能撤回" in text_of(kept)
    assert list(MatchPolicy.objects.values_list("pk", flat=True)) == [present.pk]
    far = client.post(reverse("desk:match_policy_add"), form(valid_from="9999-12-31"))
    assert "最晚在一年以内" in text_of(far)


def test_past_trials_name_every_setting_they_changed(signed_in, county):
    weights = GOOD["weights"] | {"wage": 1800}
    trial = GOOD | {"k": 5, "kappa": 2.5, "bonus_zero": 90_000, "weights": weights}
    with acting_as(TEST):
        WhatIf.objects.create(on=DAY, present=GOOD, trial=trial, started_by=TEST.key, started_at=timezone.now())
    words = text_of(page(signed_in("county"), "match_what_if"))
    changed = "每人推荐岗位数 3 → 5 · 每个名额的人选数 3 → 2.5 · 零就业家庭优先分 80000 → 90000 · 工资 2000 → 1800"
    assert changed in words
    assert "月薪下限比例（%） 80" not in words
    assert "与现行口径相同" in words  # the fixture's


def test_a_person_learns_what_would_open_more_posts(signed_in, county, run):
    client = signed_in("town")
    shown = text_of(page(client, "person", county.person.pk))
    assert "还能多些合适岗位吗" in shown
    answer = client.get(reverse("desk:person_outlook", args=[county.person.pk]), **HTMX)
    assert "<html" not in answer.content.decode()
    assert re.search(r"现在有 \d+ 个在招岗位符合条件", text_of(answer))
    working = client.get(reverse("desk:person_outlook", args=[county.seeker.pk]))
    assert working.status_code == 404


def test_the_sides_of_a_trial_are_marked_better_or_worse(signed_in, county):
    side = {
        "seekers": 10, "posts": 2, "recommendations": 20, "reached": 8, "reach": 0.8, "tiers": [1.0, None, 0.7],
        "zero_households": 1.0, "mean_score": 61.5, "gap": 0.001, "gini": 0.2, "priority": None, "full": 1,
        "crowded": 3.0, "short": 1, "without_legal_post": 0, "seconds": 0.4,
    }  # fmt: skip
    made = whatif.propose(actor=TEST, on=DAY, settings=GOOD, now=timezone.now())
    WhatIf.objects.filter(pk=made.pk).update(
        result={"present": side, "trial": side | {"reach": 0.9, "short": 2}}, finished_at=timezone.now()
    )
    shown = text_of(page(signed_in("county"), "match_trial", made.pk))
    assert re.search(r"得到推荐的人 80.0% 90.0% \+10.0 更好", shown)
    assert re.search(r"缺人选的岗位 1 2 \+1 更差", shown)


def test_somebody_at_the_counter_gets_posts_now(signed_in, county):
    client = signed_in("town")
    with acting_as(TEST):
        Recommendation.objects.filter(person=county.person).delete()
        classify_posts()
    assert "当场推荐" in text_of(page(client, "person", county.person.pk))
    assert "当场推荐" not in text_of(page(signed_in("leader"), "person", county.person.pk))
    answer = client.post(reverse("desk:person_recommend", args=[county.person.pk]), follow=True)
    with acting_as(TEST):
        given = list(Recommendation.objects.filter(person=county.person).order_by("rank"))
    assert f"推荐了 {len(given)} 个岗位" in text_of(answer)
    assert given
    assert "不必等到今晚" not in text_of(answer)  # the button is gone while they wait for an answer
    drawer = text_of(page(client, "recommendation", given[0].pk))
    assert "当场推荐" in drawer
    assert text_of(page(signed_in("county"), "match_runs")).count("已放行") == 1  # the day's alone
    with acting_as(TEST):
        own = MatchRun.objects.get(kind="person")
    for name in ("match_run", "match_people", "match_posts"):  # it is about one person, and no page of the county's
        assert signed_in("county").get(reverse(f"desk:{name}", args=[own.pk])).status_code == 404
    client = signed_in("town")
    again = client.post(reverse("desk:person_recommend", args=[county.person.pk]), follow=True)
    assert "已有岗位在等答复" in text_of(again)
