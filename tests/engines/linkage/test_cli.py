"""The command on plain files."""

import argparse
import json

import pytest

from jobbridge.engines.linkage import cli
from tests.engines.linkage.county import build


def command(*words):
    parser = argparse.ArgumentParser()
    cli.add_parser(parser.add_subparsers())
    args = parser.parse_args(["linkage", "run", *map(str, words)])
    return args.run(args)


@pytest.fixture(scope="module")
def county():
    return build(600, 200, 3)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_files_in_files_out(county, tmp_path, capsys, ending):
    paths = {name: tmp_path / f"{name}.{ending}" for name in ("register", "feed", "out", "weights")}
    cli.write_table(county.register, paths["register"])
    cli.write_table(county.feed, paths["feed"])
    report = tmp_path / "report.json"
    words = [word for name, path in paths.items() for word in (f"--{name}", path)]
    assert command(*words, "--report", report) == 0
    links = cli.read_table(paths["out"])
    assert links.num_rows == 200
    assert links.column_names[:5] == ["record_id", "person_id", "posterior", "zone", "stage"]
    assert cli.read_table(paths["weights"]).num_rows > 100
    zones = json.loads(report.read_text("utf-8"))["by_source"].values()
    assert sum(n for zone in zones for n in zone.values()) == 200
    assert "police" in capsys.readouterr().out


def test_csv_keeps_ids_as_text(tmp_path):
    path = tmp_path / "register.csv"
    path.write_text("person_id,id_number,phone\n007,990235198806120010,16400001111\n", encoding="utf-8")
    assert cli.read_table(path).to_pylist() == [
        {"person_id": "007", "id_number": "990235198806120010", "phone": "16400001111"}
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [("name,phone\n王伟,1\n", "'record_id' is missing"), ("", "mpty"), ("record_id\n1\n1\n", "repeats 1 value")],
)
def test_unusable_files_are_explained(county, tmp_path, capsys, content, message):
    register, feed = tmp_path / "r.parquet", tmp_path / "f.csv"
    cli.write_table(county.register, register)
    feed.write_text(content, encoding="utf-8")
    assert command("--register", register, "--feed", feed, "--out", tmp_path / "o.csv") == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "o.csv").exists()


def test_unknown_ending_and_missing_file(tmp_path, capsys):
    out = tmp_path / "o.csv"
    assert command("--register", tmp_path / "r.xls", "--feed", tmp_path / "f.csv", "--out", out) == 2
    assert "must end in .parquet or .csv" in capsys.readouterr().err
    assert command("--register", tmp_path / "r.csv", "--feed", tmp_path / "f.csv", "--out", out) == 2
    assert "r.csv" in capsys.readouterr().err
