"""Structured logs, one JSON object a line; ids, phones and links are masked whatever a message contains."""

from __future__ import annotations

import json
import logging
import re

# Runs of 11, 15, 17 or 18 digits are phones or ids; a log keeps only their ends.
_PERSONAL = re.compile(r"(?<!\d)(\d{3})\d{4,11}(\d{3}[\dXx])(?!\d)")


# What stands in the address of a person's own page opens it.
_LINK = re.compile(r"(?<=/w/)[^/\s\"']+")


def scrub(text: str) -> str:
    """Mask everything in ``text`` that could be a phone, an id number or the code of a person's link."""
    return _LINK.sub("…", _PERSONAL.sub(r"\1****\2", text))


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message and, for errors, the traceback: all scrubbed."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        if record.exc_info:
            entry["traceback"] = scrub(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)
