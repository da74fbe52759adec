"""One card of a list settled in place: htmx gets the card as it stands now, a plain form goes back to the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

Row = TypeVar("Row")
SETTLED = "settled"  # the tabs of the list hear it and count anew, under the filters of the page


def settled(
    request: HttpRequest, *, act: Callable[[], Row], card: Callable[[Row], HttpResponse], back: str
) -> HttpResponse:
    """Run ``act``; a ValueError is told in its own words, a row outside the scope is not found.

    Parameters
    ----------
    act : does it and returns the row.
    card : the row as a fragment, for htmx.
    back : name of the list's address.
    """
    try:
        row = act()
    except ObjectDoesNotExist:
        raise Http404 from None
    except ValueError as error:
        if request.htmx:
            return HttpResponse(_(str(error)), status=400)
        messages.error(request, _(str(error)))
        return redirect(back)
    if not request.htmx:
        return redirect(back)
    answer = card(row)
    answer["HX-Trigger"] = SETTLED
    return answer
