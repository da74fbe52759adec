"""Row-level security and audit of what people say about pairs; the log of decisions is only ever added to."""

from django.db import migrations

from jobbridge.apps.accounts import rls
from jobbridge.apps.audit import ddl

REFUSE = """
CREATE FUNCTION jb_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("linkage", "0005_review"), ("audit", "0002_triggers")]
    operations = [
        rls.enable("linkage_linkdecision"),
        rls.enable("linkage_opinion"),
        rls.enable("linkage_villagequestion"),
        ddl.audit("linkage_linkdecision"),
        ddl.audit("linkage_opinion"),
        ddl.audit("linkage_villagequestion"),
        migrations.RunSQL(
            [
                REFUSE,
                "CREATE TRIGGER added_only BEFORE UPDATE ON linkage_linkdecision"
                " FOR EACH STATEMENT EXECUTE FUNCTION jb_refuse_change()",
            ],
            ["DROP TRIGGER added_only ON linkage_linkdecision", "DROP FUNCTION jb_refuse_change()"],
        ),
    ]
