"""认一认: the broker's answer to whether a record is about somebody of the village."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobbridge.apps.linkage.models import VillageQuestion
from jobbridge.apps.linkage.review_models import Answer
from jobbridge.apps.linkage.village import TooLate, reply
from jobbridge.web.access import BROKERS, page_for

NOTE_LENGTH = 200


@require_POST
@page_for(BROKERS)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes, no, or somebody unknown; it goes back to the clerk who asked."""
    said = request.POST.get("answer", "")
    if said not in Answer.values:
        raise BadRequest("answer")
    note = request.POST.get("note", "").strip()[:NOTE_LENGTH]
    try:
        reply(actor=request.actor, question_id=pk, answer=Answer(said), note=note, now=timezone.now())
    except VillageQuestion.DoesNotExist:
        raise Http404 from None
    except TooLate:
        messages.error(request, _("这一问已经收回或过期，不用再答。"))
    else:
        messages.success(request, _("谢谢，已告诉经办人。"))
    return redirect("field:today")
