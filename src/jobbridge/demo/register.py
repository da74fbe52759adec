"""The register in the words of a spreadsheet: every column as text, a slice of people at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import households, people, places, welfare, work

DISABILITY_KINDS = ("", "视力残疾", "听力残疾", "言语残疾", "肢体残疾", "智力残疾", "精神残疾", "多重残疾")
SCHOOL_BY_AGE = (
    *["学龄前儿童"] * 3,
    *["学前教育"] * 3,
    *["小学"] * 6,
    "七年级",
    "八年级",
    "九年级",
    "普通高中一年级",
    "普通高中二年级",
    "普通高中三年级",
    "高职高专一年级",
    "高职高专二年级",
    "高职高专三年级",
    "本科四年级",
    "本科四年级",
    "硕士研究生及以上",
)
Columns = dict[str, list[str]]


def household_numbers(register: people.Population) -> NDArray[np.str_]:
    """16 digits a household: village code and a running number in the village."""
    here = places.county()
    first = np.searchsorted(register.house, np.arange(register.households))
    village = register.village[first]
    start = np.searchsorted(village, np.arange(len(here.village_codes)))
    running = np.arange(register.households) - start[village] + 1
    return np.char.add(np.array(here.village_codes)[village], np.char.zfill(running.astype(str), 4))


@dataclass(frozen=True)
class _Now:
    """Current work by person: index of the place name or -1, months, wage, public post."""

    place: NDArray[np.int64]
    months: NDArray[np.int64]
    wage: NDArray[np.int64]
    public: NDArray[np.bool_]


class Register:
    """What the rosters know of everybody. Text is made on demand, so that a million people fit in memory."""

    def __init__(
        self, rng: np.random.Generator, who: people.Population, kinds: welfare.Welfare, jobs: work.Work
    ) -> None:
        self.people, self.kinds, self.jobs = who, kinds, jobs
        self.numbers = household_numbers(who)
        self.town = places.county().town_of[who.village]  # ascending: people are in village order
        self._certificate = (who.disability > 0) & (rng.random(who.size) < 0.5)
        self._party = rng.choice(3, who.size, p=[0.92, 0.05, 0.03])
        self._now = self._current_work()
        where, _ = places.destinations()
        self._place_names = np.array(
            ["".join(dict.fromkeys((at.province, at.city, at.county))) for at in where]
            + [f"{places.county().province}{places.county().name}", ""]
        )

    def _current_work(self) -> _Now:
        spells, size = self.jobs.spells, self.people.size
        now = np.flatnonzero(np.isnat(spells.end))
        person = spells.person[now]
        destinations = len(places.destinations()[0])
        place = np.full(size, destinations + 1)
        place[person] = np.where(spells.place[now] < 0, destinations, spells.place[now])
        months, wage, public = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, bool)
        today = np.datetime64(self.people.on, "M")
        months[person] = np.clip((today - spells.start[now].astype("M8[M]")).astype(np.int64), 1, 12)
        wage[person] = spells.wage[now]
        public[person[spells.state[now] == work.PUBLIC]] = True
        return _Now(place, months, wage, public)

    def towns(self) -> list[tuple[int, int, int]]:
        """(township index, first person, one past the last) of every township with people."""
        count = len(places.county().town_codes)
        edges = np.searchsorted(self.town, np.arange(count + 1)).tolist()
        return [(town, edges[town], edges[town + 1]) for town in range(count) if edges[town] < edges[town + 1]]

    def text(self, low: int, high: int) -> Columns:
        """Every column of the people low..high-1 as lists of text; '' where nothing is known."""
        who, part = self.people, slice(low, high)
        house, first = who.house[part], who.first[part]
        here = places.county()
        number = self.numbers[house]
        order = np.arange(low, high) - first + 1
        certificate = self._certificate[part]
        town = np.array(here.town_names)[self.town[part]]
        village = np.array(here.village_names)[who.village[part]]
        group = np.char.add((1 + house * 7 % 9).astype(str), "组")
        place = self._place_names[self._now.place[part]]
        studies = who.student[part] | (who.age[part] < 6)
        columns = {
            "town": town,
            "village": village,
            "group": group,
            "address": np.char.add(np.char.add(np.char.add(f"{here.province}{here.name}", town), village), group),
            "house": number,
            "member": np.char.add(number, np.char.zfill(order.astype(str), 2)),
            "name": who.name[part],
            "sex": np.array(["男", "女"])[who.sex[part]],
            "birth": who.birth[part].astype(str),
            "age": who.age[part].astype(str),
            "id_kind": np.where(certificate, "残疾人证", "居民身份证"),
            "id": who.id_number[part],
            "id_or_certificate": np.where(
                certificate, np.char.add(who.id_number[part], who.disability[part].astype(str)), who.id_number[part]
            ),
            "nation": np.where(who.minority[part], "土家族", "汉族"),
            "house_phone": who.register_phone[first],
            "phone": who.register_phone[part],
            "phone_now": who.phone[part],
            "relation": np.array(households.RELATIONS)[who.relation[part]],
            "education": np.where(studies, "", np.array(people.EDUCATION)[who.education[part]]),
            "school": np.where(
                studies, np.array(SCHOOL_BY_AGE)[np.minimum(who.age[part], len(SCHOOL_BY_AGE) - 1)], "非在校生"
            ),
            "skill": np.array(people.SKILLS)[who.skill[part]],
            "health": np.array(people.HEALTH)[who.health[part]],
            "disability": np.array(DISABILITY_KINDS)[who.disability[part] // 10],
            "head_name": who.name[first],
            "head_id": who.id_number[first],
            "party": np.array(["群众", "中共党员", "共青团员"])[self._party[part]],
            "putonghua": np.where(who.age[part] < 65, "是", "否"),
            "certified": np.where(who.skill[part] == people.SKILLED, "是", "否"),
            "resource": np.select(
                [self.jobs.labour[part], who.student[part], who.skill[part] == people.LOST],
                ["劳动力", "在校学生", "丧失劳动能力"],
                "非劳动年龄",
            ),
            "place": place,
            **self._household_columns(house),
            **self._work_columns(part, place),
        }
        return {key: value.tolist() for key, value in columns.items()}

    def _household_columns(self, house: NDArray[np.int64]) -> dict[str, NDArray[np.str_]]:
        category, site = self.kinds.category[house], self.kinds.site[house]
        lifted = np.isin(category, (welfare.LIFTED, welfare.LIFTED_UNSTABLE))
        names = np.array(welfare.CATEGORIES)[category]
        return {
            "allowance": np.where(self.kinds.allowance[house], "是", "否"),
            "category": names,
            "lifted": np.where(lifted, "是", "否"),
            "house_kind": np.where(lifted, "脱贫户", "一般农户"),
            "monitored": np.where(category >= welfare.LIFTED_UNSTABLE, names, ""),
            "risk_cleared": self.kinds.risk_cleared[house],
            "relocated": np.where(site >= 0, "是", "否"),
            "site": np.array([name for name, _ in self.kinds.sites] + [""])[site],
        }

    def _work_columns(self, part: slice, place: NDArray[np.str_]) -> dict[str, NDArray[np.str_]]:
        now, working = self._now, place != ""
        months, public = now.months[part].astype(str), now.public[part]
        return {
            "months": np.where(working, months, ""),
            "wage": np.where(working, now.wage[part].astype(str), ""),
            "working": np.where(working, "是", "否"),
            "public": np.where(public, "公益性岗位", ""),
            "public_months": np.where(public, months, ""),
            "channel": np.where(public, "公益性岗位", np.where(working, "外出务工", "")),
        }
