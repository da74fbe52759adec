"""``jobbridge matching allocate`` on plain files, parquet and csv."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from jobbridge.cli import main
from jobbridge.engines.files import read_table, write_table

from .counties import post, post_table, seeker, seeker_table


def skills_as_text(table):
    """What a spreadsheet holds: skills in one cell."""
    skills = pa.array([";".join(row) for row in table["skills"].to_pylist()])
    return table.set_column(table.column_names.index("skills"), "skills", skills)


@pytest.fixture
def command(tmp_path):
    seekers = seeker_table([seeker(1, tier=2), seeker(2, tier=0, skills=["电工证", "叉车证"]), seeker(3, age=70)])
    posts = post_table([post(1, skills=["电工证"]), post(2, active=False)])
    write_table(seekers, tmp_path / "s.parquet")
    write_table(posts, tmp_path / "p.parquet")
    write_table(skills_as_text(seekers), tmp_path / "s.csv")
    write_table(skills_as_text(posts), tmp_path / "p.csv")
    (tmp_path / "e.csv").write_text(
        "person_id,household_id,tier,place_id,score\n01,A,1,x,10\n02,A,1,x,20\n03,B,2,x,5\n04,,2,,\n",
        encoding="utf-8",
    )
    (tmp_path / "c.csv").write_text("place_id,capacity,reserved\nx,2,\n", encoding="utf-8")
    (tmp_path / "odd.csv").write_text("place_id,capacity\nx,two\n", encoding="utf-8")

    def call(verb="allocate", **options):
        words = ["matching", verb]
        for name, value in options.items():
            words += ["--" + name.replace("_", "-"), str(tmp_path / value) if "." in value else value]
        return main(words)

    return call


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_seekers_and_posts(command, tmp_path, capsys, ending):
    files = {"seekers": f"s.{ending}", "posts": f"p.{ending}", "out": f"o.{ending}", "unplaced": f"u.{ending}"}
    assert command(**files, report="r.json", on="2026-03-02") == 0
    rows = read_table(tmp_path / f"o.{ending}").to_pylist()
    assert [(str(row["person_id"]), str(row["post_id"]), int(row["score"])) for row in rows] == [("2", "1", 9055)]
    reasons = {str(row["person_id"]): row["reason"] for row in read_table(tmp_path / f"u.{ending}").to_pylist()}
    assert reasons == {"1": "full", "3": "no_legal_place"}
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["proved"]
    assert [(tier["served"], tier["maximum"]) for tier in report["tiers"]] == [(1, 1), (0, 0), (0, 0)]
    assert [(str(one["post_id"]), one["taken"]) for one in report["by_place"]] == [("1", 1)]
    assert "零就业家庭1/2户" in capsys.readouterr().out


def test_pairs_and_places(command, tmp_path):
    assert command(edges="e.csv", places_capacity="c.csv", out="o.csv", household_cap="1") == 0
    rows = read_table(tmp_path / "o.csv").to_pylist()
    assert [(row["person_id"], row["place_id"], row["score"]) for row in rows] == [
        ("02", "x", "20"),
        ("03", "x", "5"),
    ]


def test_run_reads_and_writes_csv_as_parquet(command, tmp_path):
    assert command("run", seekers="s.csv", posts="p.csv", out="r.csv", export_edges="x.csv", on="2026-03-02") == 0
    assert command("run", seekers="s.parquet", posts="p.parquet", out="r.parquet", on="2026-03-02") == 0
    texts = [
        [{name: str(value) for name, value in row.items()} for row in read_table(tmp_path / name).to_pylist()]
        for name in ("r.csv", "r.parquet")
    ]
    assert texts[0] == texts[1] != []
    assert {row["score"] for row in read_table(tmp_path / "x.csv").to_pylist()} >= {texts[0][0]["score"]}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"seekers": "s.csv"}, "either --seekers and --posts, or"),
        ({"seekers": "s.csv", "posts": "p.csv", "edges": "e.csv"}, "either --seekers"),
        ({"seekers": "gone.csv", "posts": "p.csv"}, "gone.csv"),
        ({"seekers": "p.csv", "posts": "s.csv"}, "missing columns"),
        ({"edges": "e.csv", "places_capacity": "odd.csv"}, "odd.csv: capacity: "),
        ({"edges": "e.csv", "places_capacity": "c.csv", "household_cap": "0"}, "cap of a household"),
        ({"edges": "e.xls", "places_capacity": "c.csv"}, "must end in .parquet or .csv"),
    ],
)  # fmt: skip
def test_unusable_input_is_said_in_a_sentence(command, tmp_path, capsys, options, text):
    assert command(**options, out="o.csv") == 2
    said = capsys.readouterr().err
    assert text in said
    assert said.count("\n") == 1
    assert not (tmp_path / "o.csv").exists()
