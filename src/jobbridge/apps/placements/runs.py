"""What is kept of a run beside its recommendations: how crowded each post was; what each seeker got, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from jobbridge.apps.placements.models import MatchRun, RunPost, RunSeeker
from jobbridge.engines.occupations.official import occupation_names

if TYPE_CHECKING:
    from jobbridge.apps.placements.columns import Instance
    from jobbridge.engines.matching import MatchResult, Outlook

Row = dict[str, Any]
NEAR = 2  # posts that were full, named for each person
EXPLAINED = 20_000  # of those who got nothing, the first in need are told what would have to change
TRAININGS = 12
BATCH = 2000
LONGEST = 120


def keep(run: MatchRun, result: MatchResult, given: Instance) -> None:
    """Write down what the run says of every post and every seeker; the report gains the training most asked for."""
    _keep_posts(run, result)
    keep_seekers(run, result, given)


def keep_seekers(run: MatchRun, result: MatchResult, given: Instance) -> None:
    """What every seeker got, and why."""
    outlooks = _outlooks(result, given, run.on)
    RunSeeker.objects.bulk_create(_seekers(run, result, given, outlooks), batch_size=BATCH)
    run.report["training"] = _training(outlooks.values())
    run.save(update_fields=["report"])


def _keep_posts(run: MatchRun, result: MatchResult) -> None:
    RunPost.objects.bulk_create(
        (
            RunPost(
                run=run, post_id=row["post_id"], openings=row["openings"], capacity=row["capacity"],
                candidates=row["candidates"], short=max(0, row["openings"] - row["candidates"]), price=row["price"],
            )
            for row in result.prices.to_pylist()
        ),
        batch_size=BATCH,
    )  # fmt: skip


def _outlooks(result: MatchResult, given: Instance, on: date) -> dict[int, Outlook]:
    """What would have to change for those who got nothing, the first in need first if they are too many."""
    from jobbridge.engines.matching import outlooks

    nothing = [row["person_id"] for row in result.seekers.to_pylist() if not row["given"]]
    chosen = sorted(nothing, key=lambda person: (given.people[person]["tier"], person))[:EXPLAINED]
    ids = given.seekers["person_id"]
    some = given.seekers.filter(pc.is_in(ids, value_set=pa.array(chosen, pa.int64())))
    return outlooks(some, given.posts, excluded=given.excluded, parameters=result.parameters, on=on)


def _seekers(
    run: MatchRun, result: MatchResult, given: Instance, outlooks: dict[int, Outlook]
) -> Iterable[RunSeeker]:
    from jobbridge.engines.matching import near_misses
    from jobbridge.engines.matching.explain import missed

    everybody = result.seekers["person_id"].to_pylist()
    near: dict[int, list[str]] = {}
    for row in near_misses(given.seekers, given.posts, result, everybody, NEAR).to_pylist():
        post = given.offers[row["post_id"]]
        near.setdefault(row["person_id"], []).append(missed(f"{post['employer']}的{post['title']}", row["given"]))
    limits = main_limits(result.unserved.to_pylist())
    for row in result.seekers.to_pylist():
        key = row["person_id"]
        person, outlook = given.people[key], outlooks.get(key)
        changes, training = in_words(outlook) if outlook else ([], [])
        yield RunSeeker(
            run=run, person_id=key, region_code=person["region_code"], tier=person["tier"], sex=person["sex"] or "",
            age=person["age"], disabled=person["disabled"], legal=row["legal"], given=row["given"],
            limit=limits.get(key, ""), missed=[text[:LONGEST] for text in near.get(key, [])], changes=changes,
            training=training,
        )  # fmt: skip


def in_words(outlook: Outlook) -> tuple[list[str], list[str]]:
    """What would have to change, and the nearest training."""
    from jobbridge.engines.matching.explain import changes, training

    said = changes(outlook), training(outlook, lambda code: occupation_names().get(code, code))
    return [text[:LONGEST] for text in said[0]], [text[:LONGEST] for text in said[1]]


def main_limits(unserved: Iterable[Row]) -> dict[int, str]:
    """For each person the limit that alone keeps most posts away, else the one that most posts fall to."""
    widest: dict[int, tuple[int, int, str]] = {}
    for row in unserved:
        found = (row["only"], row["posts"], row["reason"])
        widest[row["person_id"]] = max(widest.get(row["person_id"], (-1, -1, "")), found)
    return {person: reason for person, (_only, _posts, reason) in widest.items()}


def _training(outlooks: Iterable[Outlook]) -> list[dict[str, Any]]:
    """Skills that most of those without a recommendation would find posts with: name, persons, posts at most."""
    persons: Counter[str] = Counter()
    posts: Counter[str] = Counter()
    for outlook in outlooks:
        for one in outlook.skills:
            persons[one.name] += 1
            posts[one.name] = max(posts[one.name], one.posts)
    return [{"name": name, "persons": n, "posts": posts[name]} for name, n in persons.most_common(TRAININGS)]
