"""A field set: which columns of any data are compared, how closely, and which rows are worth comparing.

The Chinese person set is built in (:mod:`normalise`, :mod:`score`).  For everything else (another language,
another kind of row) the columns are declared; :mod:`fields_file` reads a declaration from YAML or JSON::

    register_key: rec_id
    fields:
      - {name: surname, clean: [letters], levels: [exact, {similar: 0.9}], frequency: true}
      - {name: born, column: date_of_birth, clean: [date], levels: [exact, slip, {parts: 2}]}
    blocks:
      - [surname, "born[:4]"]
      - [born]

Levels, from the closest to the loosest; what satisfies none is ``other``, an empty side says nothing:

exact                equal
edit: n              at most n insertions, deletions, changes or swaps of neighbours (counted in bytes, so a
                     Chinese or Cyrillic letter is more than one: compare such values by ``similar``)
similar: t           Jaro-Winkler similarity at least t
prefix: n            equal in the first n characters
swap: other_field    the two fields changed places; the other field then weighs nothing
slip                 dates: one digit wrong, two neighbours swapped, or day and month swapped
parts: n             dates: n of year, month and day equal
near: x              numbers that differ by at most x

Cleaning, in the order given: ``lower`` (always first), ``fold`` (accents off), ``letters``, ``digits``,
``alnum`` (keep only these), ``squeeze`` (one space between words), ``date`` (any notation to YYYYMMDD).

Block keys: a field, a part of it as in Python (``postcode[:2]``, ``phone[-4:]``, ``id[6:14]``), or
``unordered(a, b)``: both fields, whichever came first.  A pair equal in all keys of one block is compared.
A field's rates are learnt only from pairs found without its help, so let every field be absent from a block.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CLEANERS = ("lower", "fold", "letters", "digits", "alnum", "squeeze", "date")
# Kind of level to the type of its argument; None: no argument.
LEVEL_KINDS: dict[str, type | None] = {
    "exact": None, "edit": int, "similar": float, "prefix": int,
    "swap": str, "slip": None, "parts": int, "near": float,
}  # fmt: skip
_LARGEST = {"similar": 0.999, "parts": 2}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_KEY = re.compile(r"([a-z][a-z0-9_]*)(?:\[(-?\d+)?:(-?\d+)?\])?")
_UNORDERED = re.compile(r"unordered\(\s*([a-z][a-z0-9_]*)\s*,\s*([a-z][a-z0-9_]*)\s*\)")
_MAX_BLOCKS = 60


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of agreement: its kind and, where the kind takes one, its argument."""

    kind: str
    value: float | str | None = None

    def __post_init__(self) -> None:
        if self.kind not in LEVEL_KINDS:
            raise ValueError(f"unknown level {self.kind!r} (known: {', '.join(LEVEL_KINDS)})")
        wanted = LEVEL_KINDS[self.kind]
        if wanted is None:
            if self.value is not None:
                raise ValueError(f"level {self.kind!r} takes no value, not {self.value!r}")
        elif wanted is str:
            if not isinstance(self.value, str):
                raise ValueError(f"level {self.kind!r} needs the name of a field, not {self.value!r}")
        elif isinstance(self.value, bool) or not isinstance(self.value, int if wanted is int else (int, float)):
            raise ValueError(f"level {self.kind!r} needs a {wanted.__name__}, not {self.value!r}")
        elif (
            self.value <= 0
            or (self.kind == "similar" and self.value >= 1)
            or (self.kind == "parts" and self.value > 2)
        ):
            raise ValueError(f"level {self.kind!r}: {self.value!r} is out of range")

    @property
    def label(self) -> str:
        """As shown to a reviewer: ``edit 1``."""
        return self.kind if self.value is None else f"{self.kind} {self.value}"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing compared.

    Attributes
    ----------
    name
        Lower-case identifier; names the weights.
    column, feed_column
        Column of the register and of the feed; the name, and the register's, when omitted.
    levels
        From the closest to the loosest.
    frequency
        Agreement on a rare value weighs more: counted exactly, value by value.
    clean
        Names of :data:`CLEANERS`.
    """

    name: str
    column: str = ""
    feed_column: str = ""
    levels: tuple[Level, ...] = (Level("exact"),)
    frequency: bool = False
    clean: tuple[str, ...] = ("squeeze",)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"field name {self.name!r} must be a lower-case identifier")
        object.__setattr__(self, "column", self.column or self.name)
        object.__setattr__(self, "feed_column", self.feed_column or self.column)
        if not self.levels:
            raise ValueError(f"field {self.name!r} has no levels")
        if self.frequency and self.levels[0].kind != "exact":
            raise ValueError(f"field {self.name!r}: frequency needs 'exact' as the first level")
        for cleaner in self.clean:
            if cleaner not in CLEANERS:
                raise ValueError(f"field {self.name!r}: unknown cleaning {cleaner!r} (known: {', '.join(CLEANERS)})")

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the levels, with the last one, ``other``."""
        return (*(level.label for level in self.levels), "other")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a block: a field, a part of it, or two fields in any order."""

    text: str
    fields: tuple[str, ...]
    start: int | None = None
    stop: int | None = None

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read ``surname``, ``postcode[:2]`` or ``unordered(given_name, surname)``."""
        both = _UNORDERED.fullmatch(text.strip())
        if both:
            return cls(text, both.groups())
        part = _KEY.fullmatch(text.strip())
        if not part:
            raise ValueError(f"block key {text!r} is not a field, field[a:b] or unordered(a, b)")
        start, stop = (None if bound is None else int(bound) for bound in part.groups()[1:])
        return cls(text, (part[1],), start, stop)


