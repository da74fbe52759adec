"""The address of the database as Django's settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database_settings(url: str, *, pooled: bool) -> dict[str, Any]:
    """Settings of one database.

    What follows ``?`` in the URL (``sslmode=verify-full&sslrootcert=...``) reaches the driver: an address that asks
    for an encrypted connection never gets a plain one. Raises ValueError for a query that cannot be read.
    """
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    if pooled:
        options["pool"] = {"min_size": 2, "max_size": 12}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "OPTIONS": options,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
