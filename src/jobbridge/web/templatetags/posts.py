"""What the row of tabs over the pages of posts needs."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from jobbridge.web.desk.post_nav import posts_tabs

register = template.Library()


@register.simple_tag(takes_context=True)
def tabs_of_posts(context: Context) -> dict[str, Any]:
    """See `posts_tabs`; for whoever is signed in, today."""
    return posts_tabs(context["request"].actor, timezone.localdate())
