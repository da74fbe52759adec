"""Row-level security as migration operations.

The policy is a range over ``region_code``: current_setting is stable, so the index on (region_code, id) serves it.
Scopes of several areas add a check of the ranges on top of their envelope. FORCE makes it bind the owner too.
"""

from __future__ import annotations

from django.db import migrations

IN_RANGES = """
CREATE OR REPLACE FUNCTION jb_in_ranges(code text, ranges text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT EXISTS (SELECT 1 FROM unnest(string_to_array(ranges, ',')) AS r
                 WHERE code COLLATE "C" >= split_part(r, '-', 1) AND code COLLATE "C" < split_part(r, '-', 2))
$$
"""

VISIBLE = """
region_code >= current_setting('jb.lo', true) AND region_code < current_setting('jb.hi', true)
AND (coalesce(current_setting('jb.ranges', true), '') = '' OR jb_in_ranges(region_code, current_setting('jb.ranges')))
"""


def functions() -> migrations.RunSQL:
    """The helper function; once, before the first table."""
    return migrations.RunSQL(IN_RANGES, "DROP FUNCTION jb_in_ranges(text, text)")


def enable(table: str) -> migrations.RunSQL:
    """Show and accept only rows inside the scope that ``acting_as`` set."""
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY scope ON {table} USING ({VISIBLE}) WITH CHECK ({VISIBLE})",
        ],
        [f"DROP POLICY scope ON {table}", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"],
    )


def also_for_maker(table: str, column: str) -> migrations.RunSQL:
    """Show and accept, beside the scope, rows whose ``column`` names the actor; not to one without any area."""
    mine = f"{column} = current_setting('jb.actor', true) AND coalesce(current_setting('jb.hi', true), '') <> ''"
    return migrations.RunSQL(
        f"CREATE POLICY maker ON {table} USING ({mine}) WITH CHECK ({mine})", f"DROP POLICY maker ON {table}"
    )
