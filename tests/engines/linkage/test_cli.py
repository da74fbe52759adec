"""The command on plain files."""

import json

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jobbridge.cli import main
from jobbridge.engines import files
from tests.engines.linkage.county import build
from tests.engines.linkage.doubles import double
from tests.engines.linkage.febrl import FOLDER, febrl


def command(*words, verb="run"):
    return main(["linkage", verb, *map(str, words)])


@pytest.fixture(scope="module")
def county():
    return build(600, 200, 3)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_files_in_files_out(county, tmp_path, capsys, ending):
    paths = {name: tmp_path / f"{name}.{ending}" for name in ("register", "feed", "out", "weights")}
    files.write_table(county.register, paths["register"])
    files.write_table(county.feed, paths["feed"])
    report = tmp_path / "report.json"
    words = [word for name, path in paths.items() for word in (f"--{name}", path)]
    assert command(*words, "--report", report) == 0
    links = files.read_table(paths["out"])
    assert links.num_rows == 200
    assert links.column_names[:5] == ["record_id", "person_id", "posterior", "zone", "stage"]
    assert files.read_table(paths["weights"]).num_rows > 100
    zones = json.loads(report.read_text("utf-8"))["by_source"].values()
    assert sum(n for zone in zones for n in zone.values()) == 200
    assert "police" in capsys.readouterr().out


def test_csv_keeps_ids_as_text(tmp_path):
    path = tmp_path / "register.csv"
    path.write_text("person_id,id_number,phone\n007,990235198806120010,16400001111\n", encoding="utf-8")
    assert files.read_table(path).to_pylist() == [
        {"person_id": "007", "id_number": "990235198806120010", "phone": "16400001111"}
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name,phone\n王伟,1\n", "'record_id' is missing"),
        ("", "f.csv: Empty CSV file"),
        ("record_id\n1\n1\n", "repeats 1 value"),
    ],
)
def test_unusable_files_are_explained(county, tmp_path, capsys, content, message):
    register, feed = tmp_path / "r.parquet", tmp_path / "f.csv"
    files.write_table(county.register, register)
    feed.write_text(content, encoding="utf-8")
    assert command("--register", register, "--feed", feed, "--out", tmp_path / "o.csv") == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "o.csv").exists()


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("run", "--register r.csv --feed f.csv --out f.csv"),
        ("run", "--register r.csv --feed f.csv --out o.csv --weights ./r.csv"),
        ("dedupe", "--register r.csv --out o.csv --clusters link.csv"),
        ("update", "--feed f.csv --store s --out o.csv --report f.csv"),
        ("prepare", "--register r.csv --feed f.csv --store r.csv --out o.csv"),
    ],
)
def test_an_input_is_never_an_output(tmp_path, monkeypatch, capsys, verb, words):
    monkeypatch.chdir(tmp_path)
    for name in ("r.csv", "f.csv"):
        (tmp_path / name).write_text("person_id,record_id,name\n1,1,王伟\n", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "r.csv")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert command(*words.split(), verb=verb) == 2
    assert "would be overwritten" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_no_folder_for_the_output_is_said_before_the_run(tmp_path, capsys):
    words = ("--register", tmp_path / "r.csv", "--feed", tmp_path / "f.csv", "--out", tmp_path / "no" / "o.csv")
    assert command(*words) == 2
    assert "there is no folder" in capsys.readouterr().err


def test_dates_that_are_none_are_counted(tmp_path, capsys):
    register, feed = tmp_path / "r.csv", tmp_path / "f.csv"
    register.write_text(
        "person_id,name,birth_date\n1,王伟,1990-01-02\n2,李强,1990-13-02\n3,张敏,不详\n4,赵静,\n", encoding="utf-8"
    )
    feed.write_text("record_id,name,seen_on\n1,王伟,2026/03/02\n2,李强,三月二日\n", encoding="utf-8")
    assert command("--register", register, "--feed", feed, "--out", tmp_path / "o.csv") == 0
    told = capsys.readouterr().err
    assert "r.csv: birth_date is no date in 2 row(s)" in told
    assert "f.csv: seen_on is no date in 1 row(s)" in told


