"""Row-level security and audit of the log and the links; the log is only ever added to."""

from django.db import migrations

from jobbridge.apps.accounts import rls
from jobbridge.apps.audit import ddl

LOG = "placements_recommendationlog"
TRIGGER = f"CREATE TRIGGER added_only BEFORE UPDATE OR DELETE ON {LOG}"


class Migration(migrations.Migration):
    # jb_refuse_change is made by the comparison's log of decisions.
    dependencies = [("placements", "0003_outcomes"), ("audit", "0002_triggers"), ("linkage", "0006_review_security")]
    operations = [
        rls.enable(LOG),
        rls.enable("placements_workerlink"),
        ddl.audit("placements_workerlink"),
        migrations.RunSQL(
            f"{TRIGGER} FOR EACH STATEMENT EXECUTE FUNCTION jb_refuse_change()",
            f"DROP TRIGGER added_only ON {LOG}",
        ),
    ]
