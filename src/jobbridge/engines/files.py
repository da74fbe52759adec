"""Tables of the engines' commands: parquet or csv, by the ending of the path."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet


def read_table(path: Path) -> pa.Table:
    """Read parquet or csv (UTF-8, every column as text so that ids keep their digits)."""
    csv = is_csv(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no such file")
    try:
        if not csv:
            return pa.parquet.read_table(path)
        with path.open("rb") as file:
            header = pa.csv.open_csv(file).schema.names
        text = pa.csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True)
        table = pa.csv.read_csv(path, convert_options=text)
        _closed_quotes(path, table)
        return table
    except pa.ArrowInvalid as problem:
        raise ValueError(f"{path.name}: {_reason(path, str(problem)) if csv else problem}") from problem


def _reason(path: Path, problem: str) -> str:
    """Why a csv cannot be read, in a sentence that shows nothing of its rows."""
    with path.open("rb") as file:
        wide = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
    if wide or "UTF8" in problem:
        return "is not UTF-8 (Excel: save as CSV UTF-8)"
    return re.sub(r"(?s)(Expected \d+ columns, got \d+):.*", r"\1", problem)


def _closed_quotes(path: Path, table: pa.Table) -> None:
    """Refuse a csv whose last value runs on to the end because its quotation mark is never closed."""
    last = [str(value) for row in table.slice(max(0, table.num_rows - 1)).to_pylist() for value in row.values()]
    if any("\n" in value for value in last) and path.read_bytes().count(b'"') % 2:
        raise ValueError(f"{path.name}: a quotation mark near the end is never closed, and swallows rows")


def write_table(table: pa.Table, path: Path) -> None:
    """Write parquet or csv by the ending of the path."""
    if is_csv(path):
        pa.csv.write_csv(table, path)
    else:
        pa.parquet.write_table(table, path)


def usable_outputs(*tables: Path | None, texts: Sequence[Path | None] = ()) -> None:
    """Refuse places that cannot be written to, before a run is made whose results would be lost.

    Raises
    ------
    ValueError
        An ending that is not known, no such folder, something else in the place of a file, or one path for two files.
    """
    for path in filter(None, tables):
        is_csv(path)
    named = [path for path in (*tables, *texts) if path]
    for path in named:
        if not path.parent.is_dir():
            raise ValueError(f"{path}: there is no folder {path.parent}")
        if not os.access(path.parent, os.W_OK):
            raise ValueError(f"{path}: the folder {path.parent} cannot be written to")
        if path.exists() and not path.is_file():
            raise ValueError(f"{path}: is not a file")
    _apart(named)


def keep_inputs(inputs: Iterable[Path | None], outputs: Iterable[Path | None]) -> None:
    """Refuse, before a run, outputs that would take the place of a file that the run reads, or of each other.

    Paths are compared where their links lead.

    Raises
    ------
    ValueError
        Naming the output.
    """
    named = [path for path in outputs if path]
    read = {path.resolve() for path in inputs if path}
    for path in named:
        if path.resolve() in read:
            raise ValueError(f"{path}: is read by this run and would be overwritten; name another output")
    _apart(named)


def _apart(outputs: Sequence[Path]) -> None:
    if len({path.resolve() for path in outputs}) < len(outputs):
        raise ValueError("two outputs have one path: " + ", ".join(map(str, outputs)))


def write_whole(*outputs: tuple[Path | None, pa.Table | str | None]) -> None:
    """Write tables and texts that have a path so that all of them appear whole, or none does.

    Each is written beside its place under another name; they are put in their places when all are written.
    """
    drafts: list[tuple[Path, Path]] = []
    usable_outputs(texts=[path for path, _ in outputs])
    try:
        for path, content in outputs:
            if path is None:
                continue
            place = path.resolve()
            draft = place.with_name(f".{os.getpid()}.{place.name}")
            drafts.append((draft, place))
            if isinstance(content, str):
                draft.write_text(content, encoding="utf-8")
            else:
                write_table(content, draft)
        for draft, place in drafts:
            draft.replace(place)
    finally:
        for draft, _ in drafts:
            with suppress(FileNotFoundError):
                draft.unlink()


def is_csv(path: Path) -> bool:
    """Whether a file is csv; ValueError when it is neither csv nor parquet."""
    if path.suffix not in (".csv", ".parquet"):
        raise ValueError(f"{path}: the file must end in .parquet or .csv")
    return path.suffix == ".csv"
