"""Doubtful pairs as a page shows them: fields side by side, what differs marked, and why the engine thinks so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.imports.models import ImportBatch
from jobbridge.apps.linkage.deciding import candidates_of, parameters_digest
from jobbridge.apps.linkage.models import Decision, FeedSource, Link, LinkDecision, VillageQuestion
from jobbridge.apps.linkage.queue import consequences_of
from jobbridge.apps.linkage.review_models import QuestionState
from jobbridge.apps.registry.models import Person
from jobbridge.web.desk.differences import Piece, pieces
from jobbridge.web.people import clerk_names, with_work
from jobbridge.web.places import places_of
from jobbridge.web.templatetags.zhumo import tr

CANDIDATES = 3

# What the engine found when it compared a field, in a clerk's words.
LEVELS: dict[str, dict[str, str | Promise]] = {
    "name": {
        "exact": gettext_lazy("同名"),
        "fits": gettext_lazy("掩码相符"),
        "sound": gettext_lazy("同音"),
        "glyph": gettext_lazy("形近"),
        "edit": gettext_lazy("差一字"),
        "other": gettext_lazy("不同名"),
    },
    "id": {
        "same": gettext_lazy("相同"),
        "fit": gettext_lazy("掩码相符"),
        "near": gettext_lazy("差一位"),
        "one_off": gettext_lazy("差一位"),
        "different": gettext_lazy("是另一个号"),
        "other": gettext_lazy("不符"),
    },
    "phone": {
        "own": gettext_lazy("本人电话"),
        "proven": gettext_lazy("别处证实的电话"),
        "heard": gettext_lazy("同号的另一条指向此人"),
        "household": gettext_lazy("户内电话"),
        "other": gettext_lazy("换了号"),
        "unlisted": gettext_lazy("台账没有电话"),
    },
    "village": {
        "same": gettext_lazy("同村"),
        "town": gettext_lazy("同乡镇"),
        "in_town": gettext_lazy("同乡镇"),
        "other": gettext_lazy("别的乡镇"),
    },
    "sex": {"same": gettext_lazy("相同"), "other": gettext_lazy("不同")},
    "birth": {
        "same": gettext_lazy("相同"),
        "near": gettext_lazy("差一位"),
        "other": gettext_lazy("不同"),
    },
}
CONSEQUENCES = {
    "zero_household": gettext_lazy("零就业家庭"),
    "home_while_away": gettext_lazy("登记在外，见于返乡"),
    "id_misuse": gettext_lazy("疑似冒用证件"),
    "aided": gettext_lazy("享受帮扶或待遇"),
    "key_group": gettext_lazy("重点群体"),
    "away_while_here": gettext_lazy("登记未就业，见于外出"),
}
# Too little to go by, however high the chance: on its own the reason would read as a contradiction.
BY_RULE = ("name_only", "phone_only")
STAGES = {
    "A": gettext_lazy("完整证件号码"),
    "B": gettext_lazy("两项关键信息"),
    "R": gettext_lazy("逐项计分"),
    "P": gettext_lazy("旁证再比"),
}


@dataclass(frozen=True)
class Cell:
    """What the ledger says of one candidate in one field, and what the engine made of it."""

    pieces: list[Piece]
    word: str | Promise
    bits: float | None


@dataclass(frozen=True)
class Line:
    """One field of a pair: what the agency says, and each candidate."""

    label: str
    record: str
    cells: list[Cell]


def why_held(hold: str, words: str | Promise) -> str:
    """Why a likely pair waits for a person all the same; "" for no such reason."""
    return _("{why}，规定须人工确认").format(why=words) if hold in BY_RULE else str(words)


def compare(links: list[Link], actor: Actor) -> None:
    """Hang what the card shows on each pair; a fixed number of queries for any number of pairs.

    A pair for a second look (``blind``) comes without what the first clerk said, and what the village told them.
    """
    wanted = {link.pk: _candidate_keys(link) for link in links}
    shown = {key for keys in wanted.values() for key in keys} | {link.person_id for link in links if link.person_id}
    people = with_work(Person.objects.filter(pk__in=shown).select_related("household"))
    persons = {person.pk: person for person in people}
    places = places_of(
        code for code in {p.region_code for p in people} | {link.record.village_code for link in links} if code
    )
    households = _members(links, persons, wanted)
    weighty = consequences_of(links)
    # The county's batches are not a township's to see: what it does not see has no name here.
    batches = {
        batch.pk: batch
        for batch in ImportBatch.objects.filter(pk__in={link.record.batch_id for link in links}).select_related(
            "file"
        )
    }
    history, replies = _history(links), _replies(links, actor)
    names = clerk_names(
        [*(link.decided_by for link in links), *(row.by for rows in history.values() for row in rows)]
    )
    for link in links:
        link.blind = getattr(link, "blind", None)
        link.open = link.decision == Decision.PENDING or bool(link.blind)
        confirmed = not link.open and link.decision == Decision.CONFIRMED
        link.chosen = persons.get(link.person_id) if confirmed else None
        scores = {candidate["person_id"]: candidate for candidate in link.candidates}
        link.options, link.chosen_key = [], None
        for number, key in enumerate((key for key in wanted[link.pk] if key in persons), 1):
            person = persons[key]
            if person == link.chosen:
                link.chosen_key = number
            score = scores.get(key, {})
            weights = score.get("weights", {})
            link.options.append(
                {
                    "key": number,
                    "person": person,
                    "chance": min(99, round(100 * score.get("posterior", link.posterior))),  # certain is nobody
                    "prior": weights.get("prior"),
                    "total": round(sum(weights.values()), 1) if weights else None,
                    "members": [name for pk, name in households.get(person.household_id, []) if pk != key],
                }
            )
        link.lines = _lines(link, places, scores)
        link.hold_label = why_held(link.hold, tr(link.get_hold_display()))
        link.source_label = FeedSource(link.record.source).label
        link.decider = names.get(link.decided_by, link.decided_by)
        # What hangs on another candidate would tell that the first clerk chose them.
        telling = link.blind and link.person_id not in wanted[link.pk][:1]
        link.weighty = [] if telling else [CONSEQUENCES[name] for name in weighty.get(link.pk, ())]
        link.batch = batches.get(link.record.batch_id)
        link.stage_label = STAGES.get(link.stage, "")
        link.digest = parameters_digest(link.run.report) if link.run else ""
        link.engine = link.run.report.get("engine", "") if link.run else ""
        link.replies = [
            reply for reply in replies.get(link.pk, []) if not link.blind or reply.asked_at > link.decided_at
        ]
        link.history = [] if link.blind else history.get(link.pk, [])
        for entry in link.history:
            entry.who = names.get(entry.by, entry.by)


def _candidate_keys(link: Link) -> list[int]:
    """The best candidates, in an order that no decision changes: it would give the first word away."""
    keys = candidates_of(link)[:CANDIDATES]
    return keys or ([link.person_id] if link.person_id else [])


def _members(links: Iterable[Link], persons: dict[int, Person], wanted: dict[int, list[int]]) -> dict[int, list[Any]]:
    """Names in the households of candidates, where a masked name fits more than one of them."""
    held = {
        persons[key].household_id
        for link in links
        if link.hold == "household_mask"
        for key in wanted[link.pk]
        if key in persons
    }
    found: dict[int, list[Any]] = defaultdict(list)
    rows = Person.objects.filter(household__in=held, life="alive").order_by("birth_date", "id") if held else ()
    for person in rows:
        found[person.household_id].append((person.pk, person.name))
    return found


def _history(links: Iterable[Link]) -> dict[int, list[LinkDecision]]:
    found: dict[int, list[LinkDecision]] = defaultdict(list)
    for entry in LinkDecision.objects.filter(link__in=[link.pk for link in links]).order_by("id"):
        found[entry.link_id].append(entry)
    return found


def _replies(links: Iterable[Link], actor: Actor) -> dict[int, list[VillageQuestion]]:
    found: dict[int, list[VillageQuestion]] = defaultdict(list)
    asked = VillageQuestion.objects.visible_to(actor).filter(link__in=[link.pk for link in links])
    for question in asked.filter(state=QuestionState.ANSWERED).select_related("person").order_by("-answered_at"):
        found[question.link_id].append(question)
    return found


def _lines(link: Link, places: dict[str, Any], scores: dict[int, dict[str, Any]]) -> list[Line]:
    record = link.record
    village = str(places.get(record.village_code, "")) if record.village_code else ""
    fields: list[tuple[str, str, str, Callable[[Person], str]]] = [
        ("name", _("姓名"), record.name, lambda person: person.name),
        ("id", _("证件号码"), record.id_mask, lambda person: person.id_mask),
        ("phone", _("手机号"), record.phone_mask, lambda person: person.phone_mask),
        ("village", _("村（社区）"), village, lambda person: str(places.get(person.region_code, ""))),
        ("sex", _("性别"), tr(record.sex), lambda person: tr(person.sex)),
        ("birth", _("出生日期"), _day(record.birth_date), lambda person: _day(person.birth_date)),
    ]
    lines = []
    for field, label, said, known in fields:
        cells = []
        for option in link.options:
            score = scores.get(option["person"].pk, {})
            level = score.get("levels", {}).get(field) or ""
            bits = score.get("weights", {}).get(field)
            whole = field in ("village", "sex")
            cells.append(
                Cell(pieces(said, known(option["person"]), whole), LEVELS[field].get(level, ""), bits or None)
            )
        lines.append(Line(label, said, cells))
    return lines


def _day(value: Any) -> str:
    return value.isoformat() if value else ""
