"""Good and Turing's correction of small counts: what the next stranger is likely to add.

A value met once in a million rows is rarer than one in a million, or it would have shown more often.  c + 1 times the
values met c + 1 times, over the values met c times, is the better count.  Above a handful a count speaks for itself.
"""

from __future__ import annotations

import duckdb

_RARE = 5
_LEAST = 0.05


def discounted(con: duckdb.DuckDBPyConnection, counts: str, count: str) -> str:
    """SQL of the better count.

    Parameters
    ----------
    counts
        Query giving the counts of all values (c); they may be fractions.
    count
        The count to be corrected, as it is written where the SQL will stand.
    """
    met = dict(con.execute(f"select round(c)::bigint, count(*) from ({counts}) group by 1").fetchall())
    better = {
        c: min(float(c), max(_LEAST, (c + 1) * (met.get(c + 1, 0) + 1) / (met.get(c, 0) + 1)))
        for c in range(1, _RARE + 1)
    }
    cases = " ".join(f"when {c} then {value!r}::double" for c, value in better.items())
    return f"case round({count})::bigint {cases} else {count}::double end"
