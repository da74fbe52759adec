"""Seven agencies report who came home and who left, each with its own columns, masks and mistakes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from . import damage, places
from .people import Population
from .work import AWAY, WILLING, Work

SHARE = 0.2  # records for each person of the register
SIZES = {
    "police": 0.16,
    "railway": 0.20,
    "road": 0.17,
    "mobile": 0.20,
    "unicom": 0.08,
    "telecom": 0.09,
    "bigdata": 0.10,
}
CARRIERS = ("mobile", "unicom", "telecom")
OUTSIDERS = 0.13

# file stem, kind of file, title row or None, columns as (header, field)
LAYOUTS: dict[str, tuple[str, str, str | None, tuple[tuple[str, str], ...]]] = {
    "police": (
        "公安_返乡人员登记",
        "xlsx",
        "返乡人员登记信息",
        (
            ("序号", "number"),
            ("姓名", "name"),
            ("公民身份号码", "id"),
            ("性别", "sex"),
            ("出生日期", "birth"),
            ("户籍村（社区）", "village"),
            ("联系电话", "phone"),
            ("登记日期", "day"),
            ("动向", "direction"),
        ),
    ),
    "railway": (
        "铁路_旅客到发",
        "csv",
        None,
        (
            ("序号", "number"),
            ("旅客姓名", "name"),
            ("证件号码", "id"),
            ("手机号", "phone"),
            ("乘车日期", "day"),
            ("到发站", "station"),
            ("流向", "direction"),
        ),
    ),
    "road": (
        "道路客运_实名购票",
        "csv",
        None,
        (
            ("序号", "number"),
            ("乘客姓名", "name"),
            ("身份证号", "id"),
            ("乘客手机", "phone"),
            ("发车日期", "day"),
            ("线路", "station"),
            ("流向", "direction"),
        ),
    ),
    "mobile": (
        "移动_漫游变化用户",
        "xlsx",
        None,
        (
            ("序号", "number"),
            ("机主姓名", "name"),
            ("手机号码", "phone"),
            ("识别日期", "day"),
            ("流动方向", "direction"),
        ),
    ),
    "unicom": (
        "联通_漫游变化用户",
        "csv",
        None,
        (
            ("序号", "number"),
            ("用户姓名", "name"),
            ("用户号码", "phone"),
            ("统计日期", "day"),
            ("流动方向", "direction"),
        ),
    ),
    "telecom": (
        "电信_漫游变化用户",
        "xlsx",
        "中国电信漫游变化用户清单",
        (("序号", "number"), ("客户名称", "name"), ("电话号码", "phone"), ("统计日期", "day"), ("方向", "direction")),
    ),
    "bigdata": (
        "大数据局_返乡人员汇总",
        "csv",
        None,
        (
            ("序号", "number"),
            ("人员姓名", "name"),
            ("证件号", "id"),
            ("电话", "phone"),
            ("性别", "sex"),
            ("所在村居", "village"),
            ("采集时间", "day"),
            ("返乡或离开", "direction"),
        ),
    ),
}
_NAME_KINDS = ("sound", "shape", "traditional", "swap", "drop", "mask", "space")
_NAME_ERRORS = {  # share of records, weights of the kinds above
    "police": (0.03, (0.1, 0.1, 0.3, 0, 0, 0.4, 0.1)),
    "railway": (0.06, (0.05, 0.5, 0.2, 0, 0, 0.15, 0.1)),
    "road": (0.08, (0.55, 0.1, 0.05, 0.05, 0.15, 0.05, 0.05)),
    "mobile": (0.03, (0.4, 0.1, 0.2, 0, 0.1, 0.1, 0.1)),
    "unicom": (0.03, (0.4, 0.1, 0.2, 0, 0.1, 0.1, 0.1)),
    "telecom": (0.03, (0.4, 0.1, 0.2, 0, 0.1, 0.1, 0.1)),
    "bigdata": (0.07, (0.6, 0.05, 0.1, 0.05, 0.1, 0.05, 0.05)),
}
_ID_ERRORS = {
    "police": (0.015, ("old", "digit")),
    "railway": (0.05, ("ocr", "ocr", "drop")),
    "road": (0.06, ("digit", "swap", "drop")),
    "bigdata": (0.06, ("digit", "swap", "drop")),
}
_HAS_PHONE = {"police": 0.4, "railway": 0.25, "road": 0.5, "bigdata": 0.9}
_STATIONS = {
    "railway": ("云阳", "万州北", "奉节", "重庆北"),
    "road": ("云阳-万州", "云阳-重庆", "云阳-东莞", "云阳-宁波", "云阳-泉州"),
}


@dataclass
class Feed:
    """Rows of one agency as written, and for each row the person (-1 an outsider) and what was done to it."""

    source: str
    rows: list[tuple[str, ...]] = field(default_factory=list)
    person: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


def _chosen(rng: np.random.Generator, people: Population, work: Work, outsiders: float) -> np.ndarray:
    """Whom the records are about, one element a record; outsiders are numbered after the register."""
    wanted = round(people.size * SHARE)
    adult = np.flatnonzero((people.age >= 17) & (people.age <= 64))
    # Families move together, and it is those who work away who are seen on the road.
    house = rng.random(people.households) ** 2
    weight = house[people.house[adult]] * np.select(
        [work.state[adult] == AWAY, work.state[adult] == WILLING], [3.0, 2.0], 0.6
    )
    share = 0.56 * (1 - outsiders) / (1 - OUTSIDERS)
    seen = rng.choice(adult, min(len(adult), int(wanted * share) + 1), replace=False, p=weight / weight.sum())
    strangers = min(len(people.outsiders["name"]), max(1, int(wanted * outsiders * 0.6)))
    both = np.r_[seen, people.size + rng.permutation(len(people.outsiders["name"]))[:strangers]]
    repeated = np.repeat(both, rng.choice([1, 2, 3, 4], len(both), p=[0.58, 0.28, 0.1, 0.04]))
    return rng.permutation(repeated)[:wanted]


class _Writer:
    """Turns a person into the row one agency would write. One random stream, used record by record."""

    def __init__(self, rng: np.random.Generator, people: Population, name_errors: float) -> None:
        self.rng, self.people, self.name_errors = rng, people, name_errors
        self.villages = places.county().village_names
        self.direction_of: dict[int, str] = {}

    def row(self, source: str, who: int, number: int) -> tuple[tuple[str, ...], list[str]]:
        """The row and the list of what was done to it."""
        rng, people = self.rng, self.people
        draw = rng.random(10)
        done: list[str] = []
        values = self._true(who)
        name, id_number, phone = values["name"], values["id"], values["phone"]
        share, weights = _NAME_ERRORS[source]
        if draw[0] < share * self.name_errors:
            kind = _NAME_KINDS[int(rng.choice(7, p=weights))]
            name = damage.name(rng, name, kind)
            done.append(f"name_{kind}")
        if source in CARRIERS:
            phone = self._carrier_phone(who, phone, draw[1], done)
            if draw[2] < 0.4 and "*" not in name:
                stars = "*" * (len(name) - 1)
                name = stars + name[-1] if source == "unicom" else name[0] + stars
                done.append("name_masked")
        else:
            share, kinds = _ID_ERRORS[source]
            if source == "bigdata" and draw[3] < 0.7:
                id_number = ""
            elif draw[4] < share:
                kind = kinds[int(rng.integers(0, len(kinds)))]
                id_number = damage.id_number(rng, id_number, kind)
                done.append(f"id_{kind}")
            if source == "railway" and draw[5] < 0.35:
                id_number = f"{id_number[:6]}********{id_number[14:]}"
                done.append("id_masked")
            elif source == "road" and draw[5] < 0.6:
                id_number = f"{id_number[:4]}**********{id_number[14:]}"
                done.append("id_masked")
            phone = phone if draw[6] < _HAS_PHONE[source] else ""
        if phone and source == "bigdata" and draw[7] < 0.04:
            phone = damage.phone(rng, phone, "digit")
            done.append("phone_digit")
        if phone and draw[8] < 0.05:
            phone = damage.phone(rng, phone, "format")
            done.append("phone_format")
        village = values["village"]
        if source == "bigdata" and village and draw[9] < 0.25:
            village = "" if draw[9] < 0.15 else self.villages[int(rng.integers(0, len(self.villages)))]
        stations = _STATIONS.get(source, ("",))
        fields = {
            "number": str(number),
            "name": name,
            "id": id_number,
            "phone": phone,
            "village": village,
            "sex": values["sex"],
            "birth": values["birth"],
            "direction": self._direction(who),
            "day": (people.on - timedelta(days=int(rng.integers(0, 30)))).isoformat(),
            "station": stations[int(rng.integers(0, len(stations)))],
        }
        return tuple(fields[key] for _, key in LAYOUTS[source][3]), done

    def _true(self, who: int) -> dict[str, str]:
        people = self.people
        if who < people.size:
            return {
                "name": str(people.name[who]),
                "id": str(people.id_number[who]),
                "phone": str(people.phone[who]),
                "sex": "男女"[people.sex[who]],
                "birth": str(people.birth[who]),
                "village": self.villages[people.village[who]],
            }
        row = who - people.size
        out = people.outsiders
        return {
            "name": str(out["name"][row]),
            "id": str(out["id_number"][row]),
            "phone": str(out["phone"][row]),
            "sex": str(out["sex"][row]),
            "birth": str(out["birth"][row]),
            "village": "",
        }

    def _carrier_phone(self, who: int, phone: str, draw: float, done: list[str]) -> str:
        """The number of the record: sometimes the card is in the name of another member of the family."""
        people = self.people
        if who < people.size and (draw < 0.08 or not phone):
            low, high = np.searchsorted(people.house, (people.house[who], people.house[who] + 1))
            others = [text for text in people.phone[low:high].tolist() if text and text != phone]
            if others:
                done.append("phone_family")
                return others[int(self.rng.integers(0, len(others)))]
        return phone

    def _direction(self, who: int) -> str:
        return self.direction_of.setdefault(who, "返乡" if self.rng.random() < 0.8 else "离开")


def make(
    rng: np.random.Generator,
    people: Population,
    work: Work,
    *,
    outsiders: float = OUTSIDERS,
    name_errors: float = 1.0,
) -> list[Feed]:
    """All seven feeds; ``outsiders`` is (about) their share of the records, ``name_errors`` scales those mistakes."""
    chosen = _chosen(rng, people, work, outsiders)
    sources = list(SIZES)
    source = rng.choice(len(sources), len(chosen), p=list(SIZES.values()))
    feeds = [Feed(name) for name in sources]
    writer = _Writer(rng, people, name_errors)
    for who, which in zip(chosen.tolist(), source.tolist(), strict=True):
        feed = feeds[which]
        row, done = writer.row(feed.source, who, len(feed.rows) + 1)
        feed.rows.append(row)
        feed.person.append(who if who < people.size else -1)
        feed.kinds.append("|".join(done))
    return feeds
