"""How alike two names are, case by case."""

import duckdb
import pytest

from jobbridge.engines.linkage.levels import NAME_MACROS
from jobbridge.engines.linkage.names import name_keys


@pytest.fixture(scope="module")
def level():
    with duckdb.connect() as con:
        con.execute(NAME_MACROS)

        def of(told, known):
            con.register("told", name_keys([told]))
            con.register("known", name_keys([known]))
            return con.execute(
                """select name_level(t.simple, contains(t.simple, '*'), replace(t.simple, '*', '_'), t.sound, t.shape,
                    length(t.simple), k.simple, k.sound, k.shape, length(k.simple)) from told t, known k"""
            ).fetchall()[0][0]

        yield of


@pytest.mark.parametrize(
    ("told", "known", "expected"),
    [
        ("王小伟", "王小伟", "exact"),
        ("王小偉", "王小伟", "exact"),
        ("王小炜", "王小伟", "sound"),
        ("王炜", "王伟", "sound"),
        ("王小末", "王小未", "glyph"),
        ("王末", "王未", "glyph"),
        ("王**", "王小伟", "fits"),
        ("王*", "王小伟", "other"),
        # A character lost or put in, two exchanged, one of three another.
        ("王伟", "王小伟", "edit"),
        ("王小伟", "王伟", "edit"),
        ("王伟小", "王小伟", "edit"),
        ("王鹏伟", "王小伟", "edit"),
        # Of two characters one is as good as nothing: every other 王 has it.
        ("王强", "王伟", "other"),
        ("欧伟", "王伟", "other"),
        ("李大山", "王小伟", "other"),
    ],
)
def test_levels_of_names(level, told, known, expected):
    assert level(told, known) == expected
