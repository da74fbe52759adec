"""Agreements with the agencies: registering and ending them, and what one permits of a list on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.files.services import store
from jobbridge.apps.imports.handlers import Terms
from jobbridge.apps.imports.models import BatchState, ImportBatch, Kind
from jobbridge.apps.linkage.models import DataAgreement, FeedField, FeedSource

KEEPERS = frozenset({Role.COUNTY, Role.ADMINISTRATOR})
WARN_DAYS = 30  # before an agreement ends it is on the desk
UNAGREED_DAYS = 30  # a list without an agreement is not taken in; the file goes when nobody has settled it by then
LONGEST_RETENTION = 1_825  # days
IDENTIFYING = {FeedField.NAME, FeedField.ID, FeedField.PHONE}

# Fields of the columns that one word of an agreement covers.
COVERS = {
    FeedField.PLACE: ("place", "town", "county", "village_code"),
    **{field: (field.value,) for field in FeedField if field != FeedField.PLACE},
}

_PASSAGE = (FeedField.NAME, FeedField.PHONE, FeedField.SEEN, FeedField.DIRECTION)
_TICKET = (FeedField.NAME, FeedField.ID, *_PASSAGE[1:], FeedField.TRIP)
# What the lists of an agency usually have; those of an agency that is not here may have anything.
USUAL = {
    **dict.fromkeys((FeedSource.MOBILE, FeedSource.UNICOM, FeedSource.TELECOM), _PASSAGE),
    **dict.fromkeys((FeedSource.RAILWAY, FeedSource.ROAD), _TICKET),
    FeedSource.POLICE: tuple(field for field in FeedField if field != FeedField.TRIP),
    FeedSource.BIGDATA: (*_PASSAGE, FeedField.ID, FeedField.PLACE, FeedField.SEX),
}


class AgreementRefused(ValueError):
    """The agreement cannot be registered as it stands; the message says why."""


def in_force(source: str, day: date) -> DataAgreement | None:
    """The agreement that holds for this source on this day."""
    rows = DataAgreement.objects.filter(source=source, valid_from__lte=day, valid_until__gte=day, ended_on=None)
    return rows.order_by("-valid_from", "-pk").first()


def terms_of_feed(source: str, received: date) -> Terms:
    """Whether a list of this agency may be taken in today, which columns may be read, and until when it is kept.

    A list that names its agency row by row is judged row by row; its file goes soon.
    """
    soon = received + timedelta(days=UNAGREED_DAYS)
    if source not in FeedSource.values:
        return Terms(keep_until=soon)
    agreement = in_force(source, timezone.localdate())
    if agreement is None:
        label = FeedSource(source).label
        return Terms(refusal=f"没有{label}有效的数据协议，不能导入；请在“数据比对—协议”登记后再导入", keep_until=soon)
    return Terms(withheld=withheld(agreement), keep_until=received + timedelta(days=agreement.retention_days))


def withheld(agreement: DataAgreement) -> frozenset[str]:
    """Fields of a list that the agreement does not permit to be read."""
    barred = set(FeedField.values) - set(agreement.fields)
    return frozenset(name for field in barred for name in COVERS[FeedField(field)])


@transaction.atomic
def register(
    *,
    actor: Actor,
    source: str,
    agency: str,
    legal_ground: str,
    document_number: str,
    fields: Sequence[str],
    purpose: str,
    valid_from: date,
    valid_until: date,
    retention_days: int,
    now: datetime,
    signed: tuple[str, bytes] | None = None,
) -> DataAgreement:
    """Put an agreement on record; lists that waited for one are taken up again by the next cycle.

    Raises PermissionDenied for roles that keep none, AgreementRefused with the sentence for the page.
    """
    _keeper(actor)
    texts = {"提供单位": agency, "法律依据": legal_ground, "文号": document_number, "用途": purpose}
    if empty := [name for name, text in texts.items() if not text.strip()]:
        raise AgreementRefused(f"请填写{'、'.join(empty)}")
    if source not in FeedSource.values:
        raise AgreementRefused("请选择来源")
    if unknown := set(fields) - set(FeedField.values):
        raise AgreementRefused(f"没有字段“{'、'.join(sorted(unknown))}”")
    if not IDENTIFYING & set(fields):
        raise AgreementRefused("姓名、证件号码、手机号至少许可一项，否则无法比对")
    if valid_until < valid_from:
        raise AgreementRefused("到期日早于生效日")
    if not 1 <= retention_days <= LONGEST_RETENTION:
        raise AgreementRefused(f"保存天数应在1到{LONGEST_RETENTION}天之间")
    _one_at_a_time(source)
    clash = _holding(source).filter(valid_from__lte=valid_until, valid_until__gte=valid_from).first()
    if clash:
        raise AgreementRefused(f"这段时间已有协议{clash.document_number}，请先终止它")
    agreement = DataAgreement.objects.create(
        source=source,
        agency=agency.strip()[:60],
        legal_ground=legal_ground.strip()[:120],
        document_number=document_number.strip()[:60],
        fields=[field for field in FeedField.values if field in fields],
        purpose=purpose.strip()[:120],
        valid_from=valid_from,
        valid_until=valid_until,
        retention_days=retention_days,
        signed=store(actor=actor, name=signed[0], content=signed[1]) if signed else None,
        registered_by=actor.key,
        registered_at=now,
    )
    waiting = ImportBatch.objects.visible_to(actor).filter(kind=Kind.FEED, source=source, state=BatchState.MAPPING)
    waiting.update(state=BatchState.UPLOADED, message="")
    return agreement


def end(*, actor: Actor, agreement_id: int, on: date) -> DataAgreement:
    """End an agreement before its time: from now on no list is taken in under it. Again changes nothing.

    What was taken in stays until its own day of deletion.
    """
    _keeper(actor)
    agreement = DataAgreement.objects.select_for_update().get(pk=agreement_id)
    if agreement.ended_on is None:
        agreement.ended_on, agreement.ended_by = on, actor.key
        agreement.save(update_fields=["ended_on", "ended_by"])
    return agreement


def ending_soon(day: date) -> QuerySet[DataAgreement]:
    """Agreements that run out within ``WARN_DAYS`` and have no successor."""
    later = _holding().filter(valid_until__gt=day + timedelta(days=WARN_DAYS)).values("source")
    soon = Q(valid_from__lte=day, valid_until__gte=day, valid_until__lte=day + timedelta(days=WARN_DAYS))
    return _holding().filter(soon).exclude(source__in=later)


def _holding(source: str = "") -> QuerySet[DataAgreement]:
    rows = DataAgreement.objects.filter(ended_on=None)
    return rows.filter(source=source) if source else rows


def _one_at_a_time(source: str) -> None:
    """Until the end of the transaction nobody else registers an agreement of this source: two would not see each
    other's, and both hold on one day.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"agreement:{source}"])


def _keeper(actor: Actor) -> None:
    if actor.is_person and actor.role not in KEEPERS:
        raise PermissionDenied
