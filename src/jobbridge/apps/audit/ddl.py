"""Audit by trigger, as migration operations.

Statement-level with transition tables: 1.5x the cost of a bare update. ``enable_nestloop = off`` stays on the
function because statement triggers cache their plan: after an update of zero rows PostgreSQL keeps a nested loop
for the join of both images, and the next large update takes minutes instead of seconds.

A password's hash is no record for others to read: the images go without it, a change of it is a mark. So do columns
that must be forgotten on a certain day; the trigger's arguments name them. ``OFFSET 0`` keeps the planner from
building each image twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION jb_audit() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
  who text := current_setting('jb.actor', true);
  hidden text[] := array_append(coalesce(TG_ARGV[:], '{}'), 'password');
BEGIN
  IF coalesce(who, '') = '' THEN
    RAISE EXCEPTION 'write to % without an actor', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO audit_auditentry (table_name, row_id, operation, actor, at)
    SELECT TG_TABLE_NAME, n.id, 'I', who, clock_timestamp() FROM new_rows n;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO audit_auditentry (table_name, row_id, operation, actor, at, before, after)
    SELECT TG_TABLE_NAME, n.id, 'U', who, clock_timestamp(), i.before - hidden,
      CASE WHEN i.before -> 'password' IS DISTINCT FROM i.after -> 'password'
        THEN i.after - hidden || '{"password_changed": true}' ELSE i.after - hidden END
    FROM old_rows o JOIN new_rows n USING (id)
      CROSS JOIN LATERAL (SELECT to_jsonb(o) AS before, to_jsonb(n) AS after OFFSET 0) i
    WHERE o IS DISTINCT FROM n;
  ELSE
    INSERT INTO audit_auditentry (table_name, row_id, operation, actor, at, before)
    SELECT TG_TABLE_NAME, o.id, 'D', who, clock_timestamp(), to_jsonb(o) - hidden FROM old_rows o;
  END IF;
  RETURN NULL;
END $$
"""

_EVENTS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
}


def function() -> migrations.RunSQL:
    """The trigger function; once, before the first table."""
    return migrations.RunSQL(FUNCTION, "DROP FUNCTION jb_audit()")


def replace_function() -> migrations.RunSQL:
    """The trigger function as it is now, for databases that have an earlier one."""
    return migrations.RunSQL(FUNCTION, migrations.RunSQL.noop)


def audit(table: str, *, without: Sequence[str] = ()) -> migrations.RunSQL:
    """Record every change of ``table``, and refuse one without an actor; the images go ``without`` some columns."""
    arguments = ", ".join(f"'{column}'" for column in without)
    return migrations.RunSQL(
        [
            f"CREATE OR REPLACE TRIGGER audit_{event} AFTER {event.upper()} ON {table} {tables}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION jb_audit({arguments})"
            for event, tables in _EVENTS.items()
        ],
        [f"DROP TRIGGER audit_{event} ON {table}" for event in _EVENTS],
    )


REFUSE = """
CREATE OR REPLACE FUNCTION jb_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""


def added_only(table: str) -> migrations.RunSQL:
    """Refuse every change and deletion: a log that is only added to."""
    return migrations.RunSQL(
        [
            REFUSE,
            f"CREATE TRIGGER added_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION jb_refuse_change()",
        ],
        f"DROP TRIGGER added_only ON {table}",
    )
