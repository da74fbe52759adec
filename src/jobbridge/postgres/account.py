"""The account the server runs under.

PostgreSQL refuses to run as root, so root hands the server to an unprivileged account with `setpriv`. Everyone
else runs it as themselves. Nothing here changes the permissions of a directory that we did not create.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .errors import PostgresError

DEDICATED = "jobbridge"
FALLBACKS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """Who owns the data directory and runs the server.

    `switch` is true when we are root and must become that account first.
    """

    uid: int
    gid: int
    switch: bool

    def prefix(self, *, die_with_parent: bool = False) -> list[str]:
        """Command words to put before a program so that it runs as this account, in `/`.

        `/` because a program that cannot enter the directory it was started in fails (a 0700 home, for example).
        With `die_with_parent` the kernel interrupts the program when the calling thread ends, however it ends.
        `env` comes last: setpriv itself still has root's right to pass any directory, so that a program it starts
        may run from a place where it then cannot find its libraries.
        """
        options: list[str] = []
        if self.switch:
            options += [f"--reuid={self.uid}", f"--regid={self.gid}", "--init-groups", "--inh-caps=-all"]
        if die_with_parent:
            options.append("--pdeathsig=INT")
        return [*([_setpriv(), *options, "--"] if options else []), "env", "-C", "/"]

    def succeeds(self, command: list[str]) -> bool:
        """Whether a short command works as this account."""
        done = subprocess.run([*self.prefix(), *command], capture_output=True, check=False)
        return done.returncode == 0

    def can_enter(self, directory: Path) -> bool:
        return not self.switch or self.succeeds(["test", "-x", str(directory)])

    def make_private(self, directory: Path) -> None:
        """Create a 0700 directory that belongs to this account."""
        directory.mkdir(mode=0o700, exist_ok=True)
        if self.switch:
            os.chown(directory, self.uid, self.gid)
        directory.chmod(0o700)


def _setpriv() -> str:
    found = shutil.which("setpriv")
    if found is None:
        raise PostgresError("setpriv is missing; it belongs to the package util-linux")
    return found


def server_account(data: Path) -> Account:
    """The account for a data directory: its owner if it exists, else ourselves or, for root, an unprivileged one."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if data.exists():
        owner = data.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid, switch=True)
    entry = _find(DEDICATED) or _create(DEDICATED) or next(filter(None, map(_find, FALLBACKS)), None)
    if entry is None or entry.pw_uid == 0:
        raise PostgresError(
            f"PostgreSQL does not run as root and there is no account to run it under: useradd --system {DEDICATED}"
        )
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def _find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create(name: str) -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    if useradd is None:
        return None
    subprocess.run(
        [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
        capture_output=True,
        check=False,  # two processes may try at once: whoever comes second finds the account there
    )
    return _find(name)
