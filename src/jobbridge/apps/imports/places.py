"""From the place names that people write to division codes: villages of the county, work places of the country."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection

from jobbridge.apps.areas.models import Area, AreaAlias
from jobbridge.kernel.division import bounds, padded
from jobbridge.kernel.text import squeeze

_VILLAGE_END = re.compile(
    r"(?<=.)(社区居民委员会|社区居委会|居民委员会|居委会|村民委员会|村委会|社区村|社区|行政村|村)$"
)
_TOWN_END = re.compile(r"(?<=..)(街道办事处|办事处|街道|民族乡|镇|乡)$")
_COUNTY_END = re.compile(
    r"(?<=..)(各族自治县|自治县|自治州|自治区|特别行政区|地区|新区|林区|盟|省|市|县|区|旗)$"
)
_CODE = re.compile(r"[0-9]{12}")
_TOWN_CODE = re.compile(r"[0-9]{9}(000)?")
# The peoples in the name of an autonomous place, left out in everyday names: 恩施土家族苗族 -> 恩施.
_PEOPLES = re.compile(r"(?<=..)(?:[\u4e00-\u9fff]{1,3}族)+$")
SUGGESTIONS = 3


class UnknownPlace(ValueError):
    """No such village here; the message suggests the nearest names."""


def _stamp() -> tuple[object, ...]:
    """Something that changes whenever a division or an alias is added, renamed or removed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT (count(*), sum(hashtext(code || name)))::text FROM areas_area),"
            " (SELECT (count(*), sum(hashtext(name || code || area_id)))::text FROM areas_areaalias)"
        )
        return cursor.fetchone()


def village_core(name: str) -> str:
    """A village's name without its kind: 里市村民委员会, 里市村 and 里市社区 are 里市."""
    return _VILLAGE_END.sub("", squeeze(name))


def village_kind(name: str) -> str:
    """A village's name with the short word for its kind: 吉星村民委员会 is 吉星村, 桐林居委会 is 桐林社区."""
    text = squeeze(name)
    core = village_core(text)
    if core == text:
        return text
    return core + ("社区" if "社区" in text[len(core) :] or "居" in text[len(core) :] else "村")


def town_core(name: str) -> str:
    """A township's name without its kind."""
    return _TOWN_END.sub("", squeeze(name))


def short_name(name: str) -> str:
    """The everyday name of a province, city or county: 广东, 恩施, 萧山."""
    return _PEOPLES.sub("", _COUNTY_END.sub("", squeeze(name)))


