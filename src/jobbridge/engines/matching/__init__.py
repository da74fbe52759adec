"""Person-job matching: k posts for every seeker, no post swamped, and a proof of how good the result is."""

from .parameters import Parameters, Weights
from .run import MatchResult, match

__all__ = ["MatchResult", "Parameters", "Weights", "match"]
