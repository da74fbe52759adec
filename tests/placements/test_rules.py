"""What a number sent back means: the post that stood under it in the message, for good."""

import pytest

from jobbridge.apps.placements.rules import chosen, digest_key


@pytest.mark.parametrize(
    ("ranks", "text", "rank"),
    [
        ([1, 2, 3], "1", 1), ([1, 2, 3], " ３。", 3), ([1, 2, 3], "2号", 2), ([1, 3], "2", 3), ([2], "1", 2),
        ([1, 3], "3", None), ([2], "2", None), ([1, 2, 3], "0", None), ([1, 2, 3], "4", None),
        ([1, 2, 3], "12", None), ([1, 2, 3], "1和2", None), ([1, 2, 3], "好", None), ([1, 2, 3], "", None),
    ],
)  # fmt: skip
def test_a_number_means_the_post_listed_under_it(ranks, text, rank):
    assert chosen(digest_key(17, 4, ranks), text) == (None if rank is None else (17, rank))


@pytest.mark.parametrize("key", ["", "recommend:17:4", "shortlist:17:4", "recommend:x:4:1", "recommend:17:4:"])
def test_a_message_of_another_kind_has_no_numbers(key):
    assert chosen(key, "1") is None
