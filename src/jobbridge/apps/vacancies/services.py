"""Keeping posts ready for matching."""

from __future__ import annotations

from jobbridge.apps.vacancies.models import Post
from jobbridge.engines.occupations import classifier


def classify_posts() -> int:
    """Propose an occupation for posts that have none yet; staff may correct it. Returns how many."""
    fresh = list(Post.objects.filter(occupation="").only("id", "title").order_by("pk"))
    codes = classifier().codes(post.title for post in fresh)
    for post in fresh:
        post.occupation = codes[post.title] or "6-31-99-00"
    Post.objects.bulk_update(fresh, ["occupation"], batch_size=1000)
    return len(fresh)
