"""Where a cluster keeps its files."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
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
    /var/lib and `home/postgres` is a link to them: we never open up someone's directory. The name there is random,
    so that a new checkout in the place of a deleted one does not meet the old data.
    """
    directory = home / "postgres"
    if not directory.exists():
        try:
            home.mkdir(mode=0o755, parents=True, exist_ok=True)
            account = server_account(directory)
            if account.can_enter(home):
                directory.mkdir(mode=0o700, exist_ok=True)
            else:
                _link_to_readable_place(directory)
            # Others may pass through root's directory (the server's account must) but not look around in it.
            directory.chmod(0o711 if account.switch else 0o700)
        except PermissionError as error:
            raise _foreign(Path(error.filename)) from None
        except OSError as error:  # a read-only disk, a file in the way
            raise PostgresError(f"{directory} cannot be created: {error.strerror}. Set JOBBRIDGE_HOME") from None
    if not os.access(directory, os.R_OK | os.W_OK):
        raise _foreign(directory)
    return directory.resolve()


def _foreign(path: Path) -> PostgresError:
    return PostgresError(f"{path} belongs to another account: be that one or set JOBBRIDGE_HOME to a folder of yours")


def _link_to_readable_place(link: Path) -> None:
    READABLE_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):  # another process was quicker: its link is as good
        link.symlink_to(READABLE_PLACE / f"cluster-{secrets.token_hex(6)}")
    link.resolve().mkdir(mode=0o700, exist_ok=True)


def socket_directory(directory: Path) -> Path:
    """A private directory for the socket, outside the data directory and with a short enough path."""
    beside = directory / "run"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_DIRECTORY:
        return beside
    return Path(tempfile.gettempdir()) / f"jobbridge-{_short_name(directory)}"


def _short_name(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
