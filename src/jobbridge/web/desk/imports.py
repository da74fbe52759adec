"""导入中心: hand in a file, say what its columns are, see which rows were refused and why, merge the good ones."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from procrastinate.contrib.django.models import ProcrastinateJob

from jobbridge.apps.files.services import read
from jobbridge.apps.imports import services
from jobbridge.apps.imports.columns import kind_tables
from jobbridge.apps.imports.models import BatchState, ImportBatch, ImportRow, Kind, RowState
from jobbridge.apps.imports.services import ImportRefused
from jobbridge.apps.imports.tasks import merge_job, stage_job
from jobbridge.apps.linkage.models import FeedSource
from jobbridge.web.access import CLERKS, page_for, wants_fragment
from jobbridge.web.desk.counts import counts_in_words
from jobbridge.web.fields import day_of
from jobbridge.web.paging import page_of
from jobbridge.web.templatetags.zhumo import tr

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
# Below this a file is read while the user waits (about 10,000 rows in a second); above it the worker does it.
SMALL_FILE = 2**20


@page_for(CLERKS)
def imports(request: HttpRequest) -> HttpResponse:
    """Everything that was handed in, the newest first; a post hands in another file."""
    if request.method == "POST":
        return _receive(request)
    rows = ImportBatch.objects.visible_to(request.actor).select_related("file", "marked")
    page = page_of(rows, order=("-id",), cursor=request.GET.get("after", ""))
    for item in page:
        item.words = _words(item)
    context = {"page": page, "kinds": Kind.choices, "today": timezone.localdate()}
    fragment = wants_fragment(request, "list")
    return render(request, "desk/imports.html#list" if fragment else "desk/imports.html", context)


def _words(found: ImportBatch) -> list[tuple[str, str]]:
    """What came of the rows; once merged, the outcomes say it and "waiting to be merged" would mislead."""
    hidden = {"valid"} if found.state == BatchState.MERGED else set()
    return counts_in_words({key: n for key, n in found.counts.items() if key not in hidden}, zeros=False)


def _receive(request: HttpRequest) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _("请先选一个文件。"))
        return redirect("desk:imports")
    kind = request.POST.get("kind", "")
    try:
        found = services.upload(
            actor=request.actor,
            name=upload.name,
            content=upload.read(),
            as_of=day_of(request.POST.get("as_of", "")) or timezone.localdate(),
            now=timezone.now(),
            kind=kind if kind in Kind.values else None,
        )
    except ImportRefused as refusal:
        messages.error(request, _(str(refusal)))
        return redirect("desk:imports")
    if upload.size <= SMALL_FILE:
        services.stage(actor=request.actor, batch=found)
    else:
        stage_job.defer(batch_id=found.pk, user_id=request.user.pk)
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
        "words": _words(found),
        "withheld": [header for sheet in found.mapping.values() for header in sheet.get("withheld", [])],
        "page": page_of(rows, order=("id",), cursor=request.GET.get("after", "")),
        "state": state,
        "tabs": [(code, RowState(code).label, found.counts.get(code, 0)) for code in TO_SHOW],
        "busy": _at_work(found),
        "open": found.state in services.OPEN_STATES,
    }
    fragment = wants_fragment(request, "list")
    return render(request, "desk/import.html#list" if fragment else "desk/import.html", context)


def _at_work(found: ImportBatch) -> bool:
    """Whether a job of this batch waits or runs."""
    names = (stage_job.name, merge_job.name)
    jobs = ProcrastinateJob.objects.filter(task_name__in=names, status__in=("todo", "doing"))
    return jobs.filter(args__batch_id=found.pk).exists()


@page_for(CLERKS)
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file and each of its columns is. A header matched by hand is known from then on."""
    found = _visible(request, pk)
    tables = kind_tables()
    if request.method == "POST":
        return _confirm(request, found)
    sheets = []
    for number, (name, layout) in enumerate(found.mapping.items()):
        table = tables.get(layout.get("kind") or found.kind)
        chosen = layout.get("columns", {})
        sheets.append(
            {
                "number": number,
                "name": name,
                "layout": layout,
                "fields": sorted(table.labels.items(), key=lambda item: item[1]) if table else [],
                "columns": [
                    (index, text, chosen.get(index, ""))
                    for index, text in sorted(layout.get("headers", {}).items(), key=lambda item: int(item[0]))
                ],
            }
        )
    context = {"batch": found, "sheets": sheets, "kinds": Kind.choices, "sources": FeedSource.choices}
    return render(request, "desk/import_columns.html", context)


