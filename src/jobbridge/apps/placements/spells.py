"""The spell of employment behind a placement: opened when somebody starts, ended when they leave."""

from __future__ import annotations

from datetime import date

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.areas.models import Area
from jobbridge.apps.imports.models import SourceRecord
from jobbridge.apps.imports.places import town_core
from jobbridge.apps.placements.flows import Refused
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.registry import lookup
from jobbridge.apps.registry.enums import SpellKind
from jobbridge.apps.registry.models import EmploymentSpell
from jobbridge.apps.registry.rules import Span, place_spell, work_area
from jobbridge.kernel.months import format_month

CHANNEL = "公共就业服务机构推荐"


def open_spell(
    recommendation: Recommendation, *, actor: Actor, started: date, on: date, wage: int | None = None
) -> int:
    """Write the work that begins into the ledger and give the spell's id.

    What still went on before ends where this begins. Raises Refused when the ledger has other work at that time.
    """
    source, _ = SourceRecord.objects.get_or_create(
        key=f"recommendation:{recommendation.pk}:placed",
        defaults={
            "kind": "manual" if actor.is_person else "system",
            "label": f"岗位推荐到岗：{recommendation.post.employer.name}"[:120],
            "as_of": on,
            "verified_by": actor.key if actor.is_person else "",
        },
    )
    person = recommendation.person
    known = lookup.spans([person.pk]).get(person.pk, [])
    placed = place_spell(known, Span(started, None, (on, source.pk)))
    if placed.span is None or placed.span.end is not None:
        later = min((span.start for span in known if span.start > started), default=started)
        raise Refused(placed.refusal or f"台账里已有{format_month(later)}开始的务工记录，请核对到岗日")
    own = EmploymentSpell.objects.filter(person=person)
    for span in placed.closes:
        own.filter(start=span.start).update(end=span.end)
    spell, _ = own.update_or_create(
        person=person,
        start=started,
        defaults=_work(recommendation) | {"end": None, "monthly_wage": wage, "source": source, "as_of": on},
    )
    return spell.pk


def _work(recommendation: Recommendation) -> dict[str, object]:
    post, region = recommendation.post, recommendation.region_code
    town = Area.objects.filter(code=region[:9] + "000").values_list("name", flat=True).first() or ""
    agency = getattr(post.employer, "kind", "") == "agency"
    code = post.place_code[:6]
    return {
        "region_code": region,
        "kind": SpellKind.AGENCY if agency else SpellKind.CONTRACT,
        "employer_name": post.employer.name[:80],
        "occupation": post.title[:40],
        "place_code": code,
        "place_text": post.place_text[:60],
        "work_area": work_area(code, post.place_text, region, town_core(town)),
        "channel": CHANNEL,
    }


def end_spell(recommendation: Recommendation, *, on: date) -> None:
    """End the spell on ``on``; one that the ledger has ended already stays as it is."""
    going = EmploymentSpell.objects.filter(pk=recommendation.spell_id, end=None)
    for spell in going:
        if on < spell.start:
            raise Refused("离岗日不能早于到岗日")
        # The end is the first day without the work, even where that is the day it began.
        spell.end = on
        spell.save(update_fields=["end"])
