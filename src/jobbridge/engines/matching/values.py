"""Columns of given tables as arrays, each checked; what is wrong is said with the name of its column."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

NO_CODE, NO_REGION = -1, -1
_NULL = -(1 << 40)


def required(table: pa.Table, columns: tuple[str, ...], name: str) -> None:
    """Refuse a table without all of these columns, or with one of them twice."""
    missing_columns(table.column_names, columns, name)


def missing_columns(have: list[str], columns: tuple[str, ...], name: str) -> None:
    """Refuse a list of column names that lacks one or has one twice."""
    missing = [column for column in columns if column not in have]
    if missing:
        raise ValueError(f"{name}: missing columns {', '.join(missing)}")
    double = [column for column in columns if have.count(column) > 1]
    if double:
        raise ValueError(f"{name}: columns given twice: {', '.join(double)}")


def cast(column: pa.ChunkedArray, kind: pa.DataType, name: str, what: str) -> pa.ChunkedArray:
    """The column as another type; ``what`` says what its values must be."""
    try:
        return column.cast(kind)
    except pa.ArrowException as problem:
        raise ValueError(f"{name}: must be {what} ({problem})") from problem


def text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """The column as text; numbers are written out."""
    return cast(column, pa.string(), name, "text")


def plain_ids(column: pa.ChunkedArray, name: str) -> None:
    """Refuse ids that have no order: lists, records, dictionaries."""
    if pa.types.is_nested(column.type) or pa.types.is_dictionary(column.type):
        raise ValueError(f"{name}: ids must be numbers or text, not {column.type}")


def rows_by_id(table: pa.Table, column: str) -> NDArray[np.int64]:
    """Rows in the order of their id, so that the result does not depend on the order given."""
    ids = table[column]
    if ids.null_count:
        raise ValueError(f"{column}: {ids.null_count} rows without an id")
    plain_ids(ids, column)
    if len(pc.unique(ids)) != len(ids):
        raise ValueError(f"{column}: ids must be unique")
    rows = pc.sort_indices(table.select([column]), sort_keys=[(column, "ascending")])
    return np.asarray(rows.to_numpy(), np.int64)


def in_order(low: NDArray[np.int64], high: NDArray[np.int64], names: tuple[str, str], ids: pa.ChunkedArray) -> None:
    """Refuse rows where one number is above the other, naming the first by its id; negative is not stated."""
    wrong = (low >= 0) & (high >= 0) & (low > high)
    if wrong.any():
        named = ids.filter(pa.array(wrong)).to_pylist()
        key, row = min((key, int(row)) for key, row in zip(named, np.flatnonzero(wrong), strict=True))
        raise ValueError(f"post_id {key}: {names[0]} {low[row]} is above {names[1]} {high[row]}")


def pack_occupations(codes: pa.ChunkedArray, name: str) -> NDArray[np.int32]:
    """Pack codes such as ``6-18-01-01`` one byte a part; missing parts are 00, null is ``NO_CODE``."""
    packed: dict[str | None, int] = {None: NO_CODE}
    column = text(codes, name).combine_chunks().dictionary_encode()
    for code in column.dictionary.to_pylist():
        if not re.fullmatch(r"[1-9](-[0-9][0-9]){0,3}", code):
            raise ValueError(f"{name}: {code!r} is not an occupation code such as 6-18-01-01")
        parts = [int(part) for part in code.split("-")] + [0, 0, 0]
        packed[code] = parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3]
    values = np.array([packed[code] for code in column.dictionary.to_pylist()] + [NO_CODE], np.int32)
    index = pc.fill_null(column.indices, len(values) - 1)
    return values[np.asarray(index.to_numpy(zero_copy_only=False), np.int64)]


def towns(codes: pa.ChunkedArray, name: str) -> list[str]:
    """Town code (9 digits), or county code (6) where the township is not known."""
    found = []
    for code in text(codes, name).to_pylist():
        if code is None or not (code.isascii() and code.isdigit() and len(code) in (6, 9, 12)):
            raise ValueError(f"{name}: region_code {code!r} must have 6, 9 or 12 digits")
        found.append(code[:6] if code[6:9] in ("", "000") else code[:9])
    return found


def counties(codes: pa.ChunkedArray, name: str) -> NDArray[np.int32]:
    """Six-digit county codes as numbers, ``NO_REGION`` where none is named."""
    known: dict[str | None, int] = {None: NO_REGION}
    codes = text(codes, name)
    for code in codes.unique().drop_null().to_pylist():
        if not re.fullmatch("[0-9]{6}", code):
            raise ValueError(f"{name} {code!r} must have 6 digits")
        known[code] = int(code)
    return np.array([known[code] for code in codes.to_pylist()], np.int32)


def lists(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Lists of text; a column of nothing but nulls holds none."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        raise ValueError(f"{name}: must be lists of text, not text")
    return cast(column, pa.list_(pa.string()), name, "lists of text")


def numbers(column: pa.ChunkedArray, name: str, empty: int | None, low: int, high: int) -> NDArray[np.int64]:
    """Whole numbers in ``low..high``; nulls become ``empty``, or are refused when that is None."""
    if empty is None and column.null_count:
        raise ValueError(f"{name}: {column.null_count} rows without a value")
    whole = cast(column, pa.int64(), name, "whole numbers")
    values = np.asarray(pc.fill_null(whole, _NULL).to_numpy(), np.int64)
    null = values == _NULL
    bad = ~null & ((values < low) | (values > high))
    if bad.any():
        raise ValueError(f"{name}: {values[bad][0]} is outside {low}-{high}")
    return np.where(null, 0 if empty is None else empty, values)


def choices(column: pa.ChunkedArray, name: str, known: dict[str, int], empty: int | None) -> NDArray[np.int64]:
    """Codes of a short list of words; nulls become ``empty``, or are refused when that is None."""
    encoded = text(column, name).combine_chunks().dictionary_encode()
    words = encoded.dictionary.to_pylist()
    bad = [word for word in words if word not in known]
    if bad or (empty is None and column.null_count):
        raise ValueError(f"{name}: {bad[0] if bad else None!r} is none of {', '.join(known)}")
    values = np.array([known[word] for word in words] + [empty or 0], np.int64)
    return values[np.asarray(pc.fill_null(encoded.indices, len(words)).to_numpy(), np.int64)]


def flags(column: pa.ChunkedArray, name: str) -> NDArray[np.bool_]:
    """Yes or no; null is no."""
    return np.asarray(pc.fill_null(cast(column, pa.bool_(), name, "true or false"), False).to_numpy(), np.bool_)


def days(column: pa.ChunkedArray, name: str, empty: int) -> NDArray[np.int32]:
    """Days since 1970-01-01."""
    count = cast(column, pa.date32(), name, "days").cast(pa.int32())
    # A copy: what Arrow lends cannot be written to, and kernels would be compiled a second time for it.
    return np.array(pc.fill_null(count, empty).to_numpy(), np.int32)


def day(date: dt.date) -> int:
    """One date as days since 1970-01-01."""
    return (date - dt.date(1970, 1, 1)).days


def degrees(column: pa.ChunkedArray, name: str, most: float) -> NDArray[np.float64]:
    """Degrees between ``-most`` and ``most``, NaN where not known."""
    values: NDArray[Any] = np.asarray(cast(column, pa.float64(), name, "degrees").to_numpy(), np.float64)
    bad = np.abs(values) > most
    if bad.any():
        raise ValueError(f"{name}: {values[bad][0]} is outside -{most:g} to {most:g} degrees")
    return values
