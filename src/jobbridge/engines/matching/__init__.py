"""Person-job matching: k posts for every seeker, no post swamped, and a proof of how good the result is."""

from .edges import legal_pairs
from .explain import reasons
from .outlook import Outlook, near_misses, outlooks
from .parameters import Parameters, Weights
from .run import MatchResult, match
from .warm import warm

__all__ = [
    "MatchResult", "Outlook", "Parameters", "Weights", "legal_pairs", "match", "near_misses", "outlooks", "reasons",
    "warm",
]  # fmt: skip