@dataclass(frozen=True, slots=True)
class FieldSet:
    """Everything the engine must know about data it has never seen.

    Attributes
    ----------
    fields, blocks
        See the top of :mod:`fields`.
    register_key, feed_key
        Columns that name the rows; integer or text, unique.
    auto, review
        Lower ends of the two upper zones, as posterior probabilities.
    max_block
        A key shared by more register rows than this proposes no candidates.
    max_cluster
        A larger cluster is not believed: it goes to review.
    contradiction
        A cluster with a pair whose fields weigh less than this many bits goes to review.
    """

    fields: tuple[Field, ...]
    blocks: tuple[tuple[Key, ...], ...]
    register_key: str = "person_id"
    feed_key: str = "record_id"
    auto: float = 0.95
    review: float = 0.30
    max_block: int = 60
    max_cluster: int = 20
    contradiction: float = -5.0

    def __post_init__(self) -> None:
        names = [field.name for field in self.fields]
        if not names:
            raise ValueError("a field set needs at least one field")
        if len(set(names)) < len(names):
            raise ValueError(f"field names repeat: {', '.join(sorted({n for n in names if names.count(n) > 1}))}")
        if not 0 < len(self.blocks) <= _MAX_BLOCKS or not all(self.blocks):
            raise ValueError(f"a field set needs 1 to {_MAX_BLOCKS} blocks of at least one key each")
        asked = [(f"block key {key.text!r}", name) for block in self.blocks for key in block for name in key.fields]
        for field in self.fields:
            swaps = [str(level.value) for level in field.levels if level.kind == "swap"]
            if field.name in swaps:
                raise ValueError(f"field {field.name!r} cannot be swapped with itself")
            asked += [(f"field {field.name!r}, swap", name) for name in swaps]
        for where, name in asked:
            if name not in names:
                raise ValueError(f"{where}: there is no field {name!r} (fields: {', '.join(names)})")
        if not 0.0 < self.review <= self.auto < 1.0:
            raise ValueError(f"need 0 < review <= auto < 1, not review={self.review} auto={self.auto}")
        if self.max_block < 2 or self.max_cluster < 2:
            raise ValueError("max_block and max_cluster must be at least 2")

    def field(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)

    def blocks_without(self, name: str) -> int:
        """Bit mask of the blocks that do not use a field."""
        return sum(1 << at for at, block in enumerate(self.blocks) if all(name not in key.fields for key in block))
