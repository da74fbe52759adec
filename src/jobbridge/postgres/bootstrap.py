"""Making a cluster: the data directory, then the role, the database and the extensions."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from .account import Account
from .binaries import NEEDED_EXTENSIONS, Binaries
from .configuration import include_own_file
from .credentials import APP_ROLE, SUPERUSER, Credentials
from .errors import PostgresError

# Raise it when `prepare` learns something that existing clusters need too.
BOOTSTRAP = 1
BUILTIN_LOCALE_SINCE = 17
DATABASE = "jobbridge"


def create_data_directory(
    data: Path, *, account: Account, binaries: Binaries, credentials: Credentials, durable: bool
) -> None:
    """Run initdb beside the final place and rename: an interrupted attempt leaves nothing that looks finished.

    The locale is built in and fixed, so that an upgrade of the system's C library cannot break an index; plain "C" is
    not enough, it knows no Chinese letters and the trigram index would ignore them.
    """
    unfinished = data.with_name("data.new")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    account.make_private(unfinished)
    password_file = data.with_name("initdb.password")
    _write_for(account, password_file, credentials.superuser_password + "\n")
    locale = ["--locale=C.UTF-8"]
    if binaries.major >= BUILTIN_LOCALE_SINCE:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command = [
        binaries.program("initdb"),
        f"--pgdata={unfinished}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-instructions",
        *locale,
        *([] if durable else ["--no-sync"]),
    ]
    try:
        done = subprocess.run(
            [*account.prefix(die_with_parent=True), *command], capture_output=True, text=True, check=False
        )
    finally:
        password_file.unlink(missing_ok=True)
    if done.returncode != 0:
        raise PostgresError(f"initdb failed:\n{done.stdout}{done.stderr}".rstrip())
    include_own_file(unfinished)
    unfinished.rename(data)


def _write_for(account: Account, path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    if account.switch:
        shutil.chown(path, account.uid, account.gid)
    path.write_text(text)


def prepare(*, socket_directory: Path, credentials: Credentials) -> None:
    """Create what the application needs. Every step may be repeated.

    The application's role owns its database and may create others (tests do); it is no superuser and cannot pass
    row-level security. The extensions go into the template, so that every new database has them.
    """
    with _as_superuser("template1", socket_directory, credentials) as connection:
        for name in NEEDED_EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
    with _as_superuser("postgres", socket_directory, credentials) as connection:
        role = sql.Identifier(APP_ROLE)
        if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", APP_ROLE):
            connection.execute(sql.SQL("CREATE ROLE {}").format(role))
        connection.execute(
            sql.SQL(
                "ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION CREATEDB PASSWORD {}"
            ).format(role, sql.Literal(credentials.app_password))
        )
        if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), role))


def _as_superuser(database: str, socket_directory: Path, credentials: Credentials) -> psycopg.Connection:
    return psycopg.connect(
        host=str(socket_directory),
        port=credentials.port,
        user=SUPERUSER,
        password=credentials.superuser_password,
        dbname=database,
        autocommit=True,
        connect_timeout=10,
    )


def _exists(connection: psycopg.Connection, query: LiteralString, value: str) -> bool:
    return connection.execute(query, (value,)).fetchone() is not None
