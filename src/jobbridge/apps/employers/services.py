"""Registering employers, giving them a specialist and a log-in, and reading their phone."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from jobbridge.apps.accounts.models import Role, User
from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.audit.models import AuditEntry, Unmasking
from jobbridge.apps.employers.models import Employer, EmployerAccount, EmployerKind
from jobbridge.apps.employers.querysets import COUNTY
from jobbridge.apps.imports.models import SourceRecord
from jobbridge.kernel import credit_code, phone
from jobbridge.kernel.text import squeeze

CLERKS = COUNTY | {Role.TOWNSHIP}


class EmployerRefused(ValueError):
    """It cannot be done as it stands; the message says why."""


class NameDiffers(EmployerRefused):
    """The credit code is on record under another name, which only somebody who says so corrects."""

    def __init__(self, name: str) -> None:
        super().__init__("这个代码登记的是另一个单位")
        self.name = name


def stated(*, actor: Actor, now: datetime) -> SourceRecord:
    """The source of what somebody enters by hand: one for each person and day."""
    day = timezone.localdate(now)
    source, _ = SourceRecord.objects.get_or_create(
        key=f"manual:{actor.key}:{day}",
        defaults={"kind": "manual", "label": f"人工录入：{actor.name}"[:120], "as_of": day, "verified_by": actor.key},
    )
    return source


@transaction.atomic
def register(
    *,
    actor: Actor,
    name: str,
    code: str,
    now: datetime,
    kind: str = EmployerKind.EMPLOYER,
    industry: str = "",
    contact_name: str = "",
    contact_phone: str = "",
    place_code: str = "",
    rename: bool = False,
) -> Employer:
    """Put an employer on record, or correct what is known of it; its credit code tells which it is.

    Raises PermissionDenied for others than clerks, EmployerRefused with the sentence for the page; NameDiffers for a
    code that is on record under another name, unless ``rename`` says that the new one is right.
    """
    if actor.role not in CLERKS:
        raise PermissionDenied
    name, number = squeeze(name), phone.clean(contact_phone)
    if not name:
        raise EmployerRefused("请填写单位名称")
    if contact_phone.strip() and not phone.is_valid(contact_phone):
        raise EmployerRefused("联系电话不对，请核对")
    if kind not in EmployerKind.values:
        raise EmployerRefused("请选择单位性质")
    known = checked(code)
    source = stated(actor=actor, now=now)
    # Two who bring in the same employer at once: the second finds what the first wrote.
    found, made = Employer.objects.select_for_update().get_or_create(
        credit_code=known, defaults={"name": name[:80], "source": source, "as_of": source.as_of}
    )
    if not made and not Employer.objects.answered_by(actor).filter(pk=found.pk).exists():
        raise EmployerRefused("这个单位已经登记，由县里或它的人社专员维护")
    if squeeze(found.name) != name[:80] and not rename:
        raise NameDiffers(found.name)
    found.name, found.kind, found.source, found.as_of = name[:80], kind, source, source.as_of
    # A blank never erases.
    found.industry = industry.strip()[:40] or found.industry
    found.contact_name = contact_name.strip()[:40] or found.contact_name
    found.place_code = place_code or found.place_code
    if actor.role == Role.TOWNSHIP and found.specialist_id is None:
        found.specialist_id = actor.user_id  # whoever brings an employer in looks after it
    if number:
        found.phone_sealed, found.phone_mask = sealer().seal(number, "phone"), phone.mask(number)
    found.save()
    return found


def former_names(employer: Employer) -> QuerySet[AuditEntry]:
    """The changes of its name, the newest first, each with the record before and after."""
    changes = AuditEntry.objects.filter(table_name=Employer._meta.db_table, row_id=str(employer.pk), operation="U")
    return changes.exclude(before__name=F("after__name")).order_by("-at", "-pk")


def checked(code: str) -> str:
    """The credit code in its plain form; EmployerRefused when its check character is wrong."""
    if not credit_code.is_valid(code):
        raise EmployerRefused("统一社会信用代码不对，请核对18位代码")
    return credit_code.clean(code)


@transaction.atomic
def assign(*, actor: Actor, employer_id: int, user_id: int | None, now: datetime) -> Employer:
    """Make a clerk the specialist of an employer, or nobody.

    Raises PermissionDenied outside the county, Employer.DoesNotExist, EmployerRefused for somebody who is no clerk.
    """
    if actor.role not in COUNTY:
        raise PermissionDenied
    employer = Employer.objects.select_for_update().get(pk=employer_id)
    user = User.objects.filter(pk=user_id, is_active=True, role__in=CLERKS).first() if user_id else None
    if user_id and user is None:
        raise EmployerRefused("专员须是在用的县级或乡镇经办")
    employer.specialist = user
    employer.save(update_fields=["specialist"])
    return employer


@transaction.atomic
def open_account(
    *, actor: Actor, employer_id: int, username: str, name: str, now: datetime, password: str = ""
) -> tuple[EmployerAccount, str]:
    """A log-in for an employer, with its first password, which is told once.

    Raises PermissionDenied outside the county, Employer.DoesNotExist, EmployerRefused for a name that is taken.
    """
    if actor.role not in COUNTY:
        raise PermissionDenied
    employer = Employer.objects.get(pk=employer_id)
    username, name = squeeze(username), squeeze(name)
    if not 3 <= len(username) <= 30 or not username.isascii() or not username.isalnum():
        raise EmployerRefused("登录名用3到30个字母或数字")
    if not name:
        raise EmployerRefused("请填写使用人姓名")
    if User.objects.filter(username=username).exists():
        raise EmployerRefused("这个登录名已有人用，请换一个")
    password = password or secrets.token_urlsafe(12)
    user = User.objects.create_user(
        username, password=password, display_name=name[:30], role=Role.EMPLOYER, unit=employer.name[:60]
    )
    account = EmployerAccount.objects.create(user=user, employer=employer, opened_by=actor.key, opened_at=now)
    return account, password


@transaction.atomic
def close_account(*, actor: Actor, account_id: int) -> None:
    """Nobody signs in with this account any more; what it did stays on record.

    Raises PermissionDenied outside the county, EmployerAccount.DoesNotExist.
    """
    if actor.role not in COUNTY:
        raise PermissionDenied
    user = EmployerAccount.objects.select_related("user").get(pk=account_id).user
    user.is_active = False
    user.save(update_fields=["is_active"])


def reveal_phone(*, actor: Actor, employer: Employer, reason: str) -> str:
    """The phone in full; "" when there is none. The reading is recorded first.

    Raises PermissionDenied for others than clerks who act for it, ValueError without a reason.
    """
    if actor.role not in CLERKS or not Employer.objects.answered_by(actor).filter(pk=employer.pk).exists():
        raise PermissionDenied
    if not reason.strip():
        raise ValueError("查看原文要写明理由")
    if employer.phone_sealed is None:
        return ""
    Unmasking.objects.create(
        actor=actor.key, subject=f"employer:{employer.pk}", field="phone", reason=reason.strip()[:120]
    )
    return sealer().open(bytes(employer.phone_sealed), "phone")


def employer_of(actor: Actor) -> Employer:
    """The employer for whom this user signed in. Employer.DoesNotExist when the account belongs to none."""
    return Employer.objects.get(accounts__user=actor.user_id)
