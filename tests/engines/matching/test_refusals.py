"""Files as people hand them in: one that cannot be used ends in one sentence and leaves nothing behind."""

from __future__ import annotations

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobbridge.cli import main
from jobbridge.engines import files, spark
from jobbridge.engines.matching import Parameters, spark_run
from jobbridge.engines.matching.province import match_in_parts

from .counties import DAY, post, post_table, seeker, seeker_table

SEEKERS = seeker_table([seeker(1), seeker(2), seeker(3)])
POSTS = post_table([post(1), post(2)])
PAIRS = pa.table({
    "person_id": ["1", "2"], "household_id": ["a", "b"], "tier": [0, 1], "place_id": ["x", "x"], "score": [1, 2],
})  # fmt: skip
SEATS = pa.table({"place_id": ["x"], "capacity": [1]})


def changed(table, **columns):
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, values)
    return table


@pytest.fixture
def command(tmp_path, capsys):
    """The real command on these tables; returns status, what it said, and the outputs that exist afterwards."""

    def call(words, **tables):
        for name, table in tables.items():
            pq.write_table(table, tmp_path / f"{name}.parquet")
            words = f"{words} --{name.replace('_', '-')} {tmp_path / name}.parquet"
        status = main(["matching", *words.replace("TMP", str(tmp_path)).split()])
        told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("jobbridge")]
        return status, told, sorted(path.name for path in tmp_path.iterdir() if path.stem.strip(".") not in tables)

    return call


@pytest.mark.parametrize(
    ("seekers", "posts", "sentence"),
    [
        ({"preferred_region": pa.array([1, 2, 3])}, {}, "preferred_region '1' must have 6 digits"),
        ({"region_code": pa.array([1, 2, 3])}, {}, "seekers: region_code '1' must have 6, 9 or 12 digits"),
        ({"age": pa.array([30, 30, 1.5])}, {}, "age: must be whole numbers"),
        ({"skills": pa.array(["a", "b", "c"])}, {}, "skills: must be lists of text, not text"),
        ({"person_id": pa.array(["a", "b", "c"]).dictionary_encode()}, {}, "person_id: ids must be numbers or text"),
        ({"household_id": pa.array([[1], [2], [3]])}, {}, "household_id: ids must be numbers or text"),
        ({"available_from": pa.array(["soon"] * 3)}, {}, "available_from: must be days"),
        ({}, {"wage_max": pa.array([3000, 2000], pa.int32())}, "post_id 2: wage_min 3000 is above wage_max 2000"),
        ({}, {"lodging": pa.array(["是", "否"])}, "lodging: must be true or false"),
        ({}, {"occupation": pa.array(["0", "6-18-01-01"])}, "'0' is not an occupation code"),
        ({}, {"occupation": pa.array(["６-18", "6-18-01-01"])}, "is not an occupation code"),
    ],
)
def test_a_column_of_another_kind_is_named(command, seekers, posts, sentence):
    words = "run --out TMP/r.parquet --on 2026-03-02"
    status, told, left = command(words, seekers=changed(SEEKERS, **seekers), posts=changed(POSTS, **posts))
    assert (status, len(told), left) == (2, 1, [])
    assert sentence in told[0]


@pytest.mark.parametrize(
    ("other", "table", "sentence"),
    [
        ("places", pa.table({"region": ["500235100"]}), "places: missing columns region_code, lon, lat"),
        ("places", pa.table({"region_code": [5], "lon": [999.0], "lat": [0.0]}), "lon: 999.0 is outside -180 to 180"),
        ("only_posts", pa.table({"post_id": ["a"]}), "only-posts: post_id: must be int64"),
        ("excluded", pa.table({"person_id": ["a"], "post_id": [1]}), "excluded: person_id: must be int64"),
    ],
)
def test_the_other_files_are_checked_too(command, other, table, sentence):
    status, told, left = command("run --out TMP/r.parquet", seekers=SEEKERS, posts=POSTS, **{other: table})
    assert (status, len(told), left) == (2, 1, [])
    assert sentence in told[0]


