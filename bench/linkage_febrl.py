"""Duplicates in FEBRL 1-3 and fake_1000 by a declared field set, beside Splink 5; the last line is JSON.

    python -m bench.linkage_febrl

Levels and blocks of ours were chosen on FEBRL 1 and on the first half of the clusters of fake_1000; FEBRL 2, FEBRL 3
and the second half were not looked at. Splink has the model and blocks its manual publishes for these very sets
(FEBRL: the detailed one), and a second time what ours has besides: for FEBRL the columns the manual leaves out, for
fake_1000 our blocks. The better one counts. Figures are of pairs at one half, F1 also at the best threshold picked
with the truth, and of the clusters made of the pairs from .95.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import duckdb

from jobbridge.engines.linkage import dedupe
from tests.engines.linkage.febrl import Labelled, fake_1000, febrl, in_clusters

SETS = {
    "FEBRL 1 (seen)": lambda: febrl(1),
    "FEBRL 2": lambda: febrl(2),
    "FEBRL 3": lambda: febrl(3),
    "fake_1000, first half (seen)": lambda: fake_1000(seen=True),
    "fake_1000, second half": lambda: fake_1000(seen=False),
}
THRESHOLDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)
CLUSTERED_AT = 0.95
Scored = list[tuple[str, str, float]]


def ours(data: Labelled) -> tuple[Scored, list[tuple[str, str]]]:
    """Pairs with posterior, and the pairs within the clusters the engine does not hold for review."""
    result = dedupe(data.table, fields=replace(data.fields, review=THRESHOLDS[0]))
    rows = zip(*(result.pairs[name].to_pylist() for name in ("person_id_a", "person_id_b", "posterior")), strict=True)
    believed = result.clusters.filter(result.clusters["zone"].to_numpy(zero_copy_only=False) == "auto")
    return list(rows), in_clusters(believed)


def splink_febrl(data: Labelled, all_columns: bool) -> Scored:
    """The manual's detailed model of the FEBRL sets; `all_columns` adds address, suburb and state."""
    import splink.comparison_library as library
    from splink import block_on

    comparisons = [
        library.NameComparison("given_name").configure(term_frequency_adjustments=True),
        library.NameComparison("surname").configure(term_frequency_adjustments=True),
        library.DateOfBirthComparison(
            "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
        ),
        library.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        library.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        library.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ]
    if all_columns:
        comparisons += [
            library.JaroWinklerAtThresholds("address_1", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            library.JaroWinklerAtThresholds("address_2", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            library.JaroWinklerAtThresholds("suburb", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            library.ExactMatch("state"),
        ]
    return _splink(
        data,
        comparisons,
        predict=[block_on(c) for c in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")],
        certain=[
            block_on("soc_sec_id"),
            block_on("given_name", "surname", "date_of_birth"),
            "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth",
        ],
        recall=0.9,
        train=[block_on("date_of_birth"), block_on("postcode")],
    )


def splink_fake(data: Labelled, our_blocks: bool) -> Scored:
    """The manual's model of fake_1000; pairs are proposed by four columns as the manual does, or as ours are."""
    import splink.comparison_library as library
    from splink import block_on

    predict: list[Any] = [block_on(column) for column in ("first_name", "surname", "dob", "email")]
    if our_blocks:
        predict += [
            "l.first_name = r.surname and l.surname = r.first_name",
            block_on("substr(email, 1, 5)"),
            block_on("substr(dob, 1, 7)"),
            block_on("substr(dob, 6)"),
            block_on("substr(dob, 1, 4)", "city"),
        ]
    return _splink(
        data,
        [
            library.NameComparison("first_name"),
            library.NameComparison("surname"),
            library.DateOfBirthComparison("dob", input_is_string=True),
            library.ExactMatch("city").configure(term_frequency_adjustments=True),
            library.EmailComparison("email"),
        ],
        predict=predict,
        certain=[
            "l.first_name = r.first_name and levenshtein(r.dob, l.dob) <= 1",
            "l.surname = r.surname and levenshtein(r.dob, l.dob) <= 1",
            "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
            block_on("email"),
        ],
        recall=0.7,
        train=[block_on("dob"), block_on("email")],
    )


def _splink(
    data: Labelled, comparisons: list[Any], *, predict: list[Any], certain: list[Any], recall: float, train: list[Any]
) -> Scored:
    from splink import DuckDBAPI, Linker, SettingsCreator

    con = duckdb.connect(config={"threads": 2})
    con.execute("set enable_progress_bar = false")
    con.register("given", data.table)
    trimmed = ", ".join(f"nullif(trim({column}), '') as {column}" for column in data.table.column_names)
    con.execute(f"create table clean as select {trimmed} from given")
    api = DuckDBAPI(connection=con)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=data.fields.register_key,
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=predict,
    )
    linker = Linker(api.register("clean", dataset_display_name="clean"), settings, log_level="ERROR")
    linker.training.estimate_probability_two_random_records_match(certain, recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in train:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=THRESHOLDS[0]).physical_name
    key = data.fields.register_key
    return con.execute(f"select {key}_l, {key}_r, match_probability from {found}").fetchall()


def joined(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """All pairs within the connected components of some pairs."""
    group: dict[str, set[str]] = {}
    for a, b in pairs:
        merged = group.get(a, {a}) | group.get(b, {b})
        group.update(dict.fromkeys(merged, merged))
    parts = {id(members): sorted(members) for members in group.values()}
    return [(a, b) for members in parts.values() for at, a in enumerate(members) for b in members[at + 1 :]]


def figures(data: Labelled, scored: Scored, clusters: list[tuple[str, str]]) -> dict[str, float]:
    """Precision, recall, F1 at one half; F1 at the best threshold; F1 of the clusters."""
    by_threshold = {at: data.judge((a, b) for a, b, p in scored if p >= at) for at in THRESHOLDS}
    precision, recall, f1 = by_threshold[0.5]
    best = max(f1 for _, _, f1 in by_threshold.values())
    return {"precision": precision, "recall": recall, "f1": f1, "best": best, "clusters": data.judge(clusters)[2]}


def main() -> None:
    """Run both sides on every set and print the comparison."""
    out: dict[str, Any] = {}
    print(
        f"{'':<30}{'':<16}" + "".join(f"{head:>10}" for head in ("P .5", "R .5", "F1 .5", "F1 best", "clusters", "s"))
    )
    for name, make in SETS.items():
        data = make()
        began = time.perf_counter()
        rows = {"ours": figures(data, *ours(data)) | {"seconds": time.perf_counter() - began}}
        for label, run in _peers(data).items():
            began = time.perf_counter()
            scored = run()
            clusters = joined((a, b) for a, b, p in scored if p >= CLUSTERED_AT)
            rows[label] = figures(data, scored, clusters) | {"seconds": time.perf_counter() - began}
        for label, row in rows.items():
            print(f"{name:<30}{label:<16}" + "".join(f"{value:>10.4f}" for value in row.values()))
        peers = [row for label, row in rows.items() if label != "ours"]
        out[name] = {
            "f1": round(rows["ours"]["f1"], 4),
            "f1_gain": round(rows["ours"]["f1"] - max(row["best"] for row in peers), 4),
            "clusters_gain": round(rows["ours"]["clusters"] - max(row["clusters"] for row in peers), 4),
        }
    print(json.dumps(out))


def _peers(data: Labelled) -> dict[str, Any]:
    if "soc_sec_id" in data.table.column_names:
        return {
            "splink": lambda: splink_febrl(data, all_columns=False),
            "splink, all": lambda: splink_febrl(data, all_columns=True),
        }
    return {
        "splink": lambda: splink_fake(data, our_blocks=False),
        "splink, wide": lambda: splink_fake(data, our_blocks=True),
    }


if __name__ == "__main__":
    main()
