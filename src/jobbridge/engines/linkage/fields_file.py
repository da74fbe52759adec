"""Field sets on disk: YAML or JSON, by the ending of the path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from .fields import Field, FieldSet, Key, Level

_FIELD_WORDS = ("name", "column", "feed_column", "levels", "frequency", "clean")
_SET_WORDS = ("register_key", "feed_key", "auto", "review", "max_block", "max_cluster", "contradiction")


def read_fields(path: Path) -> FieldSet:
    """Read a field set.

    Raises
    ------
    ValueError
        Naming the file and what in it cannot be understood.
    """
    if path.suffix not in (".yaml", ".yml", ".json"):
        raise ValueError(f"{path}: a field set must end in .yaml, .yml or .json")
    try:
        text = path.read_text(encoding="utf-8")
        return parse_fields(json.loads(text) if path.suffix == ".json" else yaml.safe_load(text))
    except (ValueError, yaml.YAMLError) as problem:
        raise ValueError(f"{path}: {problem}") from None


def parse_fields(told: Any) -> FieldSet:
    """Turn plain lists and mappings into a field set; :class:`ValueError` says what is wrong with them."""
    words = _mapping(told, "the field set", ("fields", "blocks", *_SET_WORDS))
    settings = {word: _setting(word, words[word]) for word in _SET_WORDS if word in words}
    fields = tuple(_field(entry) for entry in _list(words.get("fields"), "fields"))
    blocks = tuple(
        tuple(Key.parse(str(key)) for key in ([block] if isinstance(block, str) else _list(block, "a block")))
        for block in _list(words.get("blocks"), "blocks")
    )
    return FieldSet(fields, blocks, **settings)


def _field(entry: Any) -> Field:
    words = _mapping({"name": entry} if isinstance(entry, str) else entry, "a field", _FIELD_WORDS)
    name = str(words.get("name", ""))
    if not isinstance(words.get("frequency", False), bool):
        raise ValueError(f"field {name!r}: frequency must be true or false, not {words['frequency']!r}")
    told: dict[str, Any] = {word: str(words[word]) for word in ("column", "feed_column") if word in words}
    if "clean" in words:
        told["clean"] = tuple(str(cleaner) for cleaner in _list(words["clean"], f"clean of field {name!r}"))
    try:
        if "levels" in words:
            told["levels"] = tuple(_level(level) for level in _list(words["levels"], "levels"))
    except ValueError as problem:
        raise ValueError(f"field {name!r}: {problem}") from None
    return Field(name, frequency=words.get("frequency", False), **told)


def _level(entry: Any) -> Level:
    if isinstance(entry, str):
        return Level(entry)
    if isinstance(entry, dict) and len(entry) == 1:
        ((kind, value),) = entry.items()
        return Level(str(kind), value)
    raise ValueError(f"a level is a word or one 'kind: value', not {entry!r}")


def _setting(word: str, value: Any) -> Any:
    wanted = str if word.endswith("_key") else int if word.startswith("max_") else (int, float)
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise ValueError(f"{word}: cannot be {value!r}")
    return value


def _mapping(value: Any, what: str, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} must be a mapping, not {value!r}")
    strange = [str(word) for word in value if word not in known]
    if strange:
        raise ValueError(f"{what}: unknown word(s) {', '.join(strange)} (known: {', '.join(known)})")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{what} must be a list with at least one entry, not {value!r}")
    return value
