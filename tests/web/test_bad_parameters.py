"""Whatever stands in an address or a form, the answer is a page, a sentence or a refusal: never an error of ours."""

from __future__ import annotations

import base64
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.web.addresses import LISTS, READ, WRITE, Address

HUGE = "9" * 40


def cursor(*parts: object) -> str:
    """A page token as somebody might forge it."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


CURSORS = [
    "x", "é", "\x00", "AAAA", "=" * 9, "AAAA:AAAAAA:AAAA", cursor(), cursor(0, None), cursor(0, {}), cursor("0", "x"),
    *(cursor(0, *["x"] * n) for n in (1, 2, 3)),
    *(cursor(0, value, value) for value in (1e400, 10**30, "\x00", "2026-02-30", "9" * 5000)),
]  # fmt: skip
WORDS = ["", " ", "\x00", "a\x00b", "%", "_", "'", '"><b>', "\\", "²", "٣", "-1", HUGE, "2026-02-30", "0001-01-01",
         "x" * 5000, "𠮷", "None", "[]"]  # fmt: skip
NAMES = ("q", "town", "view", "status", "group", "kind", "category", "on", "by", "state", "source", "purpose")
PAGED = [*LISTS, next(address for address in READ if address.name == "desk:import")]
readable = pytest.mark.parametrize("address", READ, ids=str)


@pytest.fixture
def browser(signed_in):
    """``browser(address)`` is signed in as somebody who may open it, and shows a 500 instead of raising."""

    def open_as(address: Address):
        client = signed_in(min(address.roles))
        client.raise_request_exception = False
        return client

    return open_as


@pytest.mark.parametrize("address", PAGED, ids=str)
def test_forged_page_tokens(browser, records, address: Address):
    client, url = browser(address), address.url(records)
    broken = [token for token in CURSORS if client.get(url, {"after": token}).status_code not in (200, 400)]
    assert not broken


@readable
def test_nonsense_in_every_parameter(browser, records, address: Address):
    client, url = browser(address), address.url(records)
    broken = [
        word[:40] for word in WORDS if client.get(url, dict.fromkeys(NAMES, word)).status_code not in (200, 400)
    ]
    assert not broken


@pytest.mark.parametrize("address", LISTS, ids=str)
def test_nonsense_in_one_parameter_at_a_time(browser, records, address: Address):
    client, url = browser(address), address.url(records)
    broken = [
        (name, word[:40])
        for name in ("q", "town", "on", "status")
        for word in WORDS
        if client.get(url, {name: word}, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="list").status_code not in (200, 400)
    ]
    assert not broken


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("desk:household", [HUGE]),
        ("desk:person", [HUGE]),
        ("desk:post", [HUGE]),
        ("desk:import", [HUGE]),
        ("desk:import_marked", [HUGE]),
        ("desk:reveal", [HUGE, "id"]),
        ("field:visit", [HUGE]),
    ],
)
def test_keys_beyond_every_table(signed_in, records, name: str, pieces: list[str]):
    client = signed_in("broker" if name.startswith("field:") else "county")
    assert client.get(reverse(name, args=pieces)).status_code == 404


@pytest.mark.parametrize("field", ["name", "phone_sealed", "id_index", "__class__"])
def test_other_fields_are_not_revealed(signed_in, records, field: str):
    url = reverse("desk:reveal", args=[records.person.pk, field])
    assert signed_in("county").post(url, {"reason": "看看"}).status_code == 404


FORMS = [
    ("desk:reveal", {"reason": word}) for word in ("\x00", "x" * 500, "𠮷")
] + [
    ("desk:assign", {"reason": word}) for word in ("\x00", "x" * 5000)
] + [
    ("desk:linkage_decide", {"person": word}) for word in ("²", "-1", HUGE, "\x00", "abc")
] + [
    ("desk:cycle_run", {"on": word}) for word in ("", "2026-02-30", "9999-12-31", "0001-01-01", "x", "\x00")
] + [
    ("desk:imports", {"as_of": word, "kind": word}) for word in ("x", "\x00")
] + [
    ("desk:import_columns", {"kind": word, "source": word, "sheet-0-column-0": word, "sheet-9-column-x": word})
    for word in ("x", "\x00", HUGE)
] + [
    ("desk:import_columns", {"sheet-0-column-0": "id_number", "sheet-0-column-1": "id_number"}),
    ("desk:import_decide", {"accept": "\x00"}),
    ("desk:import_decide", {"accept": "2"}),
] + [
    ("field:visit", {"key": "6f1c1f52-6d0e-4b8e-8b3c-444444444444", "met": "person", **more})
    for more in (
        {"key": "x"}, {"met": "\x00"}, {"met": "nobody"}, {"person-1": "S"}, {"person-²": "S"},
        {f"person-{HUGE}": "S"}, {"task": "²"}, {"task": HUGE}, {"need": "\x00"}, {"note": "\x00"},
        {"note": "x" * 5000},
    )
]  # fmt: skip


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_nonsense_in_forms(browser, records, name: str, form: dict[str, str]):
    address = next(address for address in WRITE if address.name == name)
    answer = browser(address).post(address.url(records), form)
    assert answer.status_code in (200, 302, 400, 404)


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04", b"\x00" * 3000])
@pytest.mark.parametrize("name", ["名册.xlsx", "x" * 300 + ".csv", "../../etc/passwd", "\u202e名册.xlsx", "a"])
def test_any_file_under_any_name(browser, records, name: str, content: bytes):
    address = next(address for address in READ if address.name == "desk:imports")
    answer = browser(address).post(reverse("desk:imports"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    assert browser(address).get(answer.url).status_code == 200
