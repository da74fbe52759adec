"""The role that the application connects as must be bound by row-level security, or every scope is an illusion."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from jobbridge.postgres import PostgresError


class UnboundRole(PostgresError):
    """The application must not run as this role; the message says why and what to do."""


def role_attributes() -> tuple[str, bool, bool]:
    """Name of the connected role, whether it is a superuser, whether it bypasses row-level security."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        return cursor.fetchone()


def fault_of(name: str, superuser: bool, bypasses: bool) -> str:
    """What is wrong with such a role; "" when row-level security binds it."""
    if not superuser and not bypasses:
        return ""
    what = "超级用户" if superuser else "带 BYPASSRLS 的角色"
    return (
        f"数据库角色“{name}”是{what}，行级权限对它不起作用，任何人都能看到全县数据。"
        "请改用普通角色（NOSUPERUSER NOBYPASSRLS）并修改 DATABASE_URL"
    )


def refuse_unbound_role() -> None:
    """Raise UnboundRole when row-level security does not bind the connected role."""
    if fault := fault_of(*role_attributes()):
        raise UnboundRole(fault)


@register(Tags.database)
def check_role(databases: list[str] | None = None, **_: Any) -> list[CheckMessage]:
    """``manage check --database default`` and ``manage migrate`` say it too."""
    fault = fault_of(*role_attributes()) if "default" in (databases or ()) else ""
    return [Error(fault, id="jobbridge.E001")] if fault else []
