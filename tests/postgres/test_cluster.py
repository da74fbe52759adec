"""The server's life: started, found, killed, started again, stopped."""

import fcntl
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from jobbridge.postgres import Cluster, PostgresError, process
from jobbridge.postgres.credentials import Credentials
from jobbridge.postgres.place import cluster_directory, socket_directory
from jobbridge.postgres.throwaway import throwaway_home

START = """
import pathlib, sys
from jobbridge.postgres import Cluster
print(Cluster(pathlib.Path(sys.argv[1])).start())
"""
THROW_AWAY = """
from jobbridge.postgres.throwaway import throwaway_cluster
cluster = throwaway_cluster()
cluster.start()
print(cluster.home)
input()
"""


def query(url, statement):
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchone()[0]


def start_elsewhere(cluster):
    return subprocess.Popen([sys.executable, "-c", START, str(cluster.home)], stdout=subprocess.PIPE, text=True)


def wait_until_gone(pid, data):
    assert process.wait_until(lambda: process.reap(pid) or not process.works_in(pid, data), seconds=10)


def test_two_processes_that_start_at_once_share_one_server(cluster):
    cluster.stop()
    starters = [start_elsewhere(cluster) for _ in range(2)]
    urls = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    assert urls == {cluster.url()}
    # Both have ended; the server has not.
    assert cluster.status().state == "running"


def test_starting_a_running_server_changes_nothing(cluster):
    url = cluster.start()
    pid = cluster.status().pid
    assert (cluster.start(), cluster.status().pid) == (url, pid)


def test_the_server_keeps_nothing_of_its_callers_open(cluster):
    cluster.stop()
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    cluster.start()
    os.close(writing)
    os.set_blocking(reading, False)
    assert os.read(reading, 1) == b""  # the end: nobody holds the other side
    os.close(reading)


def test_data_and_address_outlive_a_killed_server(cluster):
    url = cluster.start()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS v")
    killed = cluster.status().pid
    os.kill(killed, signal.SIGKILL)
    wait_until_gone(killed, cluster.data)
    assert cluster.status().state == "stopped"
    assert cluster.start() == url
    assert query(url, "SELECT v FROM kept") == 7


def test_a_pid_file_whose_number_went_to_a_stranger_is_no_server(cluster):
    cluster.start()
    killed = cluster.status().pid
    os.kill(killed, signal.SIGKILL)
    wait_until_gone(killed, cluster.data)
    pid_file = cluster.data / process.PID_FILE
    lines = pid_file.read_text().split("\n")
    stranger = subprocess.Popen(["sleep", "60"], user=pid_file.stat().st_uid if os.geteuid() == 0 else None)
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        assert cluster.status().state == "stopped"
        assert query(cluster.start(), "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_port_taken_by_someone_else_is_exchanged(cluster):
    cluster.start()
    cluster.stop()
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", 0))
        thief.listen()
        taken = thief.getsockname()[1]
        file = cluster.directory / "credentials.json"
        replace(Credentials.load(file), port=taken).save(file)
        url = cluster.start()
    assert f":{taken}/" not in url
    assert url == cluster.url()
    assert query(url, "SELECT 1") == 1


def test_stop_is_clean_and_says_whether_there_was_a_server(cluster):
    cluster.start()
    assert cluster.stop() is True
    assert process.processes_of(cluster.data) == []
    assert cluster.stop() is False
    assert "database system is shut down" in cluster.log.read_text()


def test_only_the_owner_can_look_inside(cluster):
    cluster.start()
    for path, mode in [
        (cluster.data, 0o700),
        (cluster.sockets, 0o700),
        (cluster.log, 0o600),
        (cluster.directory / "credentials.json", 0o600),
    ]:
        assert stat.S_IMODE(path.stat().st_mode) == mode, path
    assert not cluster.sockets.is_relative_to(cluster.data)


def test_a_lost_password_file_is_an_error_not_a_new_password(cluster):
    file = cluster.directory / "credentials.json"
    cluster.start()
    hidden = file.rename(file.with_suffix(".hidden"))
    try:
        with pytest.raises(PostgresError, match="is lost"):
            cluster.url()
    finally:
        hidden.rename(file)


def test_a_server_that_cannot_start_says_why(cluster):
    cluster.start()
    cluster.stop()
    local = cluster.data / "local.conf"
    before = local.read_text()
    local.write_text("shared_buffers = 'plenty'\n")
    try:
        with pytest.raises(PostgresError, match="shared_buffers"):
            cluster.start()
    finally:
        local.write_text(before)
    assert query(cluster.start(), "SELECT 1") == 1


def test_an_interrupted_creation_is_begun_again(cluster):
    home = throwaway_home()
    fresh = Cluster(home)
    fresh.url()
    (fresh.directory / "data.new").mkdir()
    (fresh.directory / "data.new" / "PG_VERSION").write_text("1\n")
    assert query(fresh.start(), "SELECT 1") == 1
    fresh.destroy()
    assert not fresh.directory.exists()


def test_a_throw_away_server_ends_with_a_killed_owner():
    owner = subprocess.Popen(
        [sys.executable, "-c", THROW_AWAY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with owner:
        home = Path(owner.stdout.readline().strip())
        data = cluster_directory(home) / "data"
        server = process.find_postmaster(data)
        assert server is not None
        owner.kill()
    wait_until_gone(server.pid, data)
    throwaway_home()  # the next one sweeps
    assert not home.exists()


def test_a_home_swept_before_it_was_locked_is_made_anew(monkeypatch):
    swept = []

    def lock(descriptor, operation):
        if operation == fcntl.LOCK_EX and not swept:
            swept.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).parent)
            shutil.rmtree(swept[0])
        flock(descriptor, operation)

    flock = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", lock)
    home = throwaway_home()
    assert home.exists()
    assert home != swept[0]


def test_a_long_path_does_not_lengthen_the_socket(tmp_path):
    assert socket_directory(tmp_path / "x").parent == tmp_path / "x"
    deep = tmp_path.joinpath(*["很深的目录"] * 8)
    assert len(os.fsencode(socket_directory(deep))) <= 85
    assert socket_directory(deep) != socket_directory(deep / "x")
