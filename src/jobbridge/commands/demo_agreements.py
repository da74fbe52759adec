"""The demo's agreements: one with each of the seven agencies, so that their lists may be taken in."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.linkage.agreements import USUAL, register
from jobbridge.apps.linkage.models import DataAgreement, FeedField, FeedSource

LAW = "《就业促进法》第三十五条、《个人信息保护法》第十三条"
PURPOSE = "核实返乡人员与就业状况，开展就业服务"

# source, agency, document, fields, days until it runs out, days the lists are kept
AGREEMENTS = (
    ("police", "云阳县公安局", "示范数据〔2026〕1号", tuple(FeedField), 400, 180),
    ("railway", "铁路示范客运段", "示范数据〔2026〕2号", USUAL[FeedSource.RAILWAY], 300, 90),
    ("road", "云阳县道路客运示范公司", "示范数据〔2026〕3号", USUAL[FeedSource.ROAD], 300, 90),
    ("mobile", "移动示范分公司", "示范数据〔2026〕4号", USUAL[FeedSource.MOBILE], 210, 60),
    ("unicom", "联通示范分公司", "示范数据〔2026〕5号", USUAL[FeedSource.UNICOM], 210, 60),
    ("telecom", "电信示范分公司", "示范数据〔2026〕6号", USUAL[FeedSource.TELECOM], 21, 60),
    ("bigdata", "云阳县大数据局", "示范数据〔2026〕7号", tuple(set(FeedField) - {FeedField.SEX}), 500, 180),
)


@transaction.atomic
def register_agreements(on: date) -> None:
    """Agreements in force on the demo's day and on today's; known ones are left alone."""
    today = timezone.localdate()
    with acting_as(system_actor("demo")) as actor:
        known = set(DataAgreement.objects.values_list("source", flat=True))
        for source, agency, document, fields, days, retention in AGREEMENTS:
            if source not in known:
                register(
                    actor=actor,
                    source=source,
                    agency=agency,
                    legal_ground=LAW,
                    document_number=document,
                    fields=fields,
                    purpose=PURPOSE,
                    valid_from=min(on, today) - timedelta(days=150),
                    valid_until=today + timedelta(days=days),
                    retention_days=retention,
                    now=timezone.now(),
                )
