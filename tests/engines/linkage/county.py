"""A small made-up county with agency feeds and the truth, for tests only.

Ids begin with 99 and phones with 164: no living person has them.  The damage follows what agencies send:
homophones from clerks, look-alikes from scanners, masked ids and names, a relative's SIM card, old
phones, outsiders, recycled numbers.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
from pypinyin import lazy_pinyin

COMMON_FIRST = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜"
    "崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常单仇"
)
SURNAMES = [(c, 40 // (i + 4) + 1) for i, c in enumerate(COMMON_FIRST)]
MEN = (
    "明伟军强磊洋勇杰涛超辉刚平波斌鹏飞浩亮健俊峰龙华文志国建林海云永庆福贵才德义祥兴成东春光天宇泽松柏山"
    "川江河立新民胜利忠良仁和顺金荣发财根生富全安宁康"
)
WOMEN = (
    "芳娜秀英敏静丽艳娟霞燕玲桂兰萍红梅琼珍莲凤洁雪琳晶妍茜秋珊莎锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹"
    "蓉眉君琴蕊薇菁梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯毓悦昭冰爽琬茗羽希欣飘育"
)
SOURCES = ("police", "railway", "road", "mobile", "unicom", "telecom", "bigdata")
SHARES = (16, 20, 17, 20, 8, 9, 10)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LOOK_ALIKE = {"0": "8", "1": "7", "2": "7", "3": "8", "4": "9", "5": "6", "6": "5", "7": "1", "8": "3", "9": "4"}
_SIMPLE = "伟军强杰涛辉刚刘张陈杨黄赵华国东云龙兰凤丽艳红莲"
_TRADITIONAL = dict(zip(_SIMPLE, "偉軍強傑濤輝剛劉張陳楊黃趙華國東雲龍蘭鳳麗艷紅蓮", strict=True))


@dataclass
class Names:
    """Where names come from: (surname, weight), and (character, weight for men, for women)."""

    surnames: Sequence[tuple[str, float]]
    characters: Sequence[tuple[str, float, float]]
    sounds: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.sounds = defaultdict(list)
        for char, _, _ in self.characters:
            self.sounds[lazy_pinyin(char)[0]].append(char)

    @classmethod
    def small(cls) -> Names:
        chars = [(c, 10.0, 0.5) for c in MEN] + [(c, 0.5, 10.0) for c in WOMEN if c not in MEN]
        return cls(SURNAMES, chars)


@dataclass
class County:
    """Register and feed as the engine reads them, and record_id to person_id (None: outsider)."""

    register: pa.Table
    feed: pa.Table
    truth: dict[int, int | None]
    damage: dict[int, str]


def check_sign(body: str) -> str:
    """The last character of an 18-character id."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def make_id(prefix: str, born: str, order: int) -> str:
    body = f"{prefix}{born}{order:03d}"
    return body + check_sign(body)


def build(
    people: int, rows: int, seed: int, *, outsiders: float = 0.3, errors: float = 1.0, names: Names | None = None
) -> County:
    """A register of ``people`` and a feed of ``rows``; ``errors`` scales every rate of damage."""
    return Builder(people, rows, seed, outsiders, errors, names or Names.small()).build()