def _confirm(request: HttpRequest, found: ImportBatch) -> HttpResponse:
    kind = request.POST.get("kind", "")
    another = bool(kind) and kind != found.kind
    source = request.POST.get("source", "")
    try:
        done = services.confirm_mapping(
            actor=request.actor,
            batch=found,
            # Another kind has other fields: let the columns be found anew.
            mapping={} if another else _choices(request, found),
            kind=kind if another and kind in Kind.values else None,
            source=source if source in FeedSource.values else None,
        )
    except ImportRefused as refusal:
        messages.error(request, _(str(refusal)))
        return redirect("desk:import_columns", pk=found.pk)
    if done.state == BatchState.MAPPING:
        messages.warning(request, tr(done.message))
        return redirect("desk:import_columns", pk=found.pk)
    messages.success(request, _("列已确认，下次遇到同样的表头会自动认出。"))
    return redirect("desk:import", pk=found.pk)


def _choices(request: HttpRequest, found: ImportBatch) -> dict[str, dict[str, dict[str, str]]]:
    """The field chosen for each column of each sheet; empty for one that is not taken in. Only what was changed."""
    changed: dict[str, dict[str, dict[str, str]]] = {}
    for number, (name, layout) in enumerate(found.mapping.items()):
        before = layout.get("columns", {})
        given = {
            index: request.POST.get(f"sheet-{number}-column-{index}", before.get(index, ""))
            for index in layout.get("headers", {})
        }
        changed[name] = {"columns": {i: value for i, value in given.items() if value != before.get(i, "")}}
    return changed


@require_POST
@page_for(CLERKS)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the good rows in."""
    found = _visible(request, pk)
    if found.file.size > SMALL_FILE:
        merge_job.defer(batch_id=found.pk, user_id=request.user.pk)
        messages.success(request, _("文件较大，已交给后台并入，可以先去做别的。"))
        return redirect("desk:import", pk=pk)
    try:
        done = services.merge(actor=request.actor, batch=found, now=timezone.now())
    except ImportRefused as refusal:
        messages.error(request, _(str(refusal)))
        return redirect("desk:import", pk=pk)
    if done.state == BatchState.MERGED:
        messages.success(request, _("好的行已并入台账。退回的行请下载标注文件，改好再传。"))
    else:
        messages.warning(request, tr(done.message))
    return redirect("desk:import", pk=pk)


@require_POST
@page_for(CLERKS)
def decide(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Settle a row that contradicts the ledger: take it in as it stands, or leave it out."""
    found = _visible(request, pk)
    waiting = get_object_or_404(ImportRow.objects.select_related("batch"), pk=row, batch=found)
    accept = request.POST.get("accept") == "1"
    try:
        services.decide(actor=request.actor, row=waiting, accept=accept, now=timezone.now())
    except ImportRefused as refusal:
        messages.error(request, _(str(refusal)))
    else:
        messages.success(request, _("已采用这一行。") if accept else _("已不采用这一行。"))
    return redirect("desk:import", pk=pk)


@require_POST
@page_for(CLERKS)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the batch up before it is merged."""
    try:
        services.cancel(actor=request.actor, batch=_visible(request, pk))
    except ImportRefused as refusal:
        messages.error(request, _(str(refusal)))
    return redirect("desk:imports")


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
