"""FEBRL 1-3 and fake_1000 with the truth, for tests and benchmarks."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from jobbridge.engines.linkage import FieldSet, read_fields

FOLDER = Path(__file__).parents[2] / "data" / "linkage"
# Clusters of fake_1000 that levels and blocks were chosen on.
SEEN_CLUSTERS = 126


@dataclass
class Labelled:
    """Rows, their field set and the person behind each key."""

    table: pa.Table
    fields: FieldSet
    person: dict[str, str]

    @property
    def true_pairs(self) -> int:
        return sum(rows * (rows - 1) // 2 for rows in Counter(self.person.values()).values())

    def judge(self, pairs: Iterable[tuple[str, str]]) -> tuple[float, float, float]:
        """Precision, recall and F1 of pairs of keys."""
        found = set(pairs)
        right = sum(self.person[a] == self.person[b] for a, b in found)
        precision, recall = right / max(1, len(found)), right / self.true_pairs
        return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def febrl(number: int) -> Labelled:
    table = _read(f"dataset{number}.csv.gz")
    person = {key: key.split("-")[1] for key in table["rec_id"].to_pylist()}
    return Labelled(table, read_fields(FOLDER / "febrl.yaml"), person)


def fake_1000(seen: bool) -> Labelled:
    """The half that levels and blocks were chosen on, or the other."""
    table = _read("fake_1000.csv.gz")
    cluster = pc.cast(table["cluster"], pa.int64())
    table = table.filter(pc.less(cluster, SEEN_CLUSTERS) if seen else pc.greater_equal(cluster, SEEN_CLUSTERS))
    person = dict(zip(table["unique_id"].to_pylist(), table["cluster"].to_pylist(), strict=True))
    return Labelled(table.drop_columns("cluster"), read_fields(FOLDER / "fake_1000.yaml"), person)


def in_clusters(clusters: pa.Table) -> list[tuple[str, str]]:
    """All pairs within the clusters."""
    members: dict[str, list[str]] = {}
    for row in clusters.to_pylist():
        members.setdefault(row["cluster_id"], []).append(row["person_id"])
    return [pair for keys in members.values() for pair in combinations(keys, 2)]


def _read(name: str) -> pa.Table:
    """All columns as text, names without the blanks FEBRL puts after its commas."""
    with gzip.open(FOLDER / name) as file:
        text = file.read()
    header = [column.strip() for column in text.split(b"\n", 1)[0].decode().split(",")]
    options = pa.csv.ReadOptions(column_names=header, skip_rows=1)
    return pa.csv.read_csv(
        pa.BufferReader(text),
        read_options=options,
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True
        ),
    )
