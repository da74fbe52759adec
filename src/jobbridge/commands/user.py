"""``jobbridge user``: a user with a role and areas, and a password made for them."""

from __future__ import annotations

import argparse
import secrets
import sys
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Name, role and areas."""
    parser = subparsers.add_parser("user", help="make a user and print the first password")
    parser.add_argument("username")
    parser.add_argument("--name", required=True, help="name on screen")
    parser.add_argument("--role", required=True, help="county township broker employer leader administrator")
    parser.add_argument("--area", action="append", default=[], help="division code; repeat for several")
    parser.add_argument("--unit", default="", help="office, as shown under the name")


def run(options: argparse.Namespace) -> int:
    """Make the user; 1 with one sentence when a word is wrong, and nothing is made."""
    from django.db import transaction

    from jobbridge.apps.accounts.models import Role, User
    from jobbridge.apps.accounts.scope import acting_as, system_actor
    from jobbridge.apps.areas.models import Area
    from jobbridge.kernel.division import padded

    try:
        codes = [padded(code) for code in options.area]
    except ValueError as error:
        return _refuse(f"区划代码不对：{error}")
    areas = list(Area.objects.filter(code__in=codes))
    if options.role not in Role.values:
        return _refuse(f"没有角色 {options.role}，可选：{'、'.join(Role.values)}")
    if not areas and not codes:
        return _refuse("请用 --area 指定负责区划：没有区划的用户什么也看不到")
    if missing := sorted(set(codes) - {area.code for area in areas}):
        return _refuse(f"没有区划 {'、'.join(missing)}，请先运行 jobbridge areas")
    if User.objects.filter(username=options.username).exists():
        return _refuse(f"用户 {options.username} 已存在")
    password = secrets.token_urlsafe(12)
    with transaction.atomic(), acting_as(system_actor("command")):
        user = User.objects.create_user(
            options.username, password=password, display_name=options.name, role=options.role, unit=options.unit
        )
        user.areas.set(areas)
    print(f"{options.username}  {password}")
    return 0


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1
