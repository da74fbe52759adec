"""Where a cluster keeps its files."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from .account import server_account
from .binaries import READABLE_PLACE
from .errors import PostgresError

# A socket's whole path may have 107 bytes; the file itself is ".s.PGSQL.65535.lock".
LONGEST_SOCKET_DIRECTORY = 85


def state_home() -> Path:
    """`JOBBRIDGE_HOME`, else `.jobbridge` in the checkout we run from, else in the current directory."""
    chosen = os.environ.get("JOBBRIDGE_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    checkout = Path(__file__).resolve().parents[3]
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / ".jobbridge"


def cluster_directory(home: Path) -> Path:
    """The directory of the cluster, `home/postgres`, created if need be.

    Root starts the server under another account. Where that account may not enter `home`, the files live below
    /var/lib and `home/postgres` is a link to them: we never open up someone's directory.
    """
    link = home / "postgres"
    if link.exists():
        return link.resolve()
    try:
        home.mkdir(mode=0o755, parents=True, exist_ok=True)
        directory = home.resolve() / "postgres"
        account = server_account(directory / "data")
        if not account.can_enter(home):
            READABLE_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
            directory = READABLE_PLACE / f"cluster-{_short_name(home)}"
        # Others may pass through root's directory (the server's account must) but not look around in it.
        directory.mkdir(mode=0o700, exist_ok=True)
        directory.chmod(0o711 if account.switch else 0o700)
        if directory.parent != home.resolve() and not link.is_symlink():
            link.symlink_to(directory)
    except PermissionError as error:
        raise PostgresError(f"{error.filename} cannot be written: set JOBBRIDGE_HOME to a folder of yours") from None
    return directory


def socket_directory(directory: Path) -> Path:
    """A private directory for the socket, outside the data directory and with a short enough path."""
    beside = directory / "run"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_DIRECTORY:
        return beside
    return Path(tempfile.gettempdir()) / f"jobbridge-{_short_name(directory)}"


def _short_name(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
