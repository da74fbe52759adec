"""Where homes and posts lie: how far, how willing one must be, and the points for it.

Distances are needed between a few dozen townships and a few hundred places of work, so everything is
tabulated once; the kernels only look it up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .parameters import Weights
from .values import degrees, required, text

EARTH_KM = 6371.0088
COUNTY, PROVINCE, ANYWHERE = 0, 1, 2


class Places(NamedTuple):
    """Tables by home (row, H) and place of work (column, L).

    Attributes
    ----------
    need : int8 (H, L), willingness needed: 0 county, 1 province, 2 anywhere.
    points : int16 (2, H, L), place points for those who stay near home [0] and those who go anywhere [1].
    county : int32 (L,), six-digit county of the place of work.
    km : float32 (H, L), distance, NaN where not known.
    same_town : bool (H, L).
    """

    need: NDArray[np.int8]
    points: NDArray[np.int16]
    county: NDArray[np.int32]
    km: NDArray[np.float32]
    same_town: NDArray[np.bool_]


def tabulate(homes: list[str], works: list[str], places: pa.Table | None, weights: Weights) -> Places:
    """Build the tables.

    Parameters
    ----------
    homes
        Town codes (9 digits) of the seekers.
    works
        Codes of the places of work: 9 digits in a known township, 6 when only the county is known.
    places
        Columns ``region_code`` (9 or 6 digits), ``lon``, ``lat`` in degrees; absent: only equality of the
        township counts.
    """
    home_town, work_town = np.array(homes, "U9"), np.array(works, "U9")
    home_county, work_county = home_town.astype("U6"), work_town.astype("U6")
    same_county = home_county[:, None] == work_county[None]
    same_province = home_county.astype("U2")[:, None] == work_county.astype("U2")[None]
    need = np.where(same_county, COUNTY, np.where(same_province, PROVINCE, ANYWHERE)).astype(np.int8)
    same_town = (home_town[:, None] == work_town[None]) & (np.char.str_len(work_town) == 9)
    km = _distances(homes, works, places)
    km[same_town] = np.where(np.isnan(km[same_town]), np.nan, 0)
    # Without a distance: full points in one's own township, half anywhere else in the county.
    near = np.where(same_town, 1.0, np.where(np.isnan(km), 0.5, np.maximum(0, 1 - km / weights.far_km)))
    outside = np.where(need == PROVINCE, weights.province, weights.elsewhere)
    points = np.empty((2, len(homes), len(works)), np.int16)
    for willing, percent in ((0, 100), (1, weights.home_percent)):
        home_points = np.floor(near * weights.place * percent / 100 + 1e-6)
        points[willing] = np.where(same_county, home_points, outside)
    return Places(need, points, work_county.astype(np.int32), km, same_town)


def _distances(homes: list[str], works: list[str], places: pa.Table | None) -> NDArray[np.float32]:
    """Great-circle distances in km, shape (H, L); NaN where a point is missing."""
    known: dict[str | None, tuple[float, float]] = {}
    if places is not None:
        required(places, ("region_code", "lon", "lat"), "places")
        codes = text(places["region_code"], "places: region_code").to_pylist()
        lon, lat = degrees(places["lon"], "places: lon", 180), degrees(places["lat"], "places: lat", 90)
        known = dict(zip(codes, zip(lon.tolist(), lat.tolist(), strict=True), strict=True))
    nowhere = (np.nan, np.nan)
    here = np.radians(np.array([known.get(code, nowhere) for code in homes], float).reshape(-1, 2))
    there = np.radians(np.array([known.get(code, nowhere) for code in works], float).reshape(-1, 2))
    dlon = here[:, None, 0] - there[None, :, 0]
    dlat = here[:, None, 1] - there[None, :, 1]
    chord = np.sin(dlat / 2) ** 2 + np.cos(here[:, None, 1]) * np.cos(there[None, :, 1]) * np.sin(dlon / 2) ** 2
    km: NDArray[np.float32] = (2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(1, chord)))).astype(np.float32)
    return km
