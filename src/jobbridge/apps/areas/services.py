"""Loading the division tree: the whole country to township at once, villages county by county."""

from __future__ import annotations

import csv
import gzip
import io
import lzma
from collections.abc import Iterable
from importlib import resources

from django.db import connection, transaction

from jobbridge.apps.areas.models import WIDTH, Area, FormerCode

DATA = "jobbridge.apps.areas.data"
LEVEL_OF_WIDTH = {width: level for level, width in WIDTH.items()}


@transaction.atomic
def load_country() -> int:
    """Load province to township (about 45,000 rows) and the history of codes; repeatable. Returns rows known."""
    with _open("divisions_2023_levels1-4.csv.gz") as rows:
        _upsert([(row["code"], row["name"], row["parent"] or None) for row in csv.DictReader(rows)])
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
    _load_places()
    return Area.objects.count()


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
    return len(villages)


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