class Builder:
    def __init__(self, people: int, rows: int, seed: int, outsiders: float, errors: float, names: Names) -> None:
        self.r = random.Random(seed)
        self.people, self.rows, self.outsider_share, self.errors, self.names = people, rows, outsiders, errors, names
        self.used_ids: set[str] = set()
        villages = max(4, people // 1500)
        self.villages = [f"9902351{v // 20:02d}{200 + v % 20:03d}" for v in range(villages)]
        self.surnames = [s for s, _ in names.surnames]
        self.surname_weights = self._running([w for _, w in names.surnames])
        self.chars = [c for c, _, _ in names.characters]
        self.char_weights = {
            "男": self._running([m for _, m, _ in names.characters]),
            "女": self._running([w for _, _, w in names.characters]),
        }
        self.clans = {v: [self._surname() for _ in range(3)] for v in self.villages}

    @staticmethod
    def _running(weights: Sequence[float]) -> list[float]:
        total, out = 0.0, []
        for w in weights:
            total += w
            out.append(total)
        return out

    def _surname(self) -> str:
        return self.r.choices(self.surnames, cum_weights=self.surname_weights)[0]

    def _phone(self) -> str:
        return f"164{self.r.randrange(10**8):08d}"

    def _person(self, village: str, surname: str, year: int, household: int, local: bool) -> dict:
        r = self.r
        sex = r.choice("男女")
        given = "".join(r.choices(self.chars, cum_weights=self.char_weights[sex], k=1 if r.random() < 0.2 else 2))
        born = f"{year}{r.randrange(1, 13):02d}{r.randrange(1, 29):02d}"
        prefix = "990235" if local and r.random() < 0.9 else f"99{r.randrange(1000, 9999)}"
        while True:
            order = r.randrange(500) * 2 + (sex == "男")
            number = make_id(prefix, born, order)
            if number not in self.used_ids:
                break
        self.used_ids.add(number)
        return {
            "name": surname + given, "id_number": number, "sex": sex, "birth_date": born, "year": year,
            "village_code": village, "household_id": household, "phone_now": None,
        }  # fmt: skip

    def _households(self, count: int, local: bool) -> list[dict]:
        r, out, household = self.r, [], 0
        while len(out) < count:
            village = r.choice(self.villages)
            clan = r.choices(self.clans[village], weights=(6, 3, 1))[0] if r.random() < 0.55 else self._surname()
            head_year = r.randrange(1945, 1998)
            first = len(out)
            for place in range(r.choices((1, 2, 3, 4, 5, 6), weights=(14, 22, 24, 22, 12, 6))[0]):
                later = 0 if place == 0 else r.randrange(-5, 6) if place == 1 else r.randrange(21, 34)
                surname = self._surname() if place == 1 else clan
                person = self._person(village, surname, min(head_year + later, 2024), household, local)
                if place >= 3 and r.random() < 0.35 and len(out[-1]["name"]) == 3 and len(person["name"]) == 3:
                    person["name"] = person["name"][0] + out[-1]["name"][1] + person["name"][2]
                out.append(person)
            for person in out[first:]:
                if person["year"] <= 2011:
                    shared = 0.5 if person["year"] < 1958 else 0.1
                    head = out[first]["phone_now"]
                    person["phone_now"] = head if head and r.random() < shared else self._phone()
            household += 1
        return out[:count]

    def build(self) -> County:
        r = self.r
        people = self._households(self.people, True)
        for n, person in enumerate(people):
            person["person_id"] = n
            draw = r.random()
            person["phone"] = None if draw < 0.22 else person["phone_now"]
            if person["phone"] and draw < 0.4:
                person["phone"] = self._phone()
        strangers = self._households(max(1, int(self.rows * self.outsider_share / 1.6)), False)
        old = [p["phone"] for p in people if p["phone"] and p["phone"] != p["phone_now"]]
        for person in strangers:
            person["person_id"] = None
            if old and r.random() < 0.06:
                person["phone_now"] = r.choice(old)
        workers = [p for p in people if 1961 <= p["year"] <= 2008]
        movers = r.sample(workers, min(len(workers), max(1, int(self.rows * (1 - self.outsider_share) / 1.6))))
        self.family = defaultdict(list)
        for person in people:
            self.family[person["household_id"]].append(person)
        drawn = [p for p in movers + strangers for _ in range(r.choices((1, 2, 3, 4), weights=(58, 28, 10, 4))[0])]
        r.shuffle(drawn)
        feed, truth, damage = [], {}, {}
        for record, person in enumerate(drawn[: self.rows]):
            row, kinds = self._observe(person)
            feed.append({"record_id": record, **row})
            truth[record], damage[record] = person["person_id"], ",".join(kinds)
        shown = [
            {**{column: p[column] for column in _REGISTER},
             "name": self.bad_name(p["name"], r.choice(("sound", "old_form"))) if r.random() < 0.015 else p["name"]}
            for p in people
        ]  # fmt: skip
        return County(pa.Table.from_pylist(shown), pa.Table.from_pylist(feed, schema=_FEED), truth, damage)

    def _observe(self, person: dict) -> tuple[dict, list[str]]:
        r, kinds = self.r, []
        local = person["person_id"] is not None
        source = r.choices(SOURCES, weights=SHARES)[0]
        name, number, phone = person["name"], person["id_number"], person["phone_now"]
        village = person["village_code"] if local else None

        def hit(chance: float) -> bool:
            return r.random() < min(0.9, chance * self.errors)

        def spoil_name(chance: float, *choices: str) -> None:
            nonlocal name
            if hit(chance):
                kind = r.choice(choices)
                name = self.bad_name(name, kind)
                kinds.append(kind)

        if source == "police":
            spoil_name(0.03, "sound", "old_form", "last_mark", "space")
            number = self.bad_id(number, r.choice(("short", "digit"))) if hit(0.015) else number
            village = village if r.random() < 0.8 else None
            phone = phone if r.random() < 0.4 else None
        elif source == "railway":
            spoil_name(0.06, "swap", "last_mark", "old_form", "space")
            number = self.bad_id(number, r.choice(("scan", "drop"))) if hit(0.05) else number
            number = number[:6] + "********" + number[14:] if r.random() < 0.35 else number
            village, phone = None, phone if r.random() < 0.25 else None
        elif source == "road":
            spoil_name(0.08, "sound", "sound", "drop", "last_mark")
            number = self.bad_id(number, r.choice(("digit", "swap", "drop"))) if hit(0.06) else number
            number = number[:4] + "**********" + number[14:] if r.random() < 0.6 else number
            village, phone = None, phone if r.random() < 0.5 else None
        elif source == "bigdata":
            spoil_name(0.07, "sound", "swap", "drop")
            number = None if r.random() < 0.7 else self.bad_id(number, "digit") if hit(0.06) else number
            if village:
                village = None if r.random() < 0.15 else r.choice(self.villages) if r.random() < 0.1 else village
        else:
            number, village, phone = None, None, phone or self._phone()
            household = self.family[person["household_id"]] if local else []
            relatives = [p["phone_now"] for p in household if p["phone_now"]]
            if relatives and hit(0.08):
                phone = r.choice(relatives)
                kinds.append("relative")
            spoil_name(0.03, "sound", "old_form", "swap")
            if r.random() < 0.4:
                stars = "*" * (len(name) - 1)
                name = stars + name[-1] if source == "unicom" else name[0] + stars
                kinds.append("masked_name")
        if phone and r.random() < 0.05:
            phone = f"+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}"
        told = source in ("police", "bigdata") and r.random() < 0.9
        return {
            "source": source, "name": name, "id_number": number, "phone": phone, "village_code": village,
            "sex": person["sex"] if told else None,
            "birth_date": person["birth_date"] if source == "police" and r.random() < 0.9 else None,
        }, kinds  # fmt: skip

    def bad_name(self, name: str, kind: str) -> str:
        r = self.r
        if kind == "old_form":
            return "".join(_TRADITIONAL.get(c, c) for c in name)
        if kind == "swap" and len(name) == 3:
            return name[0] + name[2] + name[1]
        if kind == "drop" and len(name) == 3:
            return name[:2]
        if kind == "last_mark":
            return name[:-1] + r.choice("?·■*")
        if kind == "space":
            return name[0] + " " + name[1:]
        at = r.randrange(1, len(name))
        others = [c for c in self.names.sounds[lazy_pinyin(name[at])[0]] if c != name[at]]
        return name[:at] + r.choice(others) + name[at + 1 :] if others else name

    def bad_id(self, number: str, kind: str) -> str:
        at = self.r.randrange(6, 17)
        if kind == "scan":
            return number[:at] + _LOOK_ALIKE[number[at]] + number[at + 1 :]
        if kind == "swap":
            return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        if kind == "drop":
            return number[:at] + number[at + 1 :]
        if kind == "short":
            return number[:6] + number[8:17] if number[6:8] == "19" else number
        return number[:at] + str(self.r.randrange(10)) + number[at + 1 :]


_REGISTER = ("person_id", "phone", "id_number", "village_code", "birth_date", "sex", "household_id")
_FEED = pa.schema(
    [("record_id", pa.int64())]
    + [(c, pa.string()) for c in ("source", "name", "id_number", "phone", "village_code", "sex", "birth_date")]
)
