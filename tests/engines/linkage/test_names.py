"""Keys of names: what must fall together and what must stay apart."""

import pytest

from jobbridge.engines.linkage.names import name_keys, shapes, simplify, sounds


@pytest.mark.parametrize(
    ("entered", "key"),
    [
        ("张伟", "张伟"),
        ("張偉", "张伟"),
        (" 张　伟 ", "张伟"),
        ("张三（户主）", "张三"),
        ("阿卜杜拉·买买提", "阿卜杜拉买买提"),
        ("张＊茹", "张*茹"),
        ("张■■", "张**"),
        ("张?茹", "张*茹"),
        ("李某某", "李**"),
        ("张XX", "张**"),
        ("xx明", "**明"),
        ("王明·", "王明*"),
        ("ｗａｎｇ", "WANG"),
        ("Max", "MAX"),
        ("张\n三", "张三"),
        ("1234", ""),
    ],
)
def test_simplify(entered, key):
    assert simplify([entered]) == [key]


def test_one_bad_name_does_not_shift_the_others():
    assert simplify(["王\n五", "", "李四·", "张三"]) == ["王五", "", "李四*", "张三"]


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("单田芳", "shan tian fang"),
        ("曾国藩", "zeng guo fan"),
        ("仇英", "qiu ying"),
        ("解缙", "xie jin"),
        ("查良镛", "zha liang yong"),
        ("区寄", "ou ji"),
        ("朴正", "piao zheng"),
        ("尉健行", "wei jian xing"),
        ("盖叫天", "ge jiao tian"),
        ("折可适", "she ke shi"),
        ("缪荃孙", "miao quan sun"),
        ("尉迟恭", "yu chi gong"),
        ("万俟卨", "mo qi xie"),
        ("单于", "shan yu"),
        ("李单", "li dan"),
        ("张*茹", "zhang * ru"),
    ],
)
def test_surnames_are_read_as_surnames(name, sound):
    assert sounds([name])[0].strip() == sound


def test_homophones_share_a_sound_and_look_alikes_a_shape():
    assert sounds(["李佳伟"]) == sounds(["李嘉炜"])
    wei, ni = shapes(["末", "未"])
    assert sum(a != b for a, b in zip(wei, ni, strict=True)) <= 2


def test_unknown_characters_do_not_look_alike():
    first, second = shapes(["\U0002a6b0", "\U0002a6b1"])
    assert first != second


def test_only_stars_is_no_name():
    keys = name_keys(["***", "张*", ""]).to_pylist()
    assert [k["simple"] for k in keys] == [None, "张*", None]
    assert name_keys([]).num_rows == 0
