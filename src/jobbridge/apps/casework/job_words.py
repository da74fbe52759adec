"""What a visit hears of the jobs that people were placed in: still there, or since when not and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.placements.stability import answer_at_work, jobs_of

WHY_LENGTH = 100


@dataclass(frozen=True)
class JobWord:
    """``left_on`` and ``why`` belong to a no."""

    still: bool
    left_on: date | None = None
    why: str = ""


def check_words(
    words: Mapping[int, JobWord], answers: Mapping[int, str], members: Collection[int], on: date
) -> dict[int, Recommendation]:
    """The jobs that the words are about, by person. Raises ValueError with a sentence for what cannot be."""
    jobs = {job.person_id: job for job in jobs_of(set(words) & set(members))}
    if missing := set(words) - set(jobs):
        raise ValueError(f"{len(missing)} 人没有在岗的推荐岗位。")
    for person_id, word in words.items():
        if word.still and answers.get(person_id) in ("S", "N"):
            raise ValueError("还在岗的人不能同时选“想找活”或“不想找”。")
        if word.still:
            continue
        if not word.why.strip():
            raise ValueError("离岗要写明原因。")
        if word.left_on is None or not jobs[person_id].started_on <= word.left_on <= on:
            raise ValueError("离岗日应在到岗日和今天之间。")
    return jobs


def answers_with(
    words: Mapping[int, JobWord], answers: Mapping[int, str], jobs: Mapping[int, Recommendation]
) -> dict[int, str]:
    """The answers, and for those still in their job, when nothing else was said, that they work: away or near."""
    said = {
        person_id: "L" if jobs[person_id].post.place_code[:6] == settings.COUNTY_CODE else "W"
        for person_id, word in words.items()
        if word.still
    }
    return said | dict(answers)


def follow_words(words: Mapping[int, JobWord], *, actor: Actor, on: date) -> None:
    """Confirm the months that are full, or end the job on the day it was left."""
    for person_id, word in sorted(words.items()):
        day = on if word.still or word.left_on is None else word.left_on
        answer_at_work(
            actor=actor, person_id=person_id, working=word.still, on=day, note=word.why.strip()[:WHY_LENGTH]
        )
