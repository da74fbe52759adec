"""A province in parts: what the parts find together is allowed, bounded, and nearly what one run finds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobbridge.engines.matching import Parameters, legal_pairs, match
from jobbridge.engines.matching.province import match_in_parts, repair, share_out

from . import reference as ref
from .counties import crowded, post_table, posts, seeker_table, seekers

QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dspark.sql.codegen.wholeStage=false"
QUICK += " -Dspark.sql.codegen.factoryMode=NO_CODEGEN"
ONE = Parameters(threads=1)


@settings(max_examples=25, deadline=None)
@given(seekers(), posts(), st.integers(1, 4))
def test_parts_find_what_is_allowed_and_their_bound_bounds(people, offers, parts):
    shared = {"parameters": ONE, "on": ref.ON}
    table, report = match_in_parts(seeker_table(people), post_table(offers), parts=parts, **shared)
    rows = table.to_pylist()
    edges = legal_pairs(seeker_table(people), post_table(offers), **shared).to_pylist()
    scores = {(row["person_id"], row["post_id"]): row["score"] for row in edges}
    pairs = [(row["person_id"], row["post_id"]) for row in rows]
    assert len(set(pairs)) == len(pairs)
    assert all(scores[pair] == row["score"] for pair, row in zip(pairs, rows, strict=True))
    capacity = [max(1, 3 * offer["openings"]) for offer in offers]
    assert all(count <= capacity[number] for number, count in Counter(j for _, j in pairs).items())
    got = Counter(i for i, _ in pairs)
    assert all(count <= 3 for count in got.values())
    tiers = [person["tier"] for person in people]
    found = sum(row["score"] for row in rows) + sum(
        ref.FIRST_BONUS[tiers[i]] + sum(ref.NEXT_BONUS >> r for r in range(count - 1)) for i, count in got.items()
    )
    assert found == report["score"] + report["bonus"]
    assert found <= ref.optimum(scores, tiers, capacity, 3) <= report["bound"]
    assert report["over_capacity"] == 0


def test_three_parts_are_nearly_as_good_as_one_run():
    people, offers = crowded(4000, 60, 9)
    whole = match(people, offers, on=ref.ON, parameters=ONE)
    table, report = match_in_parts(people, offers, parts=3, on=ref.ON, parameters=ONE)
    assert report["score"] + report["bonus"] >= 0.99 * (whole.report["score"] + whole.report["bonus"])
    assert report["bound"] >= whole.report["score"] + whole.report["bonus"]
    assert table.num_rows == report["recommendations"]
    assert report["reach_by_tier"][0]["reached"] == report["reach_by_tier"][0]["with_legal_post"]


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=6),
    st.integers(1, 5).flatmap(
        lambda parts: st.lists(
            st.lists(st.floats(0, 100), min_size=6, max_size=6), min_size=parts, max_size=parts
        )
    ),
)
def test_quotas_add_up_and_follow_demand(capacity, wanted):
    room = np.array(capacity, np.int32)
    quota = share_out(room, [np.array(part[: len(capacity)]) for part in wanted])
    assert (quota.sum(0) == room).all()
    assert (quota >= 0).all()


def test_places_left_over_go_to_the_best_gain_one_a_seeker():
    # gain, seeker, post, score, bonus
    first = np.array([[900, 0, 0, 400, 500], [800, 0, 1, 300, 500]], np.int64)
    second = np.array([[700, 5, 0, 200, 500], [600, 6, 1, 100, 500]], np.int64)
    taken = repair([first, second], np.array([1, 1], np.int32))
    assert taken[0].tolist() == [[0, 0, 400, 500]]
    assert taken[1].tolist() == [[6, 1, 100, 500]]


def test_on_spark_the_parts_find_the_same(tmp_path):
    people, offers = crowded(400, 12, 3)
    pq.write_table(people, tmp_path / "s.parquet")
    pq.write_table(offers, tmp_path / "p.parquet")
    words = "--seekers s.parquet --posts p.parquet --out out --report r.json --on 2026-03-02 --engine spark"
    command = [sys.executable, "-m", "jobbridge.cli", "matching", "run", *words.split(), "--partitions", "3"]
    environment = os.environ | {"JDK_JAVA_OPTIONS": QUICK, "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    table, report = match_in_parts(people, offers, parts=3, on=ref.ON, parameters=ONE)
    found = pa.concat_tables([pq.read_table(path) for path in sorted((tmp_path / "out").glob("*.parquet"))])
    assert found.sort_by([("person_id", "ascending"), ("rank", "ascending")]).equals(table)
    told = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert {name: told[name] for name in report} == json.loads(json.dumps(report))


@pytest.mark.parametrize("parts", [1, 3])
def test_nobody_and_nothing(parts):
    for people, offers in (([], []), (crowded(5, 1, 1)[0].to_pylist(), []), ([], crowded(5, 2, 1)[1].to_pylist())):
        table, report = match_in_parts(
            seeker_table(people), post_table(offers), parts=parts, on=ref.ON, parameters=ONE
        )
        assert (table.num_rows, report["gap"]) == (0, 0)
