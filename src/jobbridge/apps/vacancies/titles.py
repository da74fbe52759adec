"""Titles to occupations: each distinct title goes through the classifier once, and people have the last word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext_noop as _

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.employers.models import Employer
from jobbridge.apps.employers.querysets import COUNTY
from jobbridge.apps.vacancies.flows import LIVE
from jobbridge.apps.vacancies.models import JobTitle, Post
from jobbridge.apps.vacancies.moves import CHOSEN, record, theirs
from jobbridge.apps.vacancies.screening import SCREENERS
from jobbridge.engines import occupations
from jobbridge.kernel.text import squeeze

LONGEST = JobTitle._meta.get_field("text").max_length
AT_ONCE = 1000

FOLLOW = """
UPDATE vacancies_post p SET occupation = n.code
FROM unnest(%(titles)s::text[], %(codes)s::text[]) n (title, code)
WHERE p.title = n.title AND p.occupation_by = '' AND p.occupation <> n.code
"""

COUNT = """
UPDATE vacancies_jobtitle t SET posts = n.posts, wishes = n.wishes
FROM (
  SELECT text, coalesce(v.posts, 0) AS posts, coalesce(v.wishes, 0) AS wishes
  FROM vacancies_jobtitle LEFT JOIN
    unnest(%(texts)s::text[], %(posts)s::int[], %(wishes)s::int[]) v (text, posts, wishes) USING (text)
) n WHERE t.text = n.text AND (t.posts, t.wishes) IS DISTINCT FROM (n.posts, n.wishes)
"""


class TitleRefused(ValueError):
    """It cannot be done as it stands; the message says why."""


def key(title: str) -> str:
    """What is one title however it is spaced."""
    return squeeze(title)[:LONGEST]


def known(titles: Iterable[str]) -> dict[str, JobTitle]:
    """The row of each title. Those never met before, or proposed by another edition, go through the classifier.

    Without such the classifier is not even loaded.
    """
    keys = {title: key(title) for title in dict.fromkeys(titles)}
    rows = _rows(keys.values())
    if fresh := _fresh(keys.values(), rows):
        JobTitle.objects.bulk_create(
            _proposed(fresh),
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["text"],
            update_fields=["proposed", "score", "candidates", "edition"],
        )
        rows = _rows(keys.values())
    return {title: rows[text] for title, text in keys.items()}


def suggested(titles: Iterable[str]) -> dict[str, JobTitle]:
    """The same for a page: nothing is written down, so that half a title somebody typed is not kept."""
    keys = {title: key(title) for title in dict.fromkeys(titles)}
    rows = _rows(keys.values())
    rows |= {row.text: row for row in _proposed(_fresh(keys.values(), rows))}
    return {title: rows[text] for title, text in keys.items()}


def codes(titles: Iterable[str]) -> dict[str, str]:
    """The occupation of each title; '' when it names no trade."""
    return {title: row.occupation for title, row in known(titles).items()}


def _rows(texts: Iterable[str]) -> dict[str, JobTitle]:
    return {row.text: row for row in JobTitle.objects.filter(text__in=set(texts))}


def _fresh(texts: Iterable[str], rows: Mapping[str, JobTitle]) -> list[str]:
    edition = occupations.edition()
    return [
        text
        for text in dict.fromkeys(texts)
        if text not in rows or (rows[text].edition != edition and not rows[text].confirmed_at)
    ]


def _proposed(texts: list[str]) -> list[JobTitle]:
    if not texts:
        return []
    return [
        JobTitle(
            text=text,
            proposed=guesses[0].code if guesses else "",
            score=guesses[0].score if guesses else 0.0,
            candidates=[[guess.code, guess.score] for guess in guesses],
            edition=occupations.edition(),
        )
        for text, guesses in occupations.classifier().proposals(texts).items()
    ]


def classify_posts() -> int:
    """Give every post the occupation of its title, except where a person chose one; returns how many changed."""
    titles = list(Post.objects.filter(occupation_by="").order_by("title").values_list("title", flat=True).distinct())
    return _follow(codes(titles))


def _follow(found: Mapping[str, str]) -> int:
    """A title that names no trade is general labour on a post: somebody is to do something there."""
    with connection.cursor() as cursor:
        filled = [code or occupations.GENERAL_LABOUR for code in found.values()]
        cursor.execute(FOLLOW, {"titles": list(found), "codes": filled})
        return cursor.rowcount


def recount(wishes: Mapping[str, int]) -> None:
    """Write down how many posts and wishes bear each title; ``wishes`` by title as written."""
    texts: dict[str, Counter[str]] = {"posts": Counter(), "wishes": Counter()}
    for title in Post.objects.filter(state__in=LIVE).order_by("pk").values_list("title", flat=True):
        texts["posts"][key(title)] += 1
    for wish, number in wishes.items():
        texts["wishes"][key(wish)] += number
    both = list(texts["posts"] | texts["wishes"])
    with connection.cursor() as cursor:
        values = {name: [counter[text] for text in both] for name, counter in texts.items()}
        cursor.execute(COUNT, {"texts": both, **values})


def may_confirm(actor: Actor) -> bool:
    """Whether this actor decides what a title means for the county: its clerks, and whoever looks after employers."""
    return actor.role in COUNTY or (actor.role in SCREENERS and Employer.objects.answered_by(actor).exists())


@transaction.atomic
def confirm(*, actor: Actor, title_id: int, code: str, now: datetime, again: bool = False) -> JobTitle:
    """Say what a title means, for every post and wish that bears it. '' says that it names no trade.

    Raises PermissionDenied, JobTitle.DoesNotExist; TitleRefused for a code that is none, and without ``again`` when
    somebody else was quicker.
    """
    title = _open(actor, title_id)
    if code and code not in occupations.choosable():
        raise TitleRefused(_("没有这个职业代码"))
    if title.confirmed_at and not again:
        raise TitleRefused(_("这个叫法已经有人核对过"))
    title.confirmed, title.confirmed_by, title.confirmed_at = code, actor.key, now
    return _settled(title)


@transaction.atomic
def withdraw(*, actor: Actor, title_id: int) -> JobTitle:
    """Take what was confirmed back: the proposal holds again. Raises as ``confirm`` does."""
    title = _open(actor, title_id)
    title.confirmed, title.confirmed_by, title.confirmed_at = "", "", None
    return _settled(title)


def _open(actor: Actor, title_id: int) -> JobTitle:
    if not may_confirm(actor):
        raise PermissionDenied
    return JobTitle.objects.select_for_update().get(pk=title_id)


def _settled(title: JobTitle) -> JobTitle:
    """Save it and let the posts that bear it follow at once; wishes are read at the next matching."""
    title.save(update_fields=["confirmed", "confirmed_by", "confirmed_at"])
    bearing = Post.objects.filter(occupation_by="").order_by("title").values_list("title", flat=True).distinct()
    _follow({text: title.occupation for text in bearing if key(text) == title.text})
    return title


@transaction.atomic
def choose(*, actor: Actor, post_id: int, code: str, now: datetime) -> Post:
    """Choose the occupation of one post, whatever its title means elsewhere; '' lets it follow its title again.

    Raises PermissionDenied, Post.DoesNotExist, TitleRefused.
    """
    if actor.role not in SCREENERS:
        raise PermissionDenied
    post = theirs(actor, post_id)
    if code and code not in occupations.choosable():
        raise TitleRefused(_("没有这个职业代码"))
    own = code or known([post.title])[post.title].occupation or occupations.GENERAL_LABOUR
    by = actor.key if code else ""
    if (post.occupation, post.occupation_by) == (own, by):
        return post
    post.occupation, post.occupation_by = own, by
    if post.state == "closed":  # nothing happens to a post that is over
        post.save(update_fields=["occupation", "occupation_by"])
        return post
    return record(post, "edited", actor=actor, now=now, note=f"{CHOSEN}{occupations.occupation_name(own)}")