def test_ids_and_phones_that_are_none_are_counted(tmp_path, capsys):
    """A worksheet turns long numbers into powers of ten, and nothing of them is left."""
    register, feed = tmp_path / "r.csv", tmp_path / "f.parquet"
    register.write_text(
        "person_id,id_number,phone\n1,9.90123E+17,16400000001\n2,9902**********1234,1640000\n"
        "3,990235198806120017,\n4,990235880612001,无\n5,99023519880612001X,+86 164-0000-0002\n",
        encoding="utf-8",
    )
    files.write_table(pa.table({"record_id": [1, 2], "id_number": [9.90235198806120e17, None]}), feed)
    assert command("--register", register, "--feed", feed, "--out", tmp_path / "o.csv") == 0
    told = capsys.readouterr().err
    assert "r.csv: id_number is no id number in 1 row(s)" in told
    assert "r.csv: phone is no phone number in 2 row(s)" in told
    assert "f.parquet: id_number is no id number in 1 row(s)" in told


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("record_id,name\n1,王伟\n".encode("gbk"), "f.csv: is not UTF-8 (Excel: save as CSV UTF-8)"),
        ("record_id,name\n1,王伟\n".encode("utf-16"), "f.csv: is not UTF-8 (Excel: save as CSV UTF-8)"),
        (b'record_id,name\n1,"wang\n2,li\n', "f.csv: a quotation mark near the end is never closed"),
        ("record_id,name\n1,王伟,住址\n".encode(), "Expected 2 columns, got 3"),
    ],
    ids=["GBK", "UTF-16", "open quotation mark", "ragged"],
)
def test_a_csv_that_cannot_be_read_is_told_in_one_line_without_its_rows(tmp_path, capsys, content, message):
    register, feed = tmp_path / "r.csv", tmp_path / "f.csv"
    register.write_text("person_id,name\n1,王伟\n", encoding="utf-8")
    feed.write_bytes(content)
    assert command("--register", register, "--feed", feed, "--out", tmp_path / "o.csv") == 2
    told = capsys.readouterr().err.strip()
    assert message in told
    assert "\n" not in told
    assert "王伟" not in told
    assert not (tmp_path / "o.csv").exists()


def test_several_lines_in_one_cell_are_no_open_quotation_mark(tmp_path):
    register, feed, out = tmp_path / "r.csv", tmp_path / "f.csv", tmp_path / "o.csv"
    register.write_text("person_id,name\n1,王伟\n", encoding="utf-8")
    feed.write_text('record_id,name,remark\n1,王伟,"一\n二 ""三"""\n', encoding="utf-8")
    assert command("--register", register, "--feed", feed, "--out", out) == 0
    assert files.read_table(out).num_rows == 1


