"""The real places of the demo county, and where its people go to work."""

from __future__ import annotations

import csv
import gzip
import lzma
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from .words import words

COUNTY = "500235"

# Counties that take the county's labour, with rough shares. The rest of the weight is spread by the same table.
DESTINATIONS = {
    pair.split(":")[0]: int(pair.split(":")[1])
    for pair in words("""
        440306:60 440307:45 440309:30 440111:35 440113:28 440118:20 440605:35 440606:38 441302:20 442000:30
        441900:90 330212:30 330282:35 330281:22 330302:18 330381:25 330382:24 330782:30 330784:25 330109:20
        330110:22 331081:22 331004:15 320583:35 320506:20 320509:18 320281:18 320581:16 350582:32 350583:22
        350203:14 350181:14 310115:25 310117:24 310114:20 310120:16 500112:60 500105:35 500107:32 500113:28
        500106:30 500108:25 500101:55 500109:18 510107:14 510114:10 420106:8 110112:10 650103:5 520103:5
    """)
}


@dataclass(frozen=True)
class County:
    """Townships and villages in code order; `town_of` is the township index of each village."""

    code: str
    province: str
    name: str
    town_codes: list[str]
    town_names: list[str]
    village_codes: list[str]
    village_names: list[str]  # short: 杏家湾社区, 石云村
    town_of: NDArray[np.int64]


@dataclass(frozen=True)
class Destination:
    """A county where people work: six-digit code and the three names a form asks for."""

    code: str
    province: str
    city: str
    county: str


@cache
def _divisions() -> dict[str, str]:
    path = resources.files("jobbridge.apps.areas").joinpath("data", "divisions_2023_levels1-4.csv.gz")
    with path.open("rb") as raw, gzip.open(raw, "rt", encoding="utf-8-sig") as text:
        return {row["code"]: row["name"] for row in csv.DictReader(text)}


def short_village(name: str) -> str:
    """石云村村民委员会 -> 石云村, 杏家湾社区居民委员会 -> 杏家湾社区."""
    for ending in ("村民委员会", "居民委员会", "村委会", "居委会"):
        name = name.removesuffix(ending)
    return name


@cache
def county() -> County:
    """The demo county from the product's own division data."""
    names = _divisions()
    path = resources.files("jobbridge.apps.areas").joinpath("data", "villages", f"{COUNTY[:2]}.csv.xz")
    with path.open("rb") as raw, lzma.open(raw, "rt", encoding="utf-8-sig") as text:
        villages = [(row["code"], row["name"]) for row in csv.DictReader(text) if row["code"].startswith(COUNTY)]
    towns = sorted(code for code in names if len(code) == 9 and code.startswith(COUNTY))
    place = {code: index for index, code in enumerate(towns)}
    villages.sort()
    return County(
        code=COUNTY,
        province=names[COUNTY[:2]],
        name=names[COUNTY],
        town_codes=towns,
        town_names=[names[code] for code in towns],
        village_codes=[code for code, _ in villages],
        village_names=[short_village(name) for _, name in villages],
        town_of=np.array([place[code[:9]] for code, _ in villages]),
    )


@cache
def destinations() -> tuple[list[Destination], NDArray[np.float64]]:
    """Places of work outside the county and their cumulative shares."""
    names = _divisions()
    places = []
    for code in DESTINATIONS:
        province, city = names[code[:2]], names[code[:4]]
        # Municipalities have no city level of their own, and 东莞 and 中山 have no counties.
        city = province if city in {"市辖区", "县"} else city
        places.append(Destination(code, province, city, names.get(code, city)))
    shares = np.cumsum(np.array(list(DESTINATIONS.values()), float))
    return places, shares / shares[-1]


def home() -> Destination:
    """The county itself as a place of work."""
    here = county()
    return Destination(here.code, here.province, here.province, here.name)
