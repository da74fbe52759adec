"""Everything a county office has on disk, from one call."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from . import feeds, files, names, places, posts, records, roster_damage, rosters, visits, welfare, work
from . import people as persons
from .register import Register

FOLDERS = ("rosters", "employment", "surveys", "visits", "feeds", "posts", "truth")
POSTS = "posts/岗位信息采集表.xlsx"
SITES = 8


def write_county(out: Path, people: int, seed: int = 2026, on: date = date(2026, 3, 1)) -> dict[str, object]:
    """Write the made-up county into the folder `out` (its own subfolders are replaced).

    Parameters
    ----------
    out : Path
        Created when missing.
    people : int
        People in the register, at least 100; a million takes a few minutes.
    seed : int
        The same seed, number and day give the same bytes.
    on : date
        The day the files are from.

    Returns
    -------
    dict
        True counts: people, households, labourers by state, zero-employment households, rows by file kind,
        damage by kind, repetition of names.
    """
    if people < 100:
        raise ValueError("a county needs at least 100 people")
    for folder in FOLDERS:
        shutil.rmtree(out / folder, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)

    def stream(number: int) -> np.random.Generator:
        # Streams of their own: a change to one part leaves the others as they were.
        return np.random.default_rng([seed, number])

    here = places.county()
    shapes = rosters.shapes_of_towns(stream(1), len(here.town_codes))
    population = persons.make(stream(2), people, on)
    kinds = welfare.make(stream(3), population, _site_towns(stream(4), shapes))
    jobs = work.make(stream(5), population, kinds)

    data = Register(stream(6), population, kinds, jobs)
    damaged = rosters.write(out / "rosters", stream(7), data, shapes)
    spell_rows = records.write_employment(out / "employment", stream(8), data, jobs)
    records.write_surveys(out / "surveys", stream(9), data, jobs)
    reported = feeds.make(stream(10), population, jobs)
    records.write_feeds(out / "feeds", on, reported)
    offers = posts.make(stream(11), people, on)
    files.write_table(out / POSTS, on, posts.HEADER, offers.rows, title="企业用工岗位信息采集表")
    # Two rows above the first post: the title and the header.
    damaged += [(POSTS, index + 3, -1, *what) for index, *what in offers.damage]
    working_away = int((jobs.state == work.AWAY).sum())
    brokers = records.write_settings(out, stream(12), data)
    visit_rows = visits.write_visits(out / "visits", stream(13), data, brokers)
    _write_truth(out / "truth", data, reported, offers, damaged)

    damage_kinds, damage_counts = np.unique([row[3] for row in damaged], return_counts=True)
    return {
        "on": on.isoformat(),
        "seed": seed,
        "people": population.size,
        "households": population.households,
        "labourers": int(jobs.labour.sum()),
        "working_away": working_away,
        "states": {name: int((jobs.state == code).sum()) for code, name in enumerate(work.STATES)},
        "households_by_category": {
            name: int((kinds.category == code).sum()) for code, name in enumerate(welfare.CATEGORIES)
        },
        "relocated_households": int((kinds.site >= 0).sum()),
        "zero_employment_households": int(jobs.zero.sum()),
        "zero_employment_from_files": {
            name: int((jobs.zero_from_files == code).sum()) for name, code in (("yes", 1), ("no", 0), ("unknown", -1))
        },
        "surveyed": len(jobs.survey.person),
        "spells": spell_rows,
        "visits": visit_rows,
        "feed_records": {feed.source: len(feed.rows) for feed in reported},
        "feed_outsiders": sum(row < 0 for feed in reported for row in feed.person),
        "employers": len(offers.employers),
        "posts": len(offers.rows),
        "roster_shapes": {shape: shapes.count(shape) for shape in dict.fromkeys(shapes)},
        "damage": dict(zip(damage_kinds.tolist(), damage_counts.tolist(), strict=True)),
        "names": names.repetition(population.name),
    }


def _site_towns(rng: np.random.Generator, shapes: list[str]) -> np.ndarray:
    """Townships with a settlement site: mostly those whose roster has a column for it."""
    roomy = [index for index, shape in enumerate(shapes) if shape != rosters.NATIONAL]
    other = [index for index, shape in enumerate(shapes) if shape == rosters.NATIONAL]
    chosen = [*rng.permutation(roomy)[: SITES - 2], *rng.permutation(other)[:2]]
    return np.sort(np.array(chosen, np.int64))


def _person_rows(data: Register) -> Iterator[tuple[object, ...]]:
    people, jobs = data.people, data.jobs
    villages = np.array(places.county().village_codes)
    for _, low, high in data.towns():
        part, text = slice(low, high), data.text(low, high)
        yield from zip(
            range(low, high),
            people.house[part].tolist(),
            text["house"],
            text["name"],
            text["id"],
            text["phone_now"],
            text["phone"],
            text["sex"],
            text["birth"],
            villages[people.village[part]].tolist(),
            text["relation"],
            jobs.labour[part].astype(int).tolist(),
            np.array(work.STATES)[jobs.state[part]].tolist(),
            np.array(work.REASONS)[jobs.reason[part]].tolist(),
            strict=True,
        )


def _write_truth(
    folder: Path,
    data: Register,
    reported: list[feeds.Feed],
    offers: posts.Sheet,
    damaged: list[tuple[object, ...]],
) -> None:
    """What only the maker knows; persons are numbered from 0 in register order, households likewise."""
    population, kinds, jobs = data.people, data.kinds, data.jobs
    files.write_truth(
        folder / "persons.csv.gz",
        (
            "person",
            "household",
            "household_number",
            "name",
            "id_number",
            "phone",
            "register_phone",
            "sex",
            "birth",
            "village_code",
            "relation",
            "labour",
            "state",
            "reason",
        ),
        _person_rows(data),
    )
    head = np.searchsorted(population.house, np.arange(population.households))
    conclusion = np.array(["no", "yes", "unknown"])[jobs.zero_from_files]
    files.write_truth(
        folder / "households.csv.gz",
        (
            "household",
            "household_number",
            "head_id_number",
            "category",
            "risk_cleared",
            "site",
            "zero_employment",
            "from_files",
        ),
        zip(
            range(population.households),
            data.numbers.tolist(),
            population.id_number[head].tolist(),
            np.array(welfare.CATEGORIES)[kinds.category].tolist(),
            kinds.risk_cleared.tolist(),
            [kinds.sites[index][0] if index >= 0 else "" for index in kinds.site.tolist()],
            jobs.zero.astype(int).tolist(),
            conclusion.tolist(),
            strict=True,
        ),
    )
    files.write_truth(
        folder / "feeds.csv.gz",
        ("source", "number", "person", "kinds"),
        (
            (feed.source, number, who, done)
            for feed in reported
            for number, (who, done) in enumerate(zip(feed.person, feed.kinds, strict=True), 1)
        ),
    )
    files.write_truth(
        folder / "posts.csv.gz",
        ("number", "credit_code", "title", "occupation_code"),
        (
            (number, row[1], row[3], code)
            for number, (row, code) in enumerate(zip(offers.rows, offers.codes, strict=True), 1)
        ),
    )
    files.write_csv(folder / "damage.csv", roster_damage.TRUTH, damaged)