@pytest.mark.parametrize("words", [("--memory-limit", "banana"), ("--memory-limit", "1KB"), ("--fields", "bad.yaml")])
def test_what_a_library_complains_of_is_told_in_one_line(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.csv").write_text("person_id,name\n1,王伟\n", encoding="utf-8")
    (tmp_path / "f.csv").write_text("record_id,name\n1,王伟\n", encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("fields: [\nblocks: {a\n", encoding="utf-8")
    assert command("--register", "r.csv", "--feed", "f.csv", "--out", "o.csv", *words) == 2
    told = [line for line in capsys.readouterr().err.strip().split("\n") if not line.startswith("[")]
    assert len(told) == 1
    assert told[0].startswith("jobbridge linkage: ")


def test_a_store_never_takes_the_place_of_another_file(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("JOBBRIDGE_LINKAGE_KEY", "0f" * 32)
    register, feed, other = tmp_path / "r.csv", tmp_path / "f.csv", tmp_path / "last month.csv"
    register.write_text("person_id,name\n1,王伟\n", encoding="utf-8")
    feed.write_text("record_id,name\n1,王伟\n", encoding="utf-8")
    other.write_text("person_id\n7\n", encoding="utf-8")
    words = ("--register", register, "--feed", feed, "--out", tmp_path / "o.csv")
    assert command(*words, "--store", other, verb="prepare") == 2
    assert "is no store of the comparison and would be overwritten" in capsys.readouterr().err
    assert other.read_text("utf-8") == "person_id\n7\n"
    store = tmp_path / "kept"
    for _ in range(2):  # one's own is replaced
        assert command(*words, "--store", store, verb="prepare") == 0
        assert "source" in capsys.readouterr().out
    (tmp_path / "both.csv").write_text("person_id\n1\n", encoding="utf-8")
    changed = ("--store", store, "--out", tmp_path / "o.csv", "--persons", register)
    assert command(*changed, "--gone-persons", tmp_path / "both.csv", verb="update") == 2
    assert "person_id 1: told both as new and as gone" in capsys.readouterr().err
    (tmp_path / "empty.csv").write_text("person_id,name\n,a\n", encoding="utf-8")
    assert command(*changed, "--gone-persons", tmp_path / "empty.csv", verb="update") == 2
    assert "'person_id' is null in 1 row(s)" in capsys.readouterr().err


def test_unknown_ending_and_missing_file(tmp_path, capsys):
    out = tmp_path / "o.csv"
    assert command("--register", tmp_path / "r.xls", "--feed", tmp_path / "f.csv", "--out", out) == 2
    assert "must end in .parquet or .csv" in capsys.readouterr().err
    assert command("--register", tmp_path / "r.csv", "--feed", tmp_path / "f.csv", "--out", out) == 2
    assert "r.csv" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_dedupe_with_a_field_set(tmp_path, capsys, ending):
    data = febrl(1)
    paths = {name: tmp_path / f"{name}.{ending}" for name in ("register", "out", "clusters", "weights")}
    files.write_table(data.table, paths["register"])
    words = [word for name, path in paths.items() for word in (f"--{name}", path)]
    report = tmp_path / "report.json"
    assert command(*words, "--fields", FOLDER / "febrl.yaml", "--report", report, verb="dedupe") == 0
    pairs = files.read_table(paths["out"])
    assert pairs.column_names == ["person_id_a", "person_id_b", "posterior", "zone", "stage", "note"]
    assert files.read_table(paths["weights"]).num_rows == pairs.num_rows >= 490
    assert files.read_table(paths["clusters"]).num_rows >= 980
    assert json.loads(report.read_text("utf-8"))["zones"]["auto"] >= 490
    assert "pairs auto" in capsys.readouterr().out


def test_run_with_a_field_set(tmp_path, capsys):
    rows = febrl(1).table
    original = pc.match_substring(rows["rec_id"], "-org")
    register, feed, out = tmp_path / "r.csv", tmp_path / "f.csv", tmp_path / "o.csv"
    files.write_table(rows.filter(original), register)
    files.write_table(rows.filter(pc.invert(original)), feed)
    fields = tmp_path / "fields.yaml"
    fields.write_text("feed_key: rec_id\n" + (FOLDER / "febrl.yaml").read_text("utf-8"), "utf-8")
    words = ("--register", register, "--feed", feed, "--out", out)
    assert command(*words, "--fields", fields, "--auto", "0.9") == 0
    links = files.read_table(out).to_pylist()
    assert len(links) == 500
    assert sum(row["record_id"].replace("dup-0", "org") == row["person_id"] for row in links) >= 495
    assert "all" in capsys.readouterr().out
    assert command(*words, "--fields", FOLDER / "febrl.yaml") == 2
    assert "feed: column 'record_id' is missing" in capsys.readouterr().err
    assert command(*words, "--fields", fields, "--auto", "0.1") == 2
    assert "review <= auto" in capsys.readouterr().err


def test_dedupe_of_persons(tmp_path, capsys):
    table, true = double(1500, 60, 8)
    register, out = tmp_path / "r.parquet", tmp_path / "o.parquet"
    files.write_table(table, register)
    assert command("--register", register, "--out", out, verb="dedupe") == 0
    found = {(row["person_id_a"], row["person_id_b"]) for row in files.read_table(out).to_pylist()}
    assert len(found & true) >= 0.85 * len(true)
    assert command("--register", tmp_path / "none.csv", "--out", out, verb="dedupe") == 2
    assert "none.csv" in capsys.readouterr().err


def test_prepared_once_then_updated(tmp_path, monkeypatch, capsys):
    county = build(2000, 500, 3)
    register, feed, later = tmp_path / "r.parquet", tmp_path / "f.parquet", tmp_path / "later.csv"
    store, out = tmp_path / "kept" / "store", tmp_path / "out.parquet"
    files.write_table(county.register, register)
    files.write_table(county.feed.slice(0, 450), feed)
    prepare = ("--register", register, "--feed", feed, "--store", store, "--out", out)
    monkeypatch.delenv("JOBBRIDGE_LINKAGE_KEY", raising=False)
    assert command(*prepare, verb="prepare") == 2
    assert "64 hexadecimal" in capsys.readouterr().err
    monkeypatch.setenv("JOBBRIDGE_LINKAGE_KEY", "0f" * 32)
    assert command(*prepare, verb="prepare") == 0
    assert files.read_table(out).num_rows == 450
    files.write_table(county.feed.slice(450), tmp_path / "later.parquet")
    files.write_table(county.feed.slice(0, 3).select(["record_id"]), tmp_path / "gone.parquet")
    more = ("--store", store, "--feed", tmp_path / "later.parquet", "--gone-records", tmp_path / "gone.parquet")
    assert command(*more, "--out", out, "--report", tmp_path / "report.json", verb="update") == 0
    decided = {row["record_id"]: row for row in files.read_table(out).to_pylist()}
    new = range(450, county.feed.num_rows)
    assert set(new) <= decided.keys()
    right = [decided[n]["person_id"] == county.truth[n] for n in new if decided[n]["zone"] == "auto"]
    assert len(right) > 15
    assert all(right)
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["rows"]["feed"] == len(new)
    files.write_table(county.feed.slice(450), later)  # text keys now, whole numbers before
    assert command("--store", store, "--feed", later, "--out", out, verb="update") == 0
    later.write_text("record_id,name\nA7,梁山\n", "utf-8")
    assert command("--store", store, "--feed", later, "--out", out, verb="update") == 2
    assert "was int64 before" in capsys.readouterr().err
    monkeypatch.setenv("JOBBRIDGE_LINKAGE_KEY", "1f" * 32)
    assert command(*more, "--out", out, verb="update") == 2
    assert "linkage prepare" in capsys.readouterr().err
