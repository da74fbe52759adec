"""`jobbridge db ...`"""

from __future__ import annotations

import argparse
import os
import shutil

import psycopg
from psycopg.conninfo import conninfo_to_dict

from . import external_url
from .account import server_account
from .binaries import find_binaries
from .cluster import Cluster
from .errors import PostgresError
from .place import state_home

NOT_RUNNING = 3


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "db",
        help="the embedded database",
        description="The embedded PostgreSQL. With DATABASE_URL set, that server is used and nothing is started.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("start", help="start the server if it does not run; the first time, create it")
    actions.add_parser("stop", help="stop the server; the data stay")
    actions.add_parser("status", help=f"say what runs where; exit status {NOT_RUNNING} if nothing answers")
    actions.add_parser("url", help="print the address of the database, with its password")
    actions.add_parser("shell", help="open psql on the database")


def run(options: argparse.Namespace) -> int:
    url = external_url()
    action = {"start": _start, "stop": _stop, "status": _status, "url": _url, "shell": _shell}[options.action]
    return action(url)


def _start(external: str | None) -> int:
    if external:
        print("DATABASE_URL names the server: nothing to start")
        return 0
    Cluster(state_home()).start()
    return _status(None)


def _stop(external: str | None) -> int:
    if external:
        print("DATABASE_URL names the server: it is not ours to stop")
        return 0
    print("stopped" if Cluster(state_home()).stop() else "was not running")
    return 0


def _status(external: str | None) -> int:
    if external:
        return _status_of_external(external)
    status = Cluster(state_home()).status()
    print(f"state    {status.state}")
    if status.pid is not None:
        print(f"address  127.0.0.1:{status.port}  (process {status.pid})")
    if status.version is not None:
        print(f"server   PostgreSQL {status.version}")
    print(f"data     {status.data}\nlog      {status.log}")
    return 0 if status.state == "running" else NOT_RUNNING


def _status_of_external(url: str) -> int:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            information = connection.info
            print(f"state    running (DATABASE_URL)\naddress  {information.host}:{information.port}")
            print(f"server   PostgreSQL {information.parameter_status('server_version')}")
    except psycopg.OperationalError as error:
        print(f"state    does not answer (DATABASE_URL)\nreason   {error}")
        return NOT_RUNNING
    return 0


def _url(external: str | None) -> int:
    print(external or Cluster(state_home()).url())
    return 0


def _shell(external: str | None) -> int:
    """Become psql. The password goes through the environment, where other accounts cannot read it."""
    environment = dict(os.environ)
    if external:
        url, psql = external, shutil.which("psql")
    else:
        cluster = Cluster(state_home())
        url = cluster.start()
        psql = shutil.which("psql") or find_binaries(server_account(cluster.data)).program("psql")
    if psql is None:
        raise PostgresError("psql is not installed; on Debian it is in postgresql-client")
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    for key, value in conninfo_to_dict(url).items():
        environment[names.get(key, f"PG{key.upper()}")] = str(value)
    os.execve(psql, [psql], environment)
