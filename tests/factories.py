"""Small made-up counties for tests: ids begin with 99, phones with 164."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from django.conf import settings

from jobbridge.apps.accounts.models import User
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.areas.models import Area
from jobbridge.apps.brokers.models import Broker
from jobbridge.apps.imports.models import SourceRecord
from jobbridge.apps.linkage.models import DataAgreement, FeedField, FeedSource
from jobbridge.apps.registry.models import (
    ContactPoint,
    EmploymentSpell,
    Household,
    Membership,
    Person,
    WorkStatement,
)
from jobbridge.kernel import citizen_id

DAY = date(2026, 11, 21)
_serial = count(1)


def make_areas() -> dict[str, Area]:
    """The county with two townships of two villages each."""
    county = settings.COUNTY_CODE
    rows = [
        ("500000000000", "重庆市", 1, None),
        (county.ljust(12, "0"), "云阳县", 3, "500000000000"),
        (f"{county}001000", "双江街道", 4, county.ljust(12, "0")),
        (f"{county}001001", "群益社区", 5, f"{county}001000"),
        (f"{county}001002", "梨园村", 5, f"{county}001000"),
        (f"{county}002000", "青龙街道", 4, county.ljust(12, "0")),
        (f"{county}002001", "复兴社区", 5, f"{county}002000"),
        (f"{county}002002", "马沱村", 5, f"{county}002000"),
    ]
    areas = {}
    for code, name, level, parent in rows:
        areas[code], _ = Area.objects.get_or_create(
            code=code, defaults={"name": name, "level": level, "parent_id": parent}
        )
    return areas


def make_user(username: str, role: str, *codes: str) -> User:
    user = User.objects.create_user(username, password="a-long-passphrase", display_name=username, role=role)
    user.areas.set(Area.objects.filter(code__in=codes))
    return user


def make_source(as_of: date = DAY, kind: str = "manual") -> SourceRecord:
    return SourceRecord.objects.create(key=f"test:{next(_serial)}", kind=kind, label="测试", as_of=as_of)


def on_offer(values: dict[str, Any]) -> dict[str, Any]:
    """The state of a post, active unless ``values`` name another, and that what is on offer was screened."""
    state = values.get("state", "active")
    screened = {"screened_on": DAY, "screened_by": "system:test"} if state in ("active", "paused") else {}
    return {"state": state, **screened}


def make_household(village: str = "500235001001", head: str = "覃平国", **values: Any) -> Household:
    number = next(_serial)
    return Household.objects.create(
        number=f"YY{number:06d}", head_name=head, region_code=village, source=make_source(), as_of=DAY, **values
    )


def citizen(birth: date, sex: str = "男") -> str:
    """A made-up id number with a valid check character."""
    number = next(_serial) % 450 * 2 + (1 if sex == "男" else 0)
    body = f"990101{birth:%Y%m%d}{number:03d}"
    return body + citizen_id.check_character(body)


def make_person(
    household: Household, name: str = "覃平国", birth: date = date(1980, 5, 1), sex: str = "男", **values: Any
) -> Person:
    number = values.pop("id_number", None) or citizen(birth, sex)
    source = make_source()
    person = Person.objects.create(
        household=household,
        name=name,
        birth_date=birth,
        sex=sex,
        id_sealed=sealer().seal(number, "id"),
        id_index=sealer().index(number, "id"),
        id_mask=citizen_id.mask(number),
        region_code=household.region_code,
        source=source,
        as_of=DAY,
        **{"labour_skill": "普通劳动力", "relation": "户主", **values},
    )
    Membership.objects.create(
        household=household, person=person, region_code=household.region_code, start=DAY, source=source, as_of=DAY
    )
    return person


def make_phone(person: Person, phone: str | None = None) -> ContactPoint:
    phone = phone or f"164{next(_serial):08d}"
    return ContactPoint.objects.create(
        person=person,
        region_code=person.region_code,
        phone_sealed=sealer().seal(phone, "phone"),
        phone_index=sealer().index(phone, "phone"),
        phone_mask=f"{phone[:3]}****{phone[-4:]}",
        primary=True,
        source=make_source(),
        as_of=DAY,
    )


def make_spell(person: Person, start: date, end: date | None = None, **values: Any) -> EmploymentSpell:
    as_of = values.pop("as_of", start)
    return EmploymentSpell.objects.create(
        person=person, region_code=person.region_code, start=start, end=end, source=make_source(as_of), as_of=as_of,
        **{"work_area": "4", "place_text": "浙江省义乌市", "place_code": "330782", **values},
    )  # fmt: skip


def make_statement(person: Person, as_of: date = DAY, **values: Any) -> WorkStatement:
    return WorkStatement.objects.create(
        person=person, region_code=person.region_code, source=make_source(as_of), as_of=as_of, **values
    )


def make_broker(village: str = "500235001001", name: str = "于丽林") -> Broker:
    return Broker.objects.create(name=name, region_code=village)


def make_agreements(*sources: str, **values: Any) -> list[DataAgreement]:
    """An agreement with each of these agencies, or with all seven, that permits everything and holds today."""
    return [
        DataAgreement.objects.create(
            **{
                "source": source,
                "agency": f"{FeedSource(source).label}部门",
                "legal_ground": "《就业促进法》第三十五条",
                "document_number": f"测试〔2026〕{next(_serial)}号",
                "fields": FeedField.values,
                "purpose": "返乡人员比对",
                "valid_from": date(2020, 1, 1),
                "valid_until": date(2099, 12, 31),
                "retention_days": 180,
                "registered_by": "system:test",
                "registered_at": "2026-01-01T09:00+08:00",
                **values,
            }
        )
        for source in sources or FeedSource.values
    ]