def test_posts_without_ids_are_refused_before_some_are_chosen(command):
    chosen = pa.table({"post_id": [1]})
    nameless = POSTS.drop_columns(["post_id"])
    told = command("run --out TMP/r.parquet", seekers=SEEKERS, posts=nameless, only_posts=chosen)[1]
    assert told == ["jobbridge matching: posts: missing columns post_id"]


def test_a_column_of_nulls_alone_has_no_type_and_is_good(command):
    empty = changed(SEEKERS, skills=pa.nulls(3), preferred_region=pa.nulls(3), sex=pa.nulls(3))
    assert command("run --out TMP/r.parquet --on 2026-03-02", seekers=empty, posts=POSTS)[0] == 0


def test_a_place_known_by_a_number_has_its_distance(command, tmp_path):
    where = pa.table({"region_code": [500235100, 500235101], "lon": [108.7, 108.9], "lat": [30.9, 30.9]})
    posts = changed(POSTS, region_code=pa.array(["500235101"] * 2))
    assert command("run --out TMP/r.parquet --on 2026-03-02", seekers=SEEKERS, posts=posts, places=where)[0] == 0
    assert 15 < pq.read_table(tmp_path / "r.parquet")["distance_km"][0].as_py() < 25


@pytest.mark.parametrize(
    ("verb", "outputs", "sentence"),
    [
        ("run", "--out TMP/r.parquet --report TMP/no/r.json", "there is no folder"),
        ("run", "--out TMP/r.parquet --export-edges TMP/e.txt", "must end in .parquet or .csv"),
        ("run", "--out TMP/r.parquet --export-edges TMP/r.parquet", "two outputs have one path"),
        ("run", "--out TMP/r.parquet --report TMP", "is not a file"),
        ("allocate", "--out TMP/r.parquet --unplaced TMP/no/u.csv", "there is no folder"),
        ("allocate", "--out TMP/r.parquet --report TMP/no/r.json", "there is no folder"),
    ],
)
def test_outputs_appear_together_or_not_at_all(command, verb, outputs, sentence):
    status, told, left = command(f"{verb} {outputs}", seekers=SEEKERS, posts=POSTS)
    assert (status, len(told), left) == (2, 1, [])
    assert sentence in told[0]


@pytest.mark.parametrize(
    ("verb", "outputs"),
    [
        ("run", "--out TMP/seekers.parquet"),
        ("run", "--out TMP/r.parquet --report TMP/../link/posts.parquet"),
        ("run", "--out TMP/r.parquet --export-edges TMP/./only_posts.parquet"),
        ("allocate", "--out TMP/r.parquet --unplaced TMP/posts.parquet"),
    ],
)
def test_an_input_is_never_an_output(command, tmp_path, verb, outputs):
    link = tmp_path.parent / "link"
    link.unlink(missing_ok=True)
    link.symlink_to(tmp_path)
    chosen = {"only_posts": POSTS.select(["post_id"])} if verb == "run" else {}
    status, told, left = command(f"{verb} {outputs}", seekers=SEEKERS, posts=POSTS, **chosen)
    assert (status, len(told), left) == (2, 1, [])
    assert "would be overwritten" in told[0]
    assert pq.read_table(tmp_path / "seekers.parquet").equals(SEEKERS)


def test_a_day_that_is_none_is_said(capsys):
    with pytest.raises(SystemExit):
        main(["matching", "run", "--seekers", "s.csv", "--posts", "p.csv", "--out", "r.csv", "--on", "2026-13-01"])
    assert "'2026-13-01' is no day; write it as 2026-03-02" in capsys.readouterr().err


def test_a_disk_that_fails_in_the_middle_leaves_the_old_files(tmp_path, monkeypatch):
    (tmp_path / "report.json").write_text("old")
    whole = files.write_table

    def fails(table, path):
        whole(table, path)
        raise OSError("no space left")

    monkeypatch.setattr(files, "write_table", fails)
    with pytest.raises(OSError, match="no space"):
        files.write_whole((tmp_path / "report.json", "new"), (tmp_path / "r.csv", SEATS))
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert (tmp_path / "report.json").read_text() == "old"


