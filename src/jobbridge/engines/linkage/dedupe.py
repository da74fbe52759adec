"""Duplicates inside one register: which of its rows are the same person?

Pairs out (one row a pair that is at least worth a look, in the order of the keys)
    person_id_a, person_id_b
                   two rows of the register, a before b in the order of the key
    posterior      probability 0..1 that both are one person, rounded down to six decimals
    zone           auto | review by posterior; a note holds a pair at review
    stage          A same validated id, B decisive pair of fields, R scored, P after propagation (Chinese person
                   set); R scored, C compared only because both lie in one cluster (declared field sets)
    note           why a pair waits whatever its posterior: contradiction or too_large (its cluster's, below),
                   or a reason of :mod:`posterior`; else null

Clusters out (one row a register row that some automatic pair joins to another)
    cluster_id     smallest key of the cluster
    person_id      the row
    size           rows of the cluster
    zone           auto | review
    note           contradiction: two of its rows speak against each other, so that a chain of likenesses, not one
                   person, may have joined them; too_large; null when the cluster is believed

Weights out (one row a pair)
    person_id_a, person_id_b, a column of bits for each field, prior, total, the level of each field, posterior
                   as in :mod:`columns`; the weights and the prior add up to the total

Nothing is merged: the caller decides what to do with a pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from .fields import FieldSet
from .generic import dedupe_fields
from .parameters import Parameters
from .people import dedupe_people


@dataclass(frozen=True, slots=True)
class DedupeResult:
    """Pairs, clusters, weights and report of one run; columns as described above."""

    pairs: pa.Table
    clusters: pa.Table
    weights: pa.Table
    report: dict[str, Any]


def dedupe(
    register: pa.Table, *, fields: FieldSet | None = None, parameters: Parameters | None = None
) -> DedupeResult:
    """Find the pairs of rows that are one person, and the clusters they form.

    Parameters
    ----------
    register
        Columns of the field set, or those of :mod:`columns` for the Chinese person set; it is not changed.
    fields
        A declared field set; the Chinese person set when omitted.
    parameters
        Threads and memory; for the Chinese person set also thresholds and beliefs.

    Returns
    -------
    DedupeResult
        The same for the same rows in any order.

    Raises
    ------
    ValueError
        A column or key is missing or unusable.
    """
    found = dedupe_people(register, parameters) if fields is None else dedupe_fields(register, fields, parameters)
    return DedupeResult(*found)
