"""Loading the division tree: the whole country to township at once, villages county by county."""

from __future__ import annotations

import csv
import gzip
import io
import lzma
from collections.abc import Iterable
from datetime import date
from importlib import resources

from django.db import connection, transaction

from jobbridge.apps.areas.models import WIDTH, Area, AreaAlias, FormerCode

DATA = "jobbridge.apps.areas.data"
LEVEL_OF_WIDTH = {width: level for level, width in WIDTH.items()}


@transaction.atomic
def load_country() -> int:
    """Load province to township (about 45,000 rows), other names and the history of codes; repeatable.

    Returns the number of divisions known.
    """
    with _open("divisions_2023_levels1-4.csv.gz") as rows:
        _upsert([(row["code"], row["name"], row["parent"] or None) for row in csv.DictReader(rows)])
    load_former_codes()
    _load_places()
    _load_aliases()
    return Area.objects.count()


def load_former_codes() -> None:
    """Load the codes that counties have had since 1980; repeatable."""
    with _open("codes_history.csv.gz") as rows:
        FormerCode.objects.bulk_create(
            (
                FormerCode(
                    code=row["code"],
                    name=row["name"],
                    start_year=row["start_year"] or None,
                    end_year=row["end_year"] or None,
                )
                for row in csv.DictReader(rows)
            ),
            ignore_conflicts=True,
        )


@transaction.atomic
def load_villages(county: str) -> int:
    """Load the villages of one county (six digits); repeatable. ValueError for a county without villages."""
    with _open(f"villages/{county[:2]}.csv.xz") as rows:
        villages = [
            (row["code"], row["name"], row["code"][:9])
            for row in csv.DictReader(rows)
            if row["code"].startswith(county)
        ]
    if not villages:
        raise ValueError(f"区划数据中没有 {county} 的村（社区）")
    _upsert(villages)
    _load_aliases()
    return len(villages)


def county_of_prefix(code: str, on: date) -> str:
    """The county (or city) whose code the first six digits of an id number were on a day; "" for no such code.

    The lists go by years and have gaps. Between two of its holders a code is still the earlier one's, after the last
    one the last one's, before the first one the first one's; where two are listed for a year, the later one's.
    """
    holders = FormerCode.objects.filter(code=code).values_list("start_year", "end_year", "name")
    held = sorted((start or 0, end or date.max.year, name) for start, end, name in holders)
    begun = [(end >= on.year, start, name) for start, end, name in held if start <= on.year]
    return max(begun)[-1] if begun else next((name for *_, name in held), "")


def _load_aliases() -> None:
    """Names and codes of other years, of the divisions that are loaded: those of villages come with their county."""
    with resources.files(DATA).joinpath("aliases.csv").open(encoding="utf-8") as rows:
        listed = [{**row, "area": row["area"].ljust(12, "0")} for row in csv.DictReader(rows)]
    known = set(Area.objects.filter(code__in=[row["area"] for row in listed]).values_list("code", flat=True))
    AreaAlias.objects.bulk_create(
        (
            AreaAlias(area_id=row["area"], name=row["name"], code=row["code"], kind=row["kind"])
            for row in listed
            if row["area"] in known
        ),
        ignore_conflicts=True,
    )


def _open(name: str) -> io.TextIOWrapper:
    # Into memory first: closing a gzip or xz reader leaves the file below it open.
    raw = io.BytesIO(resources.files(DATA).joinpath(name).read_bytes())
    return io.TextIOWrapper(gzip.open(raw) if name.endswith("gz") else lzma.open(raw), "utf-8-sig")


def _upsert(rows: Iterable[tuple[str, str, str | None]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE area_load (LIKE areas_area INCLUDING DEFAULTS) ON COMMIT DROP")
        with cursor.copy("COPY area_load (code, name, level, parent_id) FROM STDIN") as copy:
            for code, name, parent in rows:
                copy.write_row(
                    (code.ljust(12, "0"), name, LEVEL_OF_WIDTH[len(code)], parent and parent.ljust(12, "0"))
                )
        cursor.execute(
            # Cities without counties (东莞) stand twice under one padded code: the city keeps it.
            "INSERT INTO areas_area SELECT DISTINCT ON (code) * FROM area_load ORDER BY code, level"
            " ON CONFLICT (code) DO UPDATE SET name = excluded.name, level = excluded.level"
        )
        cursor.execute("DROP TABLE area_load")


def _load_places() -> None:
    with resources.files(DATA).joinpath("pilot_towns_coords.csv").open(encoding="utf-8-sig") as rows:
        points = [
            (float(row["lon"]), float(row["lat"]), row["town_code"].ljust(12, "0")) for row in csv.DictReader(rows)
        ]
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE areas_area SET longitude = %s, latitude = %s WHERE code = %s", points)
