"""What an answer to a digest means: a number is the post that stood under it in the message, for good."""

import pytest

from jobbridge.apps.placements.rules import Answer, Listed, digest_key, listing, understood


@pytest.mark.parametrize(
    ("ranks", "text", "rank"),
    [
        ([1, 2, 3], "1", 1), ([1, 2, 3], " ３。", 3), ([1, 2, 3], "2号", 2), ([1, 3], "2", 3), ([2], "1", 2),
        ([1, 3], "3", None), ([2], "2", None), ([1, 2, 3], "0", None), ([1, 2, 3], "4", None),
        ([1, 2, 3], "12", None), ([1, 2, 3], "1和2", None), ([1, 2, 3], "好", None), ([1, 2, 3], "", None),
    ],
)  # fmt: skip
def test_a_number_means_the_post_listed_under_it(ranks, text, rank):
    assert understood(digest_key(17, 4, ranks), text) == (None if rank is None else Answer(17, (rank,)))


@pytest.mark.parametrize("key", ["", "recommend:17:4", "shortlist:17:4", "recommend:x:4:1", "recommend:17:4:"])
def test_a_message_of_another_kind_has_no_numbers(key):
    assert understood(key, "1") is None
    assert understood(key, "不合适") is None


@pytest.mark.parametrize(
    ("ranks", "text", "refused", "reason"),
    [
        ([1, 2, 3], "2太远", [2], "far"), ([1, 3], "2，工资太低了。", [3], "wage"),
        ([1, 2], "１号 不包住", [1], "lodging"),
        ([1, 2, 3], "不合适", [1, 2, 3], "other"), ([1, 2], "都不合适", [1, 2], "other"),
        ([1, 2], "已经有工作了", [1, 2], "employed"), ([1, 2], "要带孩子", [1, 2], "family"),
        ([2], "太远了", [2], "far"), ([1, 2], "都太远", [1, 2], "far"),
        # Which of the two? And what is no plain word is for a person.
        ([1, 2], "太远", None, ""), ([1, 2], "3太远", None, ""), ([1, 2], "太远了，有近点的吗", None, ""),
        ([1, 2], "1都不合适", None, ""), ([1, 2], "不", None, ""), ([1, 2], "2合适", None, ""),
    ],
)  # fmt: skip
def test_a_reason_is_a_no_to_what_it_names(ranks, text, refused, reason):
    said = understood(digest_key(17, 4, ranks), text)
    assert said == (None if refused is None else Answer(17, tuple(refused), reason))


POSTS = [
    Listed("缝纫车工", "云阳县双江街道滨江路", 3500, 4500, True),
    Listed("电子装配工", "重庆市渝北区", 5000, 6500, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (60, "1.缝纫车工，云阳县双江街道滨江路，3500-4500元，包住；2.电子装配工，重庆市渝北区，5000-6500元"),
        (50, "1.缝纫车工，3500-4500元，包住；2.电子装配工，5000-6500元"),
        (30, "1.缝纫车工，3500-4…；2.电子装配工，5000-…"),
    ],
)
def test_the_posts_of_a_message_keep_to_its_room(room, text):
    assert listing(POSTS, room) == text
    assert len(text) <= room