@dataclass
class PlaceBook:
    """The townships and villages of one county with every name they go by."""

    county: str
    name: str = ""
    towns: dict[str, set[str]] = field(default_factory=dict)  # name or core -> 9-digit codes
    villages: dict[str, dict[str, set[str]]] = field(default_factory=dict)  # town code -> name -> codes
    names: dict[str, str] = field(default_factory=dict)  # 12-digit code -> name
    codes: dict[str, str] = field(default_factory=dict)  # former 12-digit code -> code of today

    @classmethod
    def load(cls, county: str) -> PlaceBook:
        """Everything of the county (six digits), read again when the division tables change."""
        return cls._read(county, _stamp())

    @classmethod
    @lru_cache(maxsize=4)
    def _read(cls, county: str, stamp: tuple[object, ...]) -> PlaceBook:
        own = Area.objects.filter(code=padded(county)).values_list("name", flat=True).first()
        book = cls(county, own or "")
        low, high = bounds(county)
        rows = list(
            Area.objects.filter(code__gte=low, code__lt=high, level__gte=4).values_list(
                "code", "name", "level"
            )
        )
        aliases = AreaAlias.objects.filter(area_id__gte=low, area_id__lt=high, area__level__gte=4)
        for code, name, level in rows:
            book.names[code] = name
            book.add(code, name, level)
        for code, name, former, level in aliases.values_list("area_id", "name", "code", "area__level"):
            book.add(code, name, level)
            if level == 5 and town_core(name) != squeeze(name):
                # A township that became a village: its other villages are in the township it went into.
                book.towns.setdefault(squeeze(name), set()).add(code[:9])
            if former:
                book.codes[former] = code
        return book

    def add(self, code: str, name: str, level: int) -> None:
        """Make a name stand for a code; its full form and its core both do."""
        if level == 4:
            for key in {squeeze(name), town_core(name)}:
                self.towns.setdefault(key, set()).add(code[:9])
            self.villages.setdefault(code[:9], {})
        else:
            town = self.villages.setdefault(code[:9], {})
            for key in {squeeze(name), village_kind(name), village_core(name)}:
                town.setdefault(key, set()).add(code)

    def locate(self, county: str, town: str, village: str, address: str) -> str:
        """The village that the place columns of a row name; "" when they are all blank. UnknownPlace else."""
        if county and self.name and short_name(county) not in (short_name(self.name), self.name):
            raise UnknownPlace(f"所填的县“{squeeze(county)}”不是{self.name}")
        if village:
            return self.find(town, village)
        if address:
            return self.find_in_address(town + address)
        if town:
            raise UnknownPlace("缺少村（社区），不知道归哪个村")
        return ""

    def find(self, town: str, village: str) -> str:
        """The 12-digit code of a village. UnknownPlace says what is near, or why it is not clear."""
        text = squeeze(village)
        if _CODE.fullmatch(text):
            code = self.codes.get(text, text)
            if code in self.names and code[9:] != "000":
                return code
            raise UnknownPlace(f"代码{text}不是本县的村（社区）")
        town_codes = self._towns(town)
        found = self._villages(text, town_codes)
        if len(found) == 1:
            return found.pop()
        if len(found) > 1:
            places = "、".join(sorted(self.names[code[:9] + "000"] for code in found)[:SUGGESTIONS])
            raise UnknownPlace(f"本县有多个“{text}”（{places}），请写明乡镇")
        raise UnknownPlace(self._suggest(town, text, town_codes))

    def find_in_address(self, address: str) -> str:
        """The village that an address names. UnknownPlace when it names none for certain."""
        text = squeeze(address)
        towns = [
            (len(name), text.find(name) + len(name), codes)
            for name, codes in self.towns.items()
            if name in text
        ]
        for _, after, codes in sorted(towns, key=lambda item: item[:2], reverse=True):
            rest = text[after:]
            for code in sorted(codes):
                names = [(len(name), name) for name in self.villages[code] if len(name) > 1 and name in rest]
                if names:
                    found = self.villages[code][max(names)[1]]
                    if len(found) == 1:
                        return next(iter(found))
        raise UnknownPlace("住址里认不出本县的乡镇和村，请填写乡镇列和村列")

    def town_code(self, town: str) -> str:
        """The 12-digit code of a township. UnknownPlace when there is none."""
        codes = self._towns(town)
        if len(codes) != 1 or not squeeze(town):
            raise UnknownPlace(self._suggest_town(town))
        return padded(codes.pop())

    def _towns(self, town: str) -> set[str]:
        text = squeeze(town)
        if not text:
            return set(self.villages)
        if _TOWN_CODE.fullmatch(text):
            code = self.codes.get(text.ljust(12, "0"), text)
            text = self.names.get(code[:9] + "000", text)
        found = self.towns.get(text) or self.towns.get(town_core(text))
        if not found:
            raise UnknownPlace(self._suggest_town(town))
        return set(found)

    def _villages(self, text: str, town_codes: set[str]) -> set[str]:
        # A township may have both 吉星村 and 吉星社区: the kind decides before the bare name does.
        for key in (text, village_kind(text), village_core(text)):
            found = {code for town in town_codes for code in self.villages[town].get(key, ())}
            if found:
                return found
        return set()

    def _suggest_town(self, town: str) -> str:
        near = difflib.get_close_matches(squeeze(town), list(self.towns), SUGGESTIONS, 0.4)
        names = {self.names[padded(code)] for name in near for code in self.towns[name]}
        return f"本县没有乡镇“{squeeze(town)}”" + (f"，是否{'、'.join(sorted(names))}" if names else "")

    def _suggest(self, town: str, text: str, town_codes: set[str]) -> str:
        cores = {
            village_core(name): code
            for code_of_town in town_codes
            for name, codes in self.villages[code_of_town].items()
            for code in codes
        }
        near = difflib.get_close_matches(village_core(text), list(cores), SUGGESTIONS, 0.3)
        names = "、".join(self.names[cores[name]] for name in near)
        where = squeeze(town) or "本县"
        return f"{where}没有村（社区）“{text}”" + (f"，是否{names}" if names else "")


@dataclass
class WorkPlaces:
    """Names of provinces, cities and counties of the whole country, for places of work."""

    by_name: dict[str, set[str]] = field(default_factory=dict)  # full or short name -> prefixes
    known: dict[str, str] = field(default_factory=dict)  # texts already looked up

    @classmethod
    def load(cls) -> WorkPlaces:
        """From the division table, read again when it changes."""
        return cls._read(_stamp())

    @classmethod
    @lru_cache(maxsize=1)
    def _read(cls, stamp: tuple[object, ...]) -> WorkPlaces:
        places = cls()
        for code, name in Area.objects.filter(level__lte=3).values_list("code", "name"):
            short = short_name(name)
            for key in {squeeze(name), short} if len(short) > 1 else {squeeze(name)}:
                places.by_name.setdefault(key, set()).add(code[:6])
        return places

    def find(self, text: str) -> str:
        """The six-digit code of a province, city or county named in ``text``, as deep as it goes; "" if none."""
        plain = squeeze(text)
        if plain not in self.known:
            self.known[plain] = self._find(plain)
        return self.known[plain]

    def _find(self, text: str) -> str:
        if re.fullmatch(r"[0-9]{6}|[0-9]{9}|[0-9]{12}", text):
            return text[:6]
        place = ""
        while text:
            found = next(
                (
                    (size, inside)
                    for size in range(min(len(text), 16), 1, -1)
                    if (inside := self._inside(text[:size], place))
                ),
                None,
            )
            if found is None:
                # Words between the names (市辖区, a street) are passed over once something was found.
                if not place:
                    break
                text = text[1:]
                continue
            text, place = text[found[0] :], found[1]
            if not place.endswith("00"):
                break
        return place

    def _inside(self, name: str, place: str) -> str:
        """The one code of that name inside ``place`` (everywhere when "")."""
        low = place.rstrip("0") if not place else place[: 2 if place.endswith("0000") else 4]
        found = {code for code in self.by_name.get(name, ()) if code.startswith(low) and code != place}
        if len(found) > 1:  # 吉林 is a province and a city: the larger one when nothing else is known
            top = {code for code in found if code.endswith("0000")}
            found = top or {code for code in found if code.endswith("00")} or found
        return next(iter(found)) if len(found) == 1 else ""
