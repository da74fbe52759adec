"""The demo's users: one for each role, the broker of the village with the most urgent household."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from django.conf import settings
from django.db import transaction

from jobbridge.apps.accounts.models import Role, User
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.areas.models import Area, ManagementArea
from jobbridge.apps.brokers.models import Broker
from jobbridge.apps.messaging.models import Message
from jobbridge.apps.targeting.models import HouseholdStatus

OFFICES = (
    ("county", "周敏", Role.COUNTY, "县人社局 · 就业股"),
    ("leader", "罗建国", Role.LEADER, "县政府"),
    ("admin", "系统管理员", Role.ADMINISTRATOR, "县人社局 · 信息中心"),
)


@transaction.atomic
def create_users(password: str) -> None:
    """County-wide users and one for each of two neighbouring townships; known ones are left alone."""
    with acting_as(system_actor("demo")):
        county = Area.objects.get(code=settings.COUNTY_CODE.ljust(12, "0"))
        for username, name, role, unit in OFFICES:
            _user(username, name, role, unit, county, password)
        for number, town in enumerate(Area.objects.filter(parent=county).order_by("code")[:2], 1):
            _user(f"town{number}", f"{town.name}经办", Role.TOWNSHIP, f"{town.name}社保所", town, password)


def load_settlements(county: Path) -> None:
    """Settlement sites as management areas over the township they lie in."""
    path = county / "settlements.csv"
    if not path.exists():
        return
    towns = {area.name: area for area in Area.objects.filter(parent_id=settings.COUNTY_CODE.ljust(12, "0"))}
    with path.open(encoding="utf-8-sig") as rows, acting_as(system_actor("demo")):
        for row in csv.reader(rows):
            if len(row) >= 2 and row[1] in towns:
                site, _ = ManagementArea.objects.get_or_create(name=row[0], defaults={"kind": "settlement"})
                site.areas.add(towns[row[1]])


def log_ins(password: str) -> str:
    """Who can sign in, with the broker who has most to do today."""
    with acting_as(system_actor("demo")):
        urgent = (
            HouseholdStatus.objects.filter(urgency__gt=0)
            .order_by("-urgency", "household_id")
            .values_list("region_code", flat=True)
        )
        for code in urgent[:50]:
            broker = Broker.objects.filter(region_code=code, active=True).first()
            if broker:
                village = Area.objects.select_related("parent").get(code=code)
                user = broker.user or _user(
                    "broker", broker.name, Role.BROKER, f"{village.parent.name} · {village.name}", village, password
                )
                if broker.user is None and not Broker.objects.filter(user=user).exists():
                    broker.user = user
                    broker.save(update_fields=["user"])
                break
    lines = [f"账号  {user.username:<8} {user.display_name}（{user.unit}）" for user in User.objects.order_by("id")]
    return "\n".join([*lines, f"密码  {password}（仅供演示）"])


def worker_page() -> str:
    """The page that one of the day's messages leads to."""
    with acting_as(system_actor("demo")):
        sent = Message.objects.filter(template="recommend_posts", body__contains="/w/").order_by("-pk").first()
    link = re.search(r"https?://\S+/w/\S+/", sent.body) if sent else None
    return f"求职者  {link[0]}（短信里的链接，不用登录）" if link else ""


def _user(username: str, name: str, role: str, unit: str, area: Area, password: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, password=password, display_name=name, role=role, unit=unit)
        user.areas.add(area)
    return user
