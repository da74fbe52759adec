"""The command on plain files."""

from __future__ import annotations

import argparse
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobbridge.engines.matching import cli

from .counties import post, post_table, seeker, seeker_table


@pytest.fixture
def command(tmp_path):
    pq.write_table(seeker_table([seeker(1), seeker(2, age=70)]), tmp_path / "s.parquet")
    pq.write_table(post_table([post(1), post(2)]), tmp_path / "p.parquet")
    pq.write_table(pa.table({"person_id": [1], "post_id": [2]}), tmp_path / "x.parquet")

    def call(**options):
        parser = argparse.ArgumentParser()
        cli.add_parser(parser.add_subparsers())
        words = ["matching", "run"]
        given = {"seekers": "s.parquet", "posts": "p.parquet", "out": "r.parquet", **options}
        for name, value in given.items():
            words += ["--" + name, str(tmp_path / value) if "parquet" in value or "json" in value else value]
        args = parser.parse_args(words)
        return cli.run(args)

    return call


def test_files_in_files_out(command, tmp_path, capsys):
    options = {"report": "r.json", "export-edges": "e.parquet", "excluded": "x.parquet", "on": "2026-03-02"}
    assert command(**options) == 0
    recommendations = pq.read_table(tmp_path / "r.parquet").to_pylist()
    assert [(row["person_id"], row["post_id"], row["rank"]) for row in recommendations] == [(1, 1, 1)]
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["gap"] == 0
    assert report["rejections"]["age"] == 2
    assert [row["post_id"] for row in report["prices"]] == [1, 2]
    assert {row["person_id"] for row in report["unserved"]} == {2}
    edges = pq.read_table(tmp_path / "e.parquet").to_pylist()
    assert [(row["person_id"], row["post_id"]) for row in edges] == [(1, 1)]
    assert edges[0]["score"] == recommendations[0]["score"]
    assert "推荐1条" in capsys.readouterr().out


def test_more_candidates_and_fewer_recommendations(command, tmp_path):
    assert command(k="1", kappa="0.5") == 0
    assert pq.read_table(tmp_path / "r.parquet").num_rows == 1


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"seekers": "missing.parquet"}, "missing.parquet"), ({"posts": "s.parquet"}, "missing columns"),
        ({"k": "0"}, "k must"),
    ],
)  # fmt: skip
def test_unusable_input_is_said_and_nothing_written(command, tmp_path, capsys, options, text):
    assert command(**options) == 2
    assert text in capsys.readouterr().err
    assert not (tmp_path / "r.parquet").exists()


def test_only_the_attending_posts(command, tmp_path, capsys):
    pq.write_table(pa.table({"post_id": [2]}), tmp_path / "fair.parquet")
    assert command(**{"only-posts": "fair.parquet"}) == 0
    assert pq.read_table(tmp_path / "r.parquet")["post_id"].to_pylist() == [2]
    pq.write_table(pa.table({"post_id": [7]}), tmp_path / "fair.parquet")
    assert command(**{"only-posts": "fair.parquet"}) == 2
    assert "post_id 7 is not among the posts" in capsys.readouterr().err
