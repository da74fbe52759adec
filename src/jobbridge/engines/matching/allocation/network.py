"""The flow network: source, households, persons, places, sink.

A zero-employment household (the seekers of tier 0 who share a household) is one node. Its first place is worth a
tier-0 claim, each further one no more than anybody else's. Seekers of tier 1 and 2 claim for themselves, whoever
they live with. Under a cap a node before both lets no more than so many places into one household::

    source -> [cap of the household] -> household of tier 0 -> member -> place -> sink
                                     -> seeker of tier 1, 2 -> place -> sink

A place with reserved seats is two nodes: tiers 0 and 1 enter the reserved one, from which the open one can be
reached, but not the other way.

Why linear worths are lexicographic. Without a cap, the sets of claims (arcs out of the source) that can be met
together are a gammoid, so a matroid: the largest number of claims of tiers 0 to t is the same whatever is decided
below, and a set that misses it anywhere is worth at least one difference of neighbouring worths less. A difference
above the whole range of the score therefore suffices: ``G, 2G, 3G`` and not ``G, nG, n*nG``. A cap on households
with members of several tiers breaks the matroid; then the worths are spread, see ``settle``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import max_flow, min_cost_flow

from ..parameters import TIERS
from .instance import Instance

HOUSEHOLDS, KEY, OTHER = range(TIERS)
# OR-tools multiplies a cost by the number of nodes and needs the double of that in 64 bits.
COST_BITS = 61


class Network(NamedTuple):
    """Arcs in the order: pairs, claims, everything else. ``level`` is the tier of a claim, -1 elsewhere."""

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    room: NDArray[np.int64]
    level: NDArray[np.int8]
    pairs: int
    nodes: int
    source: int
    sink: int
    flow: int


class TooLarge(ValueError):
    """The worths of the tiers do not fit 64 bits."""


def build(instance: Instance, cap: int | None) -> Network:
    """Nodes and arcs; only persons with a pair have a node."""
    claimant, person = np.unique(instance.person, return_inverse=True)
    tier, household = instance.tier[claimant], instance.household[claimant]
    n, m = len(claimant), len(instance.capacity)
    kept = np.flatnonzero(instance.reserved)
    twin = np.zeros(m, np.int64)
    twin[kept] = n + m + np.arange(len(kept))
    zero, home = np.unique(household[tier == 0], return_inverse=True)
    first_home = n + m + len(kept)
    full = _over(household, cap)
    first_full = first_home + len(zero)
    source = first_full + len(full)
    sink = source + 1
    entry = np.where((tier[person] < OTHER) & (twin[instance.place] > 0), twin[instance.place], n + instance.place)
    # A claim starts at the household's cap where it can bind.
    start_of = np.full(household.max(initial=-1) + 1, source, np.int64)
    start_of[full] = first_full + np.arange(len(full))
    members = np.bincount(home, minlength=len(zero))
    several = np.flatnonzero(members > 1)
    own = np.flatnonzero(tier > 0)
    arcs: list[tuple[NDArray[np.int64], NDArray[np.int64], int | NDArray[np.int64], int | NDArray[np.int64]]] = [
        # tail, head, room, level
        (person, entry, 1, -1),
        (start_of[zero], first_home + np.arange(len(zero)), 1, HOUSEHOLDS),
        (start_of[zero[several]], first_home + several, members[several] - 1, OTHER),
        (start_of[household[own]], own, 1, tier[own]),
        (first_home + home, np.flatnonzero(tier == 0), 1, -1),
        (np.full(len(full), source), first_full + np.arange(len(full)), cap or 0, -1),
        (n + np.arange(m), np.full(m, sink), instance.capacity - instance.reserved, -1),
        (twin[kept], np.full(len(kept), sink), instance.reserved[kept], -1),
        (twin[kept], n + kept, instance.capacity[kept], -1),
    ]
    return Network(
        tail=np.concatenate([tail for tail, *_ in arcs]).astype(np.int32),
        head=np.concatenate([head for _, head, *_ in arcs]).astype(np.int32),
        room=np.concatenate([np.broadcast_to(np.asarray(room), len(tail)) for tail, _, room, _ in arcs]).astype(
            np.int64
        ),
        level=np.concatenate([np.broadcast_to(np.asarray(level), len(tail)) for tail, *_, level in arcs]).astype(
            np.int8
        ),
        pairs=len(person),
        nodes=sink + 1,
        source=source,
        sink=sink,
        flow=int(min(n, instance.capacity.sum())),
    )


def _over(household: NDArray[np.int64], cap: int | None) -> NDArray[np.int64]:
    """Households with more claimants than the cap."""
    if cap is None:
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.bincount(household) > cap)


def best(network: Network, worth: tuple[int, ...], score: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """The pairs of a flow of greatest worth plus score.

    Raises
    ------
    TooLarge
        The worths do not fit 64 bits on a network of this size.
    """
    if max(worth) + (0 if score is None else int(score.max(initial=0))) > (1 << COST_BITS) // (network.nodes + 3):
        raise TooLarge(f"{network.nodes:,} nodes are too many to rank by score in 64 bits; allocate in parts")
    gain = np.append(np.array(worth, np.int64), 0)[network.level]
    if score is not None:
        gain[: network.pairs] = score
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(network.tail, network.head, network.room, -gain)
    # Whoever is not placed passes by.
    solver.add_arc_with_capacity_and_unit_cost(network.source, network.sink, network.flow, 0)
    solver.set_node_supply(network.source, network.flow)
    solver.set_node_supply(network.sink, -network.flow)
    status = solver.solve()
    if status == solver.BAD_COST_RANGE:
        raise TooLarge("the scores and tiers do not fit 64 bits; allocate in parts")
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with {status.name}")
    return np.flatnonzero(solver.flows(arcs[: network.pairs]))


def most(network: Network, level: int) -> int:
    """How many claims of tiers 0 to ``level`` can be met together, by maximum flow."""
    claims = network.level[network.pairs :]
    room = network.room.copy()
    room[network.pairs :][claims > level] = 0
    solver = max_flow.SimpleMaxFlow()
    solver.add_arcs_with_capacity(network.tail, network.head, room)
    if solver.solve(network.source, network.sink) != solver.OPTIMAL:
        raise RuntimeError("the maximum-flow solver did not end")
    return int(solver.optimal_flow())
