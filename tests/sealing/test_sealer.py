"""Sealed values open for their own field and key, and for nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.sealing import Sealer, SealError, generate_keys, parse_keys

KEYS = generate_keys()


@pytest.fixture(params=["aes", "sm"])
def sealer(request):
    return Sealer(*parse_keys(KEYS), request.param)


@given(st.text(max_size=40))
def test_what_is_sealed_opens(text):
    for suite in ("aes", "sm"):
        sealer = Sealer(*parse_keys(KEYS), suite)
        assert sealer.open(sealer.seal(text, "id"), "id") == text


def test_twice_the_same_is_two_blobs_and_one_index(sealer):
    one, two = (sealer.seal("990101198005010011", "id") for _ in range(2))
    assert one != two
    assert sealer.index("990101198005010011", "id") == sealer.index("990101198005010011", "id")
    assert sealer.index("x", "id") != sealer.index("x", "phone")


def test_another_field_does_not_open(sealer):
    with pytest.raises(SealError):
        sealer.open(sealer.seal("16400000001", "phone"), "id")


def test_any_changed_byte_is_noticed(sealer):
    blob = sealer.seal("16400000001", "phone")
    for at in range(1, len(blob)):
        with pytest.raises(SealError):
            sealer.open(blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :], "phone")


def test_short_and_empty_blobs_are_refused(sealer):
    for blob in (b"", b"\x01", b"\x01" * 30):
        with pytest.raises(SealError):
            sealer.open(blob, "phone")


def test_old_keys_open_and_the_newest_seals():
    old = KEYS
    new = old + ";2:" + generate_keys().split(";")[0].removeprefix("1:")
    before = Sealer(*parse_keys(old)).seal("text", "id")
    sealer = Sealer(*parse_keys(new))
    assert sealer.open(before, "id") == "text"
    assert sealer.seal("text", "id")[0] == 2
    with pytest.raises(SealError, match="key version 2"):
        Sealer(*parse_keys(old)).open(sealer.seal("text", "id"), "id")


def test_blobs_of_both_suites_open_with_either(sealer):
    keys = parse_keys(KEYS)
    for suite in ("aes", "sm"):
        assert sealer.open(Sealer(*keys, suite).seal("text", "id"), "id") == "text"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at least one"),
        ("1:AAAA;index:AAAA", "32 bytes"),
        ("one:" + "A" * 43 + "=;index:" + "A" * 43 + "=", "must be named"),
        ("1:???;index:x", "base64"),
        ("200:" + "A" * 43 + "=;index:" + "A" * 43 + "=", "must be named"),
    ],
)
def test_bad_keys_are_named_not_shown(text, message):
    with pytest.raises(ValueError, match=message):
        parse_keys(text)
