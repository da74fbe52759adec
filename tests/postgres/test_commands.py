"""`jobbridge db ...` as a person calls it."""

import subprocess
import sys

import psycopg
import pytest

from jobbridge import cli


@pytest.fixture
def db(cluster, monkeypatch, capsys):
    """Run `jobbridge db WORD` on the test cluster; returns the exit status and what was printed."""
    monkeypatch.setenv("JOBBRIDGE_HOME", str(cluster.home))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(word):
        status = cli.main(["db", word])
        return status, capsys.readouterr().out

    return run


def test_start_status_and_stop_tell_the_truth(db, cluster):
    status, said = db("start")
    assert (status, said.splitlines()[0].split()) == (0, ["state", "running"])
    assert cluster._credentials().app_password not in said
    assert db("status")[0] == 0
    assert db("stop") == (0, "stopped\n")
    assert db("stop") == (0, "was not running\n")
    status, said = db("status")
    assert (status, said.splitlines()[0].split()) == (3, ["state", "stopped"])


def test_url_opens_the_database(db):
    db("start")
    url = db("url")[1].strip()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("jobbridge",)


def test_shell_is_psql_on_the_database(db, cluster):
    db("start")
    command = [sys.executable, "-m", "jobbridge.cli", "db", "shell"]
    done = subprocess.run(command, input="SELECT 40 + 2;", capture_output=True, text=True, check=True)
    assert "42" in done.stdout


def test_another_server_is_named_by_the_environment(db, cluster, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x?connect_timeout=2")
    status, said = db("status")
    assert status == 3
    assert "DATABASE_URL" in said
    assert "secret" not in said
    assert db("start") == (0, "DATABASE_URL names the server: nothing to start\n")
    assert "not ours to stop" in db("stop")[1]


def test_a_home_that_cannot_be_used_is_explained_in_one_line(monkeypatch, tmp_path, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("JOBBRIDGE_HOME", str(tmp_path / "file"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert cli.main(["db", "status"]) == 1
    assert capsys.readouterr().err.startswith("jobbridge: ")