@pytest.mark.parametrize("kappa", ["0", "nan", "inf", "1e400"])
def test_kappa_is_a_number(command, kappa):
    status, told, left = command(f"run --out TMP/r.parquet --kappa {kappa}", seekers=SEEKERS, posts=POSTS)
    assert (status, left) == (2, [])
    assert told == ["jobbridge matching: kappa must be a number above 0"]


@pytest.mark.parametrize("column", ["person_id", "household_id", "place_id"])
def test_pairs_whose_ids_have_no_order(command, column):
    pairs = changed(PAIRS, **{column: pa.array([["1"], ["2"]])})
    status, told, left = command("allocate --out TMP/r.parquet", edges=pairs, places_capacity=SEATS)
    assert (status, left) == (2, [])
    assert told == [f"jobbridge matching: edges: {column}: ids must be numbers or text, not list<element: string>"]


def test_somebody_in_two_parts_is_found(command):
    twice = changed(SEEKERS, person_id=pa.array([1, 1, 2]))
    with pytest.raises(ValueError, match="ids must be unique"):
        match_in_parts(twice, POSTS, parts=3, on=DAY, parameters=Parameters(threads=1))


def test_without_java_the_engine_spark_says_so(command, monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    status, told, left = command("run --out TMP/r --engine spark", seekers=SEEKERS, posts=POSTS)
    assert (status, len(told), left) == (2, 1, [])
    assert "needs Java" in told[0]


def test_without_pyspark_the_engine_spark_says_so(command, monkeypatch):
    monkeypatch.setattr(spark, "find_spec", lambda name: None)
    monkeypatch.setattr(spark, "_require_java", lambda: None)
    assert "needs pyspark" in command("run --out TMP/r --engine spark", seekers=SEEKERS, posts=POSTS)[1][0]


def test_with_spark_the_folder_of_the_seekers_is_left_alone(tmp_path, capsys):
    pq.write_table(SEEKERS, tmp_path / "part-0.parquet")
    pq.write_table(POSTS, tmp_path / "part-1.parquet")
    words = ["--seekers", tmp_path / "part-0.parquet", "--posts", tmp_path / "part-1.parquet", "--out", tmp_path]
    assert main(["matching", "run", "--engine", "spark", *map(str, words)]) == 2
    assert "the seekers are in this folder" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == 2


def test_with_spark_a_folder_of_other_files_is_left_alone(command, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("")
    status, told, _ = command("run --out TMP/mine --engine spark", seekers=SEEKERS, posts=POSTS)
    assert (status, len(told)) == (2, 1)
    assert "holds other files" in told[0]
    assert (tmp_path / "mine" / "diary.txt").exists()


def test_with_spark_the_folder_of_an_earlier_run_is_replaced_whole(tmp_path):
    for run, parts in enumerate((3, 1)):
        with spark_run._appearing_whole(tmp_path / "r.parquet") as folder:
            for part in range(parts):
                (folder / f"part-{part:05d}.parquet").write_text(str(run))
    assert [path.name for path in tmp_path.iterdir()] == ["r.parquet"]
    assert [path.read_text() for path in (tmp_path / "r.parquet").iterdir()] == ["1"]


def test_with_spark_a_run_that_fails_leaves_the_folder_of_the_earlier_one(tmp_path):
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "part-00000.parquet").write_text("0")

    def fails_half_way():
        with spark_run._appearing_whole(tmp_path / "r") as folder:
            (folder / "part-00000.parquet").write_text("half")
            raise ValueError("age")

    with pytest.raises(ValueError, match="age"):
        fails_half_way()
    assert [path.name for path in tmp_path.iterdir()] == ["r"]
    assert (tmp_path / "r" / "part-00000.parquet").read_text() == "0"


def test_what_fails_on_a_worker_is_said_in_its_own_words():
    from pyspark.errors import PythonException

    pages = "An exception was thrown:\nTraceback:\n  File ...\nValueError: age: 151 is outside\n"
    with pytest.raises(ValueError, match="^age: 151 is outside$"), spark_run._plain_words():
        raise PythonException(pages)
