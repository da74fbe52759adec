"""The engine on Spark gives the links of the engine on DuckDB, from one text of the rules."""

import json
import os
import subprocess
import sys

import duckdb
import pyarrow as pa
import pytest

from jobbridge.cli import main
from jobbridge.engines import files, spark
from jobbridge.engines.linkage import cli
from jobbridge.engines.linkage.spark import SparkConnection
from jobbridge.engines.linkage.spark_sql import Macro, parse, spark_sql
from tests.engines.linkage.county import build
from tests.engines.linkage.febrl import FOLDER

# Spark for a few hundred rows: nothing is worth compiling.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dspark.sql.codegen.wholeStage=false"
QUICK += " -Dspark.sql.codegen.factoryMode=NO_CODEGEN"

# Notations that both engines must read alike, for the rows of people found by their ids.
BIRTHS = (
    "1990-1-2", "1990/01/02", "1990.1.02", "1990年1月2日", "1990-02-30", "19900230", "90-1-2", "1990-01-02 00:00:00",
    "１９９０-01-02", "1990-1-2x", "1990-13-01", "1990", "01/02/1990", "19900102",
)  # fmt: skip
PHONES = (
    "+86 164-0000-1111", "0086164 00001111", "16400001111.0", "（0）16400001111", "1640000111", "tel:16400001111",
    "１６４００００１１１１", "164000011112",
)  # fmt: skip
PLACES = (
    "990235101201",
    "990235101201.0",
    "990235101",
    "990235101000",
    "990235",
    "９９０２３５１０１２０１",
    "某村",
    "99023510120199",
)
NAMES = (
    "欧阳娜娜娜",
    "张 三",
    "張三",
    "张三·",
    "张*",
    "(张三)",
    "ZHANG三",
    "某某",
    "张三丰二",
    "阿不都热合曼",
    "*三",
)
IDS = (
    "9902351988061200", "990235880612001", "9902XXXXXXXXXX0010", "990235********001x", "990235-19880612-0010",
    "９９０２３５１９８８０６１２００１０", "990235198813120010", "0010", "99023519880612001O",
)  # fmt: skip


def odd_rows(register, first):
    """One row about a person of the register for each odd notation."""
    persons = iter(register.to_pylist())
    rows = []
    for column, values in (
        ("birth_date", BIRTHS), ("phone", PHONES), ("village_code", PLACES), ("name", NAMES), ("id_number", IDS),
    ):  # fmt: skip
        for value in values:
            person = next(persons)
            known = {name: person[name] for name in ("name", "id_number", "phone", "village_code", "sex")}
            rows.append(
                {"record_id": first + len(rows), "source": "police", "birth_date": None} | known | {column: value}
            )
    return rows


@pytest.fixture(scope="module")
def county():
    county = build(600, 300, 3)
    rows = odd_rows(county.register, county.feed.num_rows)
    feed = pa.concat_tables([county.feed, pa.Table.from_pylist(rows, schema=county.feed.schema)])
    # A column of numbers that went through a worksheet.
    place = county.register.column_names.index("household_id")
    households = county.register["household_id"].cast(pa.float64())
    return county.register.set_column(place, "household_id", households), feed


def words(folder, engine):
    wanted = {"register": "register.parquet", "feed": "feed.csv"}
    wanted |= {"out": f"{engine}.parquet", "weights": f"{engine}_weights.csv", "report": f"{engine}.json"}
    paths = (word for name, path in wanted.items() for word in (f"--{name}", str(folder / path)))
    return ["linkage", "run", "--engine", engine, "--memory-limit", "1GB", *paths]


