"""What providers say in their own words is kept and shown: never with a number in it."""

from __future__ import annotations

import pytest

from jobbridge.apps.messaging.channels import aliyun_codes, cloud, tencent_codes, wechat_codes


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("16400000001 in blocklist", "****0001 in blocklist"),
        ("[+8616400000001]", "[+****0001]"),
        ("990101199001011232", "****1232"),
        ("99010119900101123X!", "****!"),
        ("rid: 6565-12ab, code 45009", "rid: 6565-12ab, code 45009"),
        (None, ""),
    ],
)
def test_numbers_are_covered(said, kept):
    assert cloud.without_numbers(said) == kept


def test_unknown_codes_are_told_without_numbers():
    said = "receiver 16400000001 refused"
    told = [
        aliyun_codes.describe("isv.SOMETHING_NEW", said),
        tencent_codes.describe("FailedOperation.SomethingNew", said),
        wechat_codes.describe(99999, said),
    ]
    assert all("****0001" in text and "16400000001" not in text for text in told)
