"""Tables of the engines' commands: parquet or csv, by the ending of the path."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet


def read_table(path: Path) -> pa.Table:
    """Read parquet or csv (UTF-8, every column as text so that ids keep their digits)."""
    if is_csv(path):
        with path.open("rb") as file:
            header = pa.csv.open_csv(file).schema.names
        text = pa.csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True)
        try:
            return pa.csv.read_csv(path, convert_options=text)
        except pa.ArrowInvalid as problem:
            raise ValueError(f"{path.name}: {problem} (csv must be UTF-8; Excel: save as CSV UTF-8)") from problem
    return pa.parquet.read_table(path)


def write_table(table: pa.Table, path: Path) -> None:
    """Write parquet or csv by the ending of the path."""
    if is_csv(path):
        pa.csv.write_csv(table, path)
    else:
        pa.parquet.write_table(table, path)


def is_csv(path: Path) -> bool:
    """Whether a file is csv; ValueError when it is neither csv nor parquet."""
    if path.suffix not in (".csv", ".parquet"):
        raise ValueError(f"{path}: the file must end in .parquet or .csv")
    return path.suffix == ".csv"
