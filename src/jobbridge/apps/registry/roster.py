"""The roster of households and persons, in whichever shape a county keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.areas.models import ManagementArea
from jobbridge.apps.imports.fields import (
    Field,
    full_date,
    id_number,
    one_of,
    person_name,
    phones,
    short,
    yes_no,
)
from jobbridge.apps.imports.handlers import Context, Fate
from jobbridge.apps.imports.places import UnknownPlace
from jobbridge.apps.imports.tables import Table
from jobbridge.apps.registry import lookup, words
from jobbridge.apps.registry.enums import HouseholdCategory
from jobbridge.apps.registry.lookup import Known
from jobbridge.apps.registry.merging import Member, joined, merge_households, merge_memberships, merge_persons
from jobbridge.apps.registry.reported import (
    check_work,
    contact_fields,
    judge_spells,
    wish_fields,
    work_fields,
    write_contacts,
    write_spells,
    write_statements,
)
from jobbridge.apps.registry.rules import Residence, residence, wholly_different
from jobbridge.kernel import citizen_id
from jobbridge.kernel.division import level

_TEXTS = ("ethnic", "political", "education", "schooling", "labour_skill", "health", "disability", "life")
_SETTLEMENT_KIND = "settlement"


class Roster:
    """One row a person, with the household they belong to."""

    tables = ("registry_household", "registry_person", "registry_membership", "registry_contactpoint")

    def fields(self, context: Context) -> tuple[Field, ...]:
        """Identity, place, household, what is known of the person, and work and wishes where the sheet has them."""
        read_id = partial(id_number, today=context.today)
        return (
            Field("id_number", read_id, required=True, repeats=False),
            Field("name", person_name, required=True, repeats=False),
            Field("county", short(40), soft=True),
            Field("town", short(40)),
            Field("village", short(40)),
            Field("address", short(120), soft=True),
            Field("household_number", short(24)),
            Field("head_name", person_name, soft=True),
            Field("head_id", read_id, soft=True),
            Field("relation", one_of(words.RELATIONS, "与户主关系")),
            Field("sex", one_of(words.SEXES, "性别"), soft=True),
            Field("birth_date", partial(full_date, latest=context.today)),
            Field("ethnic", short(12), soft=True),
            Field("political", one_of(words.POLITICAL, "政治面貌"), soft=True),
            Field("education", one_of(words.EDUCATION, "文化程度"), soft=True),
            Field("schooling", short(12), soft=True),
            Field("labour_skill", one_of(words.LABOUR_SKILLS, "劳动技能"), soft=True),
            Field("health", short(20), soft=True),
            Field("disability", short(20), soft=True),
            Field("life", one_of(words.LIVES, "人员状态"), soft=True),
            *(Field(name, yes_no, soft=True) for name in ("draws_pension", "serving", "in_custody", "is_lifted")),
            *(Field(name, yes_no, soft=True) for name in ("risk_cleared", "relocated")),
            Field("category", one_of(words.CATEGORIES, "户类型"), soft=True),
            Field("monitored", one_of(words.CATEGORIES, "监测对象类别"), soft=True),
            Field("settlement", short(60), soft=True),
            Field("residence", one_of(words.RESIDENCES, "户籍性质"), soft=True),
            Field("household_phone", phones, soft=True),
            *contact_fields(),
            *work_fields(context),
            *wish_fields(context),
        )

    def check(self, table: Table, context: Context) -> None:
        """Place, household number, the same person twice, and what the number itself contradicts."""
        seal = sealer()
        households: dict[str, dict[str, Any]] = context.memory.setdefault("households", {})
        first_home: dict[str, str] = context.memory.setdefault("first_home", {})
        sites = dict(ManagementArea.objects.filter(kind=_SETTLEMENT_KIND).values_list("name", "pk"))
        size = len(table)
        numbers, regions, indexes = [""] * size, [""] * size, [b""] * size
        table.values.update({"_number": numbers, "_region": regions, "_index": indexes})
        self._place(table, regions, context)
        for row in table.good():
            person = table.get("id_number", row)
            number = self._household_number(table, row, person, seal)
            if not number:
                table.refuse(row, "household_number", "household_missing", "缺少户编号或户主证件号码，不知道是哪一户")
                continue
            if before := context.first_seen(person.number, table, row):
                if first_home[person.number] == number:
                    table.refuse(row, "id_number", "duplicate_person", f"与{before}是同一个证件号码，本行未并入")
                else:
                    table.conflict(
                        row, "household_number", "two_households",
                        f"{before}已有同一个证件号码，但在另一户，请裁定是否归入本户",
                    )
                continue
            first_home[person.number] = number
            self._contradictions(table, row, person)
            check_work(table, row, person.birth, soft=True)
            indexes[row] = seal.index(person.number, "id")
            numbers[row] = number
            home = households.setdefault(number, {})
            self._describe(table, row, home, regions[row], sites)
        for row in table.fates:
            # Whose member is missing: the household's status must not read as if the person did not exist.
            numbers[row] = numbers[row] or self._household_of_refused(table, row, seal)

    def adjudicate(self, table: Table, rows: Sequence[int], context: Context) -> None:
        """A known number under another name, and a person who is in another household, are for people to decide."""
        good = table.good(rows)
        numbers, regions = table.values["_number"], table.values["_region"]
        known = lookup.persons(table.values["_index"][row] for row in good)
        homes = lookup.households(numbers[row] for row in good)
        scope = context.actor.scope
        ways: dict[int, tuple[Known | None, Residence]] = {}
        for row in good:
            if not scope.contains(homes.get(numbers[row], regions[row])):
                table.refuse(row, "household_number", "household_elsewhere", "这个户编号已登记在您负责的区划以外")
                continue
            person = known.get(table.values["_index"][row])
            way = Residence.MOVE if person is None else self._judge(table, row, person, context)
            if way:
                ways[row] = person, way
        context.memory["chunk"] = ways

    def merge(self, table: Table, rows: Sequence[int], context: Context) -> dict[int, Fate]:
        """Households, persons, memberships, then phones, work and wishes."""
        ways: dict[int, tuple[Known | None, Residence]] = context.memory.pop("chunk")
        staying = [row for row, (_, way) in ways.items() if way is not Residence.OLDER]
        numbers = list(dict.fromkeys(table.values["_number"][row] for row in staying))
        homes = merge_households([_household(number, context) for number in numbers])
        place = {row: homes[table.values["_number"][row]] for row in staying}
        regions = {
            row: place[row].region_code if row in place else person.region_code
            for row, (person, _) in ways.items()
        }
        home_ids = {row: place[row].pk if row in place else ways[row][0].household_id for row in ways}
        before = {table.values["_index"][row]: person.region_code for row, (person, _) in ways.items() if person}
        merged = merge_persons(
            [_person(table, row, ways[row][0], home_ids[row], regions[row], context) for row in ways], before
        )
        people = {row: pk for row, (pk, _) in zip(ways, merged, strict=True)}
        states = {row: [state] for row, (_, state) in zip(ways, merged, strict=True)}
        self._add_head_phones(table, ways)
        changed = merge_memberships(
            [Member(people[row], home_ids[row], table.get("relation", row) or "", regions[row]) for row in staying],
            context.as_of,
            context.source_id,
        )
        touched = {row for row in ways if people[row] in changed}
        touched |= write_contacts(table, list(ways), people, regions, context)
        placed = judge_spells(table, people, context, soft=True)
        for row, state in write_spells(table, placed, people, regions, context).items():
            touched |= {row} if state != "unchanged" else set()
        for row, state in write_statements(table, list(ways), people, regions, context).items():
            touched |= {row} if state != "unchanged" else set()
        first_rows = {table.values["_number"][row]: row for row in reversed(staying)}
        touched |= {row for number, row in first_rows.items() if homes[number].state != "unchanged"}
        return {row: Fate(joined([*states[row], "updated" if row in touched else ""]), people[row]) for row in ways}

    def _judge(self, table: Table, row: int, person: Known, context: Context) -> Residence | None:
        name = table.get("name", row)
        visible = context.actor.scope.contains(person.region_code)
        if wholly_different(name, person.name) and not context.forced:
            shown = f"“{person.name}”" if context.may_tell(person.region_code) else "另一个姓名"
            table.conflict(row, "name", "name_differs", f"台账中这个证件号码登记的是{shown}，请裁定是否为同一人")
            return None
        number = table.values["_number"][row]
        way = residence(person.household_number, person.as_of, number, context.as_of, decided=context.forced)
        if way in (Residence.MOVE, Residence.ASK) and not visible:
            table.conflict(row, "household_number", "registered_elsewhere", "此人登记在您负责的区划以外，请县级裁定")
            return None
        if way is Residence.ASK:
            shown = f"户{person.household_number}" if context.may_tell(person.region_code) else "另一户"
            table.conflict(
                row, "household_number", "two_households",
                f"此人已登记在{shown}（数据日期相同），请裁定是否转入本户",
            )
            return None
        return way

    def _place(self, table: Table, regions: list[str], context: Context) -> None:
        cache: dict[tuple[str, ...], str | UnknownPlace] = {}
        own_county = context.places
        placeless = []
        for row in table.good():
            key = tuple(table.get(name, row) or "" for name in ("county", "town", "village", "address"))
            if key not in cache:
                try:
                    cache[key] = own_county.locate(*key)
                except UnknownPlace as error:
                    cache[key] = error
            found = cache[key]
            if isinstance(found, UnknownPlace):
                table.refuse(row, "village", "village_unknown", str(found))
            elif found:
                regions[row] = found
            else:
                placeless.append(row)
        known = lookup.households(table.get("household_number", row) or "" for row in placeless)
        default = context.region_code if context.region_code and level(context.region_code) == 5 else ""
        for row in placeless:
            regions[row] = known.get(table.get("household_number", row) or "", default)
            if not regions[row]:
                table.refuse(row, "village", "village_missing", "缺少村（社区），不知道归哪个村")
        for row in table.good():
            if not context.actor.scope.contains(regions[row]):
                table.refuse(row, "village", "out_of_scope", "该村不在您负责的区划内")

    def _household_number(self, table: Table, row: int, person: citizen_id.CitizenId, seal: Any) -> str:
        number = table.get("household_number", row)
        if number:
            return number
        head = table.get("head_id", row) or (person if table.get("relation", row) == words.HEAD else None)
        # No number in this sheet: the head's id stands for the household, unreadably and always the same.
        return "H" + seal.index(head.number, "id").hex()[:12] if head else ""

    def _household_of_refused(self, table: Table, row: int, seal: Any) -> str:
        head = table.get("head_id", row)
        return table.get("household_number", row) or ("H" + seal.index(head.number, "id").hex()[:12] if head else "")

    def _contradictions(self, table: Table, row: int, person: citizen_id.CitizenId) -> None:
        sex, birth = table.get("sex", row), table.get("birth_date", row)
        if sex and sex != person.sex:
            table.note(row, "sex", "sex_differs", f"证件号码表明是{person.sex}性，已以证件号码为准")
        if birth and birth != person.birth and (birth.day != 1 or (birth.year, birth.month) != (
            person.birth.year, person.birth.month
        )):
            table.note(row, "birth_date", "birth_differs", "与证件号码中的出生日期不一致，已以证件号码为准")

    def _describe(
        self, table: Table, row: int, home: dict[str, Any], region: str, sites: dict[str, int]
    ) -> None:
        """Add what this row says of its household to what the rows before said."""
        head = table.get("name", row) if table.get("relation", row) == words.HEAD else table.get("head_name", row)
        category = table.get("monitored", row) or table.get("category", row)
        if category in (None, HouseholdCategory.ORDINARY) and table.get("is_lifted", row):
            category = HouseholdCategory.LIFTED.value
        site = table.get("settlement", row)
        if site and site not in sites:
            table.note(row, "settlement", "settlement_unknown", "没有登记这个安置点，已按搬迁户处理")
        said = {
            "head_name": head, "category": category, "residence": table.get("residence", row),
            "address": table.get("address", row), "region_code": region,
            "risk_cleared": table.get("risk_cleared", row),
            "relocated": True if site else table.get("relocated", row), "settlement_id": sites.get(site or ""),
        }
        for name, value in said.items():
            if home.get(name) in (None, ""):
                home[name] = value

    def _add_head_phones(self, table: Table, rows: Any) -> None:
        """The household's phone is the head's, after their own."""
        shared = table.values.get("household_phone")
        if not shared:
            return
        own = table.values.setdefault("phone", [None] * len(table))
        for row in rows:
            if shared[row] and table.get("relation", row) == words.HEAD:
                own[row] = tuple(dict.fromkeys((*(own[row] or ()), *shared[row])))


def _household(number: str, context: Context) -> list[Any]:
    home = context.memory["households"][number]
    texts = [home[name] or "" for name in ("head_name", "category", "residence", "address", "region_code")]
    values = [home[name] for name in ("risk_cleared", "relocated", "settlement_id")]
    return [number, *texts, *values, context.as_of, context.source_id]


def _person(
    table: Table, row: int, known: Known | None, household_id: int, region: str, context: Context
) -> list[Any]:
    person = table.get("id_number", row)
    texts = [table.get(name, row) or "" for name in _TEXTS]
    flags = [table.get(name, row) for name in ("draws_pension", "serving", "in_custody")]
    sealed = b"" if known else sealer().seal(person.number, "id")
    return [
        table.values["_index"][row], table.get("name", row), table.get("relation", row) or "", *texts, *flags,
        household_id, region, sealed, citizen_id.mask(person.number), person.sex, person.birth,
        context.as_of, context.source_id,
    ]
