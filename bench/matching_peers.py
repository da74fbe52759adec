"""What the matching engine is held against: exact solvers on given lists, and the usual ways of recommending.

All take candidate lists (or all legal pairs) and say who is recommended what, as the places taken in the lists or as
pairs.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from jobbridge.engines.matching.candidates import Lists

Pairs = tuple[np.ndarray, np.ndarray, np.ndarray]
# What Sinkhorn's plans are smoothed by, in scores of 0..1; the better of the two is shown.
SMOOTHING = (0.05, 0.02)
SINKHORN_ROUNDS = 100


def edges_of(lists: Lists) -> Pairs:
    """Seeker, place in the list and post of every edge."""
    seeker, place = np.nonzero(lists.post >= 0)
    return seeker, place, lists.post[seeker, place]


def hold(lists: Lists, seeker: np.ndarray, place: np.ndarray) -> None:
    np.bitwise_or.at(lists.held, seeker, np.uint64(1) << place.astype(np.uint64))


def ortools(lists: Lists, bonus: np.ndarray, capacity: np.ndarray) -> None:
    """Hold the exact optimum on these lists (min-cost flow)."""
    from ortools.graph.python import min_cost_flow

    (n, k), m = bonus.shape, len(capacity)
    seeker, place, post = edges_of(lists)
    source, sink = n + m, n + m + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    tail = np.concatenate([np.full(n * k, source), seeker, n + np.arange(m), [source]]).astype(np.int32)
    head = np.concatenate([np.repeat(np.arange(n), k), n + post, np.full(m, sink), [sink]]).astype(np.int32)
    room = np.concatenate([np.ones(n * k + len(post), np.int64), capacity, [n * k]])
    cost = np.concatenate([-bonus.ravel(), -lists.score[seeker, place].astype(np.int64), np.zeros(m + 1, np.int64)])
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tail, head, room, cost)
    supply = np.zeros(n + m + 2, np.int64)
    supply[source], supply[sink] = n * k, -n * k
    flow.set_nodes_supplies(np.arange(n + m + 2, dtype=np.int32), supply)
    assert flow.solve() == flow.OPTIMAL
    used = flow.flows(arcs)[n * k : n * k + len(post)] > 0
    hold(lists, seeker[used], place[used])


def highs(lists: Lists, bonus: np.ndarray, capacity: np.ndarray) -> int:
    """Return the exact optimum on these lists (linear programme; its corners are whole)."""
    import highspy

    (n, k), m = bonus.shape, len(capacity)
    seeker, place, post = edges_of(lists)
    edges = len(post)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = edges + n * k, n + m
    score = lists.score[seeker, place].astype(float)
    lp.col_cost_ = np.concatenate([-score, -bonus.ravel().astype(float)])
    lp.col_lower_, lp.col_upper_ = np.zeros(edges + n * k), np.ones(edges + n * k)
    # A seeker's edges add up to his numbered recommendations, a post's to at most its capacity.
    lp.row_lower_ = np.concatenate([np.zeros(n), np.full(m, -highspy.kHighsInf)])
    lp.row_upper_ = np.concatenate([np.zeros(n), capacity.astype(float)])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.concatenate([2 * np.arange(edges), 2 * edges + np.arange(n * k + 1)])
    lp.a_matrix_.index_ = np.concatenate([np.stack([seeker, n + post], 1).ravel(), np.repeat(np.arange(n), k)])
    lp.a_matrix_.value_ = np.concatenate([np.ones(2 * edges), -np.ones(n * k)])
    solver = highspy.Highs()
    solver.silent()
    solver.passModel(lp)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return -round(solver.getInfo().objective_function_value)


@njit(cache=True)
def _in_turn(post: np.ndarray, order: np.ndarray, capacity: np.ndarray, k: int, held: np.ndarray) -> None:
    """Go through edges (seeker x length + place) in an order and take each that still fits."""
    size = post.shape[1]
    left = capacity.copy()
    given = np.zeros(len(post), np.int64)
    for edge in order:
        i, p = edge // size, edge % size
        j = post[i, p]
        if j >= 0 and given[i] < k and left[j] > 0:
            left[j] -= 1
            given[i] += 1
            held[i] |= np.uint64(1) << np.uint64(p)


def greedy(lists: Lists, capacity: np.ndarray, k: int) -> None:
    """Whoever comes first takes the best that is left; by person number, which says nothing about the person."""
    _in_turn(lists.post, np.arange(lists.post.size), capacity, k, lists.held)


def stable(lists: Lists, capacity: np.ndarray, k: int) -> None:
    """The stable matching of deferred acceptance with capacities.

    Seekers and posts rank each other by the same score, so no pair would rather leave exactly when the best pair of
    all is joined first, then the best of the rest, and so on.
    """
    order = np.argsort(-lists.score.astype(np.int32).ravel(), kind="stable")
    _in_turn(lists.post, order, capacity, k, lists.held)


def naive(lists: Lists, k: int) -> None:
    """Everybody's best posts, however many others are sent there."""
    for place in range(k):
        lists.held[lists.post[:, place] >= 0] |= np.uint64(1 << place)


@njit(cache=True)
def _scale(seeker: np.ndarray, post: np.ndarray, kernel: np.ndarray, supply: float, demand: np.ndarray, n: int,
           rounds: int) -> np.ndarray:  # fmt: skip
    u, v = np.ones(n), np.ones(len(demand))
    for _ in range(rounds):
        column = np.full(len(demand), 1e-30)
        for e in range(len(seeker)):
            column[post[e]] += kernel[e] * u[seeker[e]]
        v = demand / column
        row = np.full(n, 1e-30)
        for e in range(len(seeker)):
            row[seeker[e]] += kernel[e] * v[post[e]]
        u = supply / row
    plan = np.empty(len(seeker), np.float32)
    for e in range(len(seeker)):
        plan[e] = u[seeker[e]] * kernel[e] * v[post[e]]
    return plan


def sinkhorn(seeker: np.ndarray, post: np.ndarray, score: np.ndarray, openings: np.ndarray, n: int, k: int,
             smoothing: float) -> Pairs:  # fmt: skip
    """Re-rank by the entropic transport plan between seekers and openings, and take everybody's top k of it."""
    kernel = np.exp(score / 1e4 / smoothing - 1 / smoothing).astype(np.float64)
    plan = _scale(seeker, post, kernel, 1 / n, openings / openings.sum(), n, SINKHORN_ROUNDS)
    order = np.lexsort((-plan, seeker))
    mine = seeker[order]
    top = order[np.arange(len(order)) - np.searchsorted(mine, mine) < k]
    return seeker[top], post[top], score[top].astype(np.int64)
