"""协议: with which agency, on what ground, which fields, until when; and what was deleted because time was up."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jobbridge.apps.files.services import read
from jobbridge.apps.linkage import agreements as keeping
from jobbridge.apps.linkage.models import DataAgreement, Deletion, FeedField, FeedSource
from jobbridge.web.access import COUNTY, page_for, wants_fragment
from jobbridge.web.fields import day_of, whole_of
from jobbridge.web.paging import page_of

LOG = 8
DEFAULT_RETENTION = 180
STATES = {
    "ended": (gettext_lazy("已终止"), ""),
    "over": (gettext_lazy("已到期"), ""),
    "coming": (gettext_lazy("未生效"), ""),
    "soon": (gettext_lazy("即将到期"), "tag-amber"),
    "holds": (gettext_lazy("生效中"), "tag-teal"),
}
TEXTS = ("source", "agency", "legal_ground", "document_number", "purpose")


@page_for(COUNTY)
def agreements(request: HttpRequest) -> HttpResponse:
    """All agreements, the newest first; a post registers another."""
    if wants_fragment(request, "fields"):  # another agency was chosen in the form
        return render(request, "desk/linkage_agreements.html#fields", _fields(request, request.GET.get("source", "")))
    refusal = ""
    if request.method == "POST":
        try:
            _register(request)
        except keeping.AgreementRefused as error:
            refusal = _(str(error))
        else:
            messages.success(request, _("协议已登记，等它的数据会在下一次每日循环并入。"))
            return redirect("desk:linkage_agreements")
    today = timezone.localdate()
    page = page_of(
        DataAgreement.objects.select_related("signed"), order=("-id",), cursor=request.GET.get("after", "")
    )
    for row in page:
        row.label, row.tone = STATES[_state(row, today)]
        row.open = row.ended_on is None and row.valid_until >= today
        row.permitted = [FeedField(field).label for field in row.fields]
    context = {
        "page": page,
        "refusal": refusal,
        "given": _given(request, today),
        "sources": FeedSource.choices,
        **_fields(request, FeedSource.values[0]),
        "missing": _missing(today),
        "deletions": Deletion.objects.select_related("batch__file").order_by("-on", "-pk")[:LOG],
    }
    return render(request, "desk/linkage_agreements.html", context, status=422 if refusal else 200)


def _fields(request: HttpRequest, source: str) -> dict[str, Any]:
    """The fields to tick: as they were sent, or what the agency's lists usually have."""
    usual = keeping.USUAL.get(source, FeedField.values)
    return {
        "fields": FeedField.choices,
        "chosen": request.POST.getlist("fields") if request.method == "POST" else usual,
    }


def _given(request: HttpRequest, today: date) -> dict[str, str]:
    """The fields of the form as they were sent, or as they start."""
    blank = dict.fromkeys((*TEXTS, "valid_until"), "")
    start = blank | {"valid_from": today.isoformat(), "retention_days": str(DEFAULT_RETENTION)}
    return {name: request.POST.get(name, value) for name, value in start.items()}


def _state(row: DataAgreement, today: date) -> str:
    if row.ended_on:
        return "ended"
    if row.valid_until < today:
        return "over"
    if row.valid_from > today:
        return "coming"
    return "soon" if (row.valid_until - today).days <= keeping.WARN_DAYS else "holds"


def _missing(today: date) -> list[str]:
    """Agencies without an agreement today: their lists are refused."""
    holding = DataAgreement.objects.filter(valid_from__lte=today, valid_until__gte=today, ended_on=None)
    known = set(holding.values_list("source", flat=True))
    return [label for source, label in FeedSource.choices if source not in known]


def _register(request: HttpRequest) -> None:
    form = request.POST
    signed = request.FILES.get("signed")
    begins, ends = day_of(form.get("valid_from", "")), day_of(form.get("valid_until", ""))
    if begins is None or ends is None:
        raise keeping.AgreementRefused("请填写生效日和到期日")
    keeping.register(
        actor=request.actor,
        **{name: form.get(name, "") for name in TEXTS},
        fields=form.getlist("fields"),
        valid_from=begins,
        valid_until=ends,
        retention_days=whole_of(form.get("retention_days", "")),
        now=timezone.now(),
        signed=(signed.name, signed.read()) if signed else None,
    )


@require_POST
@page_for(COUNTY)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an agreement before its time."""
    try:
        keeping.end(actor=request.actor, agreement_id=pk, on=timezone.localdate())
    except DataAgreement.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("协议已终止，该部门的数据不再收取；已收取的到期删除。"))
    return redirect("desk:linkage_agreements")


@page_for(COUNTY)
def signed(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed document."""
    row = get_object_or_404(DataAgreement.objects.select_related("signed"), pk=pk)
    if row.signed is None:
        raise Http404
    response = HttpResponse(read(row.signed), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, row.signed.name)
    return response