def test_the_same_links_weights_and_report(county, tmp_path):
    register, feed = county
    files.write_table(register, tmp_path / "register.parquet")
    files.write_table(feed, tmp_path / "feed.csv")
    assert main(words(tmp_path, "duckdb")) == 0
    command = [sys.executable, "-m", "jobbridge.cli", *words(tmp_path, "spark")]
    environment = os.environ | {"JDK_JAVA_OPTIONS": QUICK, "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert not list(tmp_path.glob("jobbridge-spark-*"))
    for name in ("{}.parquet", "{}_weights.csv"):
        theirs, ours = (files.read_table(tmp_path / name.format(engine)) for engine in ("duckdb", "spark"))
        assert ours.column_names == theirs.column_names
        assert ours.to_pylist() == theirs.to_pylist()
    theirs, ours = (json.loads((tmp_path / f"{engine}.json").read_text("utf-8")) for engine in ("duckdb", "spark"))
    assert (theirs.pop("engine"), ours.pop("engine")) == ("duckdb-1", "spark-1")
    for key in theirs.keys() - {"seconds", "peak_mb"}:
        assert ours[key] == theirs[key]
    assert "police" in done.stdout


def translated(sql, macros=()):
    made = {name: Macro(parse(f"create macro {text}")[0]) for name, text in macros}
    return spark_sql(parse(sql)[0], made)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select regexp_full_match(a, '[0-9]+') from t", r"SELECT a RLIKE '\\A(?:[0-9]+)\\z' FROM t"),
        ("select left(a, -1) from t", "SELECT LEFT(a, LENGTH(a) - 1) FROM t"),
        ("select (a * 2)::bigint from t", "SELECT CAST(RINT(a * 2) AS BIGINT) FROM t"),
        ("select a + 0.5 from t", "SELECT a + CAST(0.5 AS DOUBLE) FROM t"),
        ("select hash(a) % 3 from t", "SELECT DUCKDB_HASH(a) % 3 FROM t"),
        ("select a::hugeint from t", "SELECT CAST(a AS DECIMAL(38, 0)) FROM t"),
        (
            "select a from t where a not in (select b from u)",
            "SELECT a FROM t WHERE NOT EXISTS(SELECT 1 FROM (SELECT b FROM u) AS _there(_there0)"
            " WHERE _there._there0 = a)",
        ),
        (
            "select *, count(*) over () as c from t qualify c > 1",
            "SELECT * FROM (SELECT *, COUNT(*) OVER () AS c FROM t) AS _all WHERE c > 1",
        ),
        ("select a from (select 1 as a) where (true)", "SELECT a FROM (SELECT 1 AS a) AS _query WHERE (TRUE)"),
        ("with q as materialized (select 1) select * from q", "WITH q AS (SELECT 1) SELECT * FROM q"),
    ],
)
def test_what_spark_says_otherwise(sql, expected):
    assert translated(sql) == expected


def test_macros_are_put_in_place_however_deep():
    macros = [("twice", "twice(x) as x + x"), ("more", "more(x) as twice(x) + 1")]
    assert translated("select more(t.x * 2) from t", macros) == "SELECT ((((t.x * 2)) + ((t.x * 2))) + 1) FROM t"


def test_an_exchange_of_neighbours_is_one_edit():
    """The replacement of damerau_levenshtein, tried by DuckDB itself, which counts as Spark does otherwise."""
    texts = ["0010", "0100", "0001", "1000", "010", "00100", "0011", "0101"]
    sql = translated("select damerau_levenshtein(a, b) from t")
    # What only the dialects' words differ in.
    sql = sql.replace("EXISTS(SEQUENCE(", "list_bool_or(list_transform(generate_series(").replace(" = b)", " = b))")
    sql = sql.replace("k ->", "lambda k:")
    for a in texts:
        for b in texts:
            expected = duckdb.execute("select damerau_levenshtein(?, ?)", [a, b]).fetchall()[0][0]
            found = duckdb.execute(sql.replace("FROM t", "FROM (SELECT ? AS a, ? AS b)"), [a, b]).fetchall()[0][0]
            assert min(found, 2) == min(expected, 2), (a, b)


def refused(tmp_path, capsys, *more):
    assert main([*words(tmp_path, "spark"), *more]) == 2
    return capsys.readouterr().err


def test_a_statement_spark_cannot_run_is_told(tmp_path, capsys, monkeypatch):
    def unknown(*paths, **settings):
        SparkConnection.execute(object.__new__(SparkConnection), "set threads = 1")

    monkeypatch.setattr(cli, "link_files", unknown)
    assert "the engine spark cannot run this statement" in refused(tmp_path, capsys)


def test_what_is_missing_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(spark, "find_spec", lambda name: None)
    assert "pip install 'jobbridge[spark]'" in refused(tmp_path, capsys)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "needs Java 17 or newer" in refused(tmp_path, capsys)
    assert "engine duckdb only" in refused(tmp_path, capsys, "--fields", str(FOLDER / "febrl.yaml"))
