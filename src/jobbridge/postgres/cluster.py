"""Start, stop and describe the embedded server."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from . import process
from .account import server_account
from .binaries import find_binaries
from .bootstrap import BOOTSTRAP, DATABASE, create_data_directory, prepare
from .configuration import write_own_file
from .credentials import APP_ROLE, Credentials, give_to_owner_of_folder
from .errors import PostgresError
from .place import cluster_directory, socket_directory

START_ATTEMPTS = 4
READY_SECONDS = 120  # recovery after a crash replays at most max_wal_size
STOP_SECONDS = 60
LARGEST_LOG = 10 * 1024 * 1024


@dataclass(frozen=True)
class Status:
    """What is true at this moment. `state` is absent, stopped, starting or running."""

    state: str
    data: Path
    log: Path
    pid: int | None = None
    port: int | None = None
    version: str | None = None


class Cluster:
    """One server and its data directory below `home`.

    A durable cluster is a daemon: it outlives the command that started it, and the next command finds it.
    With `durable=False` it trades safety for speed and ends with the process that started it, even one killed by
    force; that is for tests.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self.durable = durable
        self.directory = cluster_directory(home)
        self.data = self.directory / "data"
        self.sockets = socket_directory(self.directory)
        self.log = self.directory / "server.log"
        self._credentials_file = self.directory / "credentials.json"
        self._server_lock = self.directory / "server.lock"

    def start(self) -> str:
        """Make sure the server runs and is prepared; returns the URL of the application's database.

        Raises
        ------
        PostgresError
            If no server program is usable or the server does not come up, with the end of its log.
        """
        with self._lock():
            credentials = self._credentials()
            if not self._running():
                credentials = self._launch(credentials)
            if credentials.prepared < BOOTSTRAP:
                prepare(socket_directory=self.sockets, credentials=credentials)
                replace(credentials, prepared=BOOTSTRAP).save(self._credentials_file)
        return self.url()

    def stop(self) -> bool:
        """End the server, letting it finish its files; False if it did not run."""
        with self._lock():
            server = process.find_postmaster(self.data)
            if server is None:
                self._end_remains()
                return False
            for number in (signal.SIGINT, signal.SIGQUIT):  # fast, then at once
                process.send(server.pid, number)
                if process.wait_until(lambda: self._gone(server.pid), seconds=STOP_SECONDS):
                    return True
            raise PostgresError(f"The server (process {server.pid}) does not stop; its log is {self.log}")

    def status(self) -> Status:
        """Ask the processes and the server itself, not our notes."""
        if not self.data.exists():
            return Status("absent", self.data, self.log)
        server = process.find_postmaster(self.data)
        if server is None:
            return Status("stopped", self.data, self.log)
        port = self._credentials().port
        try:
            with psycopg.connect(self.url(), connect_timeout=5) as connection:
                version = connection.info.parameter_status("server_version")
        except psycopg.OperationalError:
            return Status("starting", self.data, self.log, server.pid, port)
        return Status("running", self.data, self.log, server.pid, port, version)

    def url(self, database: str = DATABASE) -> str:
        """The address for the application's role. It is settled before the first start and stays."""
        if not self._credentials_file.exists():
            with self._lock():
                self._credentials()
        credentials = self._credentials()
        return f"postgresql://{APP_ROLE}:{credentials.app_password}@127.0.0.1:{credentials.port}/{database}"

    def destroy(self) -> None:
        """Stop the server and remove everything, data included."""
        self.stop()
        shutil.rmtree(self.sockets, ignore_errors=True)
        shutil.rmtree(self.directory)

    def _running(self) -> bool:
        server = process.find_postmaster(self.data)
        if server is None:
            return False
        process.wait_until(lambda: self._is_ready() or self._gone(server.pid), seconds=READY_SECONDS)
        return self._is_ready()

    def _is_ready(self) -> bool:
        server = process.find_postmaster(self.data)
        return server is not None and server.ready

    def _gone(self, pid: int) -> bool:
        process.reap(pid)
        return not process.works_in(pid, self.data)

    def _launch(self, credentials: Credentials) -> Credentials:
        """Start the server, again if a killed one still lingers or someone took the port meanwhile."""
        account = server_account(self.data)
        existing = self.data / "PG_VERSION"
        binaries = find_binaries(account, major=int(existing.read_text()) if existing.exists() else None)
        if not self.data.exists():
            create_data_directory(
                self.data, account=account, binaries=binaries, credentials=credentials, durable=self.durable
            )
        account.make_private(self.sockets)
        words = account.prefix(die_with_parent=not self.durable)
        words += [binaries.program("postgres"), "-D", str(self.data)]
        said = ""
        for attempt in range(START_ATTEMPTS):
            held = process.take_over(self.data, self._server_lock)
            if held is None:
                if self._running():
                    return credentials
                continue
            try:
                process.remove_lock_files(self.data, self.sockets)
                write_own_file(self.data, port=credentials.port, socket_directory=self.sockets, durable=self.durable)
                begin = self._open_log()
                self._spawn(words, held)
            finally:
                os.close(held)
            if self._comes_up():
                return credentials
            said = self.log.read_text(errors="replace")[begin:].strip()[-2000:]
            if "Address already in use" in said:
                credentials = credentials.with_free_port()
                credentials.save(self._credentials_file)
            time.sleep(0.5 * attempt)
        raise PostgresError(f"The server does not start. The end of {self.log}:\n{said}")

    def _end_remains(self) -> None:
        held = process.take_over(self.data, self._server_lock)
        if held is not None:
            os.close(held)

    def _open_log(self) -> int:
        """Make sure there is a log of bearable size; returns where the next start begins in it, in characters."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        if not self.log.exists():
            self.log.touch(mode=0o600)
            give_to_owner_of_folder(self.log)
        return len(self.log.read_text(errors="replace"))

    def _spawn(self, command: list[str], lock: int) -> None:
        """Run the server in a session of its own, writing into the log and holding the lock.

        A durable one is handed to init, so that no caller has a child it did not ask for. Nothing else of ours is
        passed on: a caller's pipe or lock would stay open for as long as the server lives.
        """
        inherited = [int(name) for name in os.listdir("/proc/self/fd") if int(name) > 2]
        child = os.posix_spawnp(
            "setsid" if self.durable else command[0],
            ["setsid", "--fork", *command] if self.durable else command,
            {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self.log), os.O_WRONLY | os.O_APPEND, 0),
                (os.POSIX_SPAWN_DUP2, 1, 2),
                *((os.POSIX_SPAWN_CLOSE, number) for number in inherited if number != lock),
                (os.POSIX_SPAWN_DUP2, lock, lock),  # onto itself: no longer closed when the program begins
            ],
            setsid=not self.durable,
        )
        if self.durable:
            os.waitpid(child, 0)

    def _comes_up(self) -> bool:
        process.wait_until(
            lambda: self._is_ready() or not process.is_locked(self._server_lock), seconds=READY_SECONDS
        )
        return self._is_ready()

    def _credentials(self) -> Credentials:
        found = Credentials.load(self._credentials_file)
        if found is None:
            if self.data.exists():
                raise PostgresError(f"{self._credentials_file} is lost, without it {self.data} cannot be opened")
            found = Credentials.fresh()
            found.save(self._credentials_file)
        return found

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One start or stop at a time; the kernel lets go of it whatever becomes of us."""
        path = self.directory / "lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            give_to_owner_of_folder(path)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
