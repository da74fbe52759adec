"""No copy of a page with personal data stays behind, and a fragment is never taken for the page."""

import pytest
from django.urls import reverse

from tests.web.conftest import HTMX


def vary(answer) -> set[str]:
    return {name.strip().lower() for name in answer["Vary"].split(",")}


@pytest.mark.parametrize("page", ["home", "households", "persons", "imports", "linkage", "tasks"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_pages_and_fragments_of_a_signed_in_user_are_not_stored(signed_in, page, headers):
    answer = signed_in("county").get(reverse(f"desk:{page}"), **headers)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert {"hx-request", "cookie"} <= vary(answer)


@pytest.mark.parametrize(
    ("name", "status"), [("desk:messages", 403), ("desk:household", 404), ("desk:import_marked", 404)]
)
def test_refusals_are_not_stored_either(signed_in, name, status):
    answer = signed_in("town").get(reverse(name, args=[] if status == 403 else [999_999]))
    assert answer.status_code == status
    assert "no-store" in answer["Cache-Control"]


def test_the_visitor_s_pages_are_not_stored(signed_in):
    answer = signed_in("broker").get(reverse("field:today"))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_after_log_out_nothing_is_left_to_show(signed_in):
    client = signed_in("county")
    assert "no-store" in client.post(reverse("logout"))["Cache-Control"]
    assert client.get(reverse("desk:persons")).status_code == 302


def test_what_shows_nobody_s_data_may_be_kept(client, db):
    assert "no-store" not in client.get("/healthz").get("Cache-Control", "")
