"""导入中心: hand in a file, say what its columns are, see which rows were refused and why, merge the good ones."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jobbridge.apps.files.services import read
from jobbridge.apps.imports import services
from jobbridge.apps.imports.columns import kind_tables
from jobbridge.apps.imports.models import BatchState, ImportBatch, ImportRow, Kind, RowState
from jobbridge.web.access import CLERKS, page_for, wants_fragment
from jobbridge.web.desk.counts import counts_in_words
from jobbridge.web.paging import page_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STEPS = (gettext_lazy("上传"), gettext_lazy("对列"), gettext_lazy("校验"), gettext_lazy("并入"))
STEP_OF = {
    BatchState.UPLOADED: 1,
    BatchState.MAPPING: 1,
    BatchState.VALIDATED: 2,
    BatchState.MERGING: 3,
    BatchState.MERGED: 4,
    BatchState.FAILED: 1,
    BatchState.CANCELLED: 0,
}
TO_SHOW = (RowState.REFUSED, RowState.CONFLICT)


@page_for(CLERKS)
def imports(request: HttpRequest) -> HttpResponse:
    """Everything that was handed in, the newest first; a post hands in another file."""
    if request.method == "POST":
        return _receive(request)
    rows = ImportBatch.objects.visible_to(request.actor).select_related("file", "marked")
    page = page_of(rows, order=("-id",), cursor=request.GET.get("after", ""))
    for item in page:
        item.words = counts_in_words(item.counts)
    context = {"page": page, "kinds": Kind.choices, "today": timezone.localdate()}
    fragment = wants_fragment(request, "list")
    return render(request, "desk/imports.html#list" if fragment else "desk/imports.html", context)


def _receive(request: HttpRequest) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _("请先选一个文件。"))
        return redirect("desk:imports")
    if upload.size > settings.UPLOAD_LIMIT:
        messages.error(
            request, _("文件超过 {n} MB，请按乡镇拆开再传。").format(n=settings.UPLOAD_LIMIT // 2**20)
        )
        return redirect("desk:imports")
    kind = request.POST.get("kind", "")
    found = services.receive(
        actor=request.actor,
        name=upload.name,
        content=upload.read(),
        as_of=_day(request.POST.get("as_of", "")) or timezone.localdate(),
        kind=kind if kind in Kind.values else "",
    )
    return redirect("desk:import", pk=found.pk)


@page_for(CLERKS)
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: where it stands, what came of its rows, and what to do next."""
    found = _visible(request, pk)
    state = request.GET.get("state", "")
    state = state if state in TO_SHOW else ""
    rows = ImportRow.objects.filter(batch=found, state__in=[state] if state else TO_SHOW)
    context = {
        "batch": found,
        "step": STEP_OF[BatchState(found.state)],
        "steps": STEPS,
        "words": counts_in_words(found.counts),
        "page": page_of(rows, order=("id",), cursor=request.GET.get("after", "")),
        "state": state,
        "tabs": [(code, RowState(code).label, found.counts.get(code, 0)) for code in TO_SHOW],
        "busy": found.state == BatchState.MERGING,
        "address": request.get_full_path(),
    }
    fragment = wants_fragment(request, "list")
    return render(request, "desk/import.html#list" if fragment else "desk/import.html", context)


@page_for(CLERKS)
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column is. A confirmed header is known from then on."""
    found = _visible(request, pk)
    tables = kind_tables()
    if request.method == "POST":
        services.confirm_columns(actor=request.actor, batch=found, sheets=_choices(request, found))
        messages.success(request, _("列已确认，下次遇到同样的表头会自动认出。"))
        return redirect("desk:import", pk=pk)
    sheets = []
    for number, (name, layout) in enumerate(found.mapping.items()):
        table = tables.get(layout.get("kind") or found.kind)
        headers = layout.get("headers", {})
        chosen = layout.get("columns", {})
        sheets.append(
            {
                "number": number,
                "name": name,
                "layout": layout,
                "fields": sorted(table.labels.items(), key=lambda item: item[1]) if table else [],
                "columns": [(index, text, chosen.get(index, "")) for index, text in headers.items()],
            }
        )
    return render(request, "desk/import_columns.html", {"batch": found, "sheets": sheets, "kinds": Kind.choices})


def _choices(request: HttpRequest, found: ImportBatch) -> dict[str, dict[int, str]]:
    """Sheet name to the field chosen for each column; columns left empty are not taken in."""
    chosen: dict[str, dict[int, str]] = {}
    for number, (name, layout) in enumerate(found.mapping.items()):
        fields = {
            int(index): request.POST.get(f"sheet-{number}-column-{index}", "") for index in layout.get("headers", {})
        }
        chosen[name] = {index: field for index, field in fields.items() if field}
    return chosen


@require_POST
@page_for(CLERKS)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the good rows in."""
    found = _visible(request, pk)
    services.merge_batch(actor=request.actor, batch=found)
    messages.success(request, _("好的行已并入台账；退回的行请下载标注文件，改好再传。"))
    return redirect("desk:import", pk=pk)


@page_for(CLERKS)
def marked(request: HttpRequest, pk: int) -> HttpResponse:
    """The user's own workbook back, bad cells marked and the reason beside them."""
    found = _visible(request, pk)
    if found.marked is None:
        raise Http404
    response = HttpResponse(read(found.marked), content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, found.marked.name)
    return response


def _visible(request: HttpRequest, pk: int) -> ImportBatch:
    rows = ImportBatch.objects.visible_to(request.actor).select_related("file", "marked")
    return get_object_or_404(rows, pk=pk)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
