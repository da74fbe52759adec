"""Which column is which field: alias table, kind of sheet, source of a feed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

from jobbridge.apps.imports.headers import Header, find_header, hit, normalise, variants
from jobbridge.apps.imports.models import ColumnAlias, Kind
from jobbridge.apps.imports.reading import Sheet


@dataclass(frozen=True)
class KindTable:
    """What a kind of sheet consists of."""

    kind: str
    required: tuple[str, ...]
    one_of: tuple[tuple[str, ...], ...]
    signature: frozenset[str]
    fields: dict[str, str]  # normalised header -> field
    labels: dict[str, str]  # field -> the header people know it by
    leads: str  # a field that decides for this kind; "" for none
    tell: frozenset[str]  # normalised headers without which the kind is not guessed; empty: always


@dataclass
class SheetMap:
    """How one sheet is read. Kept as JSON in ``ImportBatch.mapping``."""

    kind: str
    header_row: int
    columns: dict[int, str] = field(default_factory=dict)
    headers: dict[int, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)  # headers of columns that may not be read

    def as_json(self) -> dict[str, Any]:
        """For the database and the mapping page; ``unmapped`` lists the columns nobody knows."""
        return {
            "kind": self.kind,
            "header_row": self.header_row,
            "columns": {str(column): name for column, name in self.columns.items()},
            "headers": {str(column): text for column, text in self.headers.items()},
            "unmapped": [
                [column, text] for column, text in self.headers.items() if column not in self.columns
            ],
            "missing": self.missing,
            "withheld": self.withheld,
        }

    def without(self, fields: frozenset[str]) -> SheetMap:
        """The same sheet with the columns of these fields left unread."""
        return replace(self, columns={at: name for at, name in self.columns.items() if name not in fields})

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SheetMap:
        """Read back what ``as_json`` gave."""
        return cls(
            kind=data["kind"],
            header_row=int(data["header_row"]),
            columns={int(column): name for column, name in data["columns"].items()},
            headers={int(column): text for column, text in data.get("headers", {}).items()},
            missing=list(data.get("missing", [])),
            withheld=list(data.get("withheld", [])),
        )


@cache
def shipped() -> dict[str, Any]:
    """The alias file as it is."""
    text = resources.files("jobbridge.apps.imports").joinpath("data", "aliases.yaml").read_text("utf-8")
    return yaml.safe_load(text)


@cache
def kind_tables() -> dict[str, KindTable]:
    """The kinds of the alias file, in their order: the first wins a tie."""
    return {
        kind: KindTable(
            kind=kind,
            required=tuple(spec["required"]),
            one_of=tuple(tuple(group) for group in spec["one_of"]),
            signature=frozenset(spec["signature"]),
            fields={
                normalise(header): name for name, headers in spec["fields"].items() for header in headers
            },
            labels={name: headers[0] for name, headers in spec["fields"].items()},
            leads=spec.get("leads", ""),
            tell=frozenset(normalise(header) for header in spec.get("tell", ())),
        )
        for kind, spec in shipped()["kinds"].items()
    }


def learnt() -> dict[str, dict[str, str]]:
    """Headers that staff matched by hand: kind -> normalised header -> field."""
    found: dict[str, dict[str, str]] = {}
    for alias in ColumnAlias.objects.all():
        found.setdefault(alias.kind, {})[normalise(alias.header)] = alias.field
    return found


def missing_fields(kind: str, present: set[str]) -> list[str]:
    """Labels of what this kind cannot do without."""
    table = kind_tables()[kind]
    lacking = [table.labels[name] for name in table.required if name not in present]
    lacking += [
        "或".join(table.labels[name] for name in group)
        for group in table.one_of
        if not present.intersection(group)
    ]
    return lacking


def map_sheet(sheet: Sheet, *, kind: str | None, aliases: dict[str, dict[str, str]]) -> SheetMap | None:
    """Find header, kind and columns of a sheet; None when no row looks like a header.

    The kind with all of its required fields and most columns known wins; ``kind`` fixes it.
    """
    best: tuple[tuple[bool, bool, int], SheetMap] | None = None
    for name, table in kind_tables().items():
        if kind and name != kind:
            continue
        known = _known(table, aliases.get(name, {}))
        header = find_header(sheet, known)
        if header is None:
            continue
        texts = {text for pair in header.names.values() for text in variants(pair[1])}
        if table.tell and not kind and not table.tell & texts:
            continue
        found = _assign(header, known)
        present = set(found.values())
        mapped = SheetMap(
            kind=name,
            header_row=header.row,
            columns=found,
            headers={column: (group + own)[:80] for column, (group, own) in header.names.items()},
            missing=missing_fields(name, present),
        )
        score = (not mapped.missing, table.leads in present, len(present) + 3 * len(present & table.signature))
        if best is None or score > best[0]:
            best = score, mapped
    return best[1] if best else None


def source_of(*texts: str) -> str:
    """The agency that one of the texts (file name, sheet name, source column) names; "" when none or two."""
    found = set()
    for text in texts:
        plain = normalise(text)
        words = [
            (len(word), source)
            for source, listed in shipped()["sources"].items()
            for word in listed
            if normalise(word) in plain
        ]
        if words:
            found.add(max(words)[1])
    return found.pop() if len(found) == 1 else ""


def _known(table: KindTable, own: dict[str, str]):
    merged = {**table.fields, **own}

    @cache
    def field_of(text: str) -> str | None:
        return next((merged[name] for name in variants(text) if name in merged), None)

    return field_of


def _assign(header: Header, known) -> dict[int, str]:
    """One column a field: the more specific header and the earlier column first, other people's groups left out."""
    foreign = shipped()["foreign_groups"]
    columns: dict[int, str] = {}
    taken: set[str] = set()
    ranked = sorted(header.names.items(), key=lambda item: (not known("".join(item[1])), item[0]))
    for column, pair in ranked:
        if any(word in pair[0] for word in foreign):
            continue
        name = hit(pair, known)
        if name and name not in taken:
            columns[column] = str(name)
            taken.add(str(name))
    return dict(sorted(columns.items()))


def kind_label(kind: str) -> str:
    """The kind in words."""
    return str(Kind(kind).label) if kind in Kind.values else ""
