"""The address of the database is followed to the letter, and only a role that row-level security binds may use it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection

from jobbridge import cli
from jobbridge.apps.accounts import database_role
from jobbridge.apps.accounts.database_role import UnboundRole, fault_of, role_attributes
from jobbridge.apps.cycle.progress import Side
from jobbridge.config.database import database_settings

CERTIFICATE = {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://jb:a%40b@db:5433/county", {"HOST": "db", "PORT": 5433, "PASSWORD": "a@b", "OPTIONS": {}}),
        ("postgresql://jb@db/county?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem", {"OPTIONS": CERTIFICATE}),
        ("postgresql:///county?host=%2Fvar%2Frun", {"HOST": "", "NAME": "county", "OPTIONS": {"host": "/var/run"}}),
    ],
)
def test_the_whole_address_counts(url: str, expected: dict[str, Any]) -> None:
    found = database_settings(url, pooled=False)
    assert {key: found[key] for key in expected} == expected


def test_the_pool_leaves_the_address_as_it_is() -> None:
    options = database_settings("postgresql://jb@db/county?sslmode=require", pooled=True)["OPTIONS"]
    assert options["sslmode"] == "require"
    assert options["pool"]["max_size"] == 12


def test_an_address_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="sslmode"):
        database_settings("postgresql://jb@db/county?sslmode", pooled=False)


def test_the_cycle_s_own_connection_uses_the_same_options(transactional_db: None, monkeypatch: Any) -> None:
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"application_name": "county", "connect_timeout": "7"})
    with Side.opened() as side:
        assert side._link.info.get_parameters()["connect_timeout"] == "7"
        assert side._link.execute("SHOW application_name").fetchone() == ("county",)


@pytest.mark.parametrize(
    ("superuser", "bypasses", "words"),
    [(False, False, ""), (True, False, "超级用户"), (False, True, "BYPASSRLS"), (True, True, "超级用户")],
)
def test_which_roles_are_refused(superuser: bool, bypasses: bool, words: str) -> None:
    fault = fault_of("boss", superuser, bypasses)
    assert bool(fault) == bool(words)
    assert words in fault


def test_our_own_role_is_bound(db: None) -> None:
    assert role_attributes()[1:] == (False, False)
    assert run_checks(tags=["database"], databases=["default"]) == []


@pytest.fixture
def boss(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_role, "role_attributes", lambda: ("boss", True, False))


@pytest.mark.usefixtures("boss")
def test_neither_command_nor_cycle_nor_check_accept_such_a_role(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "ensure_running", lambda: "")
    assert cli.main(["areas"]) == cli.FAILED
    assert "boss" in capsys.readouterr().err
    with pytest.raises(UnboundRole, match="超级用户"), Side.opened():
        pass
    assert [fault.id for fault in run_checks(tags=["database"], databases=["default"])] == ["jobbridge.E001"]
    assert run_checks(tags=["database"]) == []
