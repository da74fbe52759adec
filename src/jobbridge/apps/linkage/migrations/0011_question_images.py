"""What a village was asked shows an agency's words: they are no part of the audit trail, which outlasts their day."""

from django.db import migrations

from jobbridge.apps.audit import ddl

FORGET = """
UPDATE audit_auditentry SET before = before - 'facts', after = after - 'facts'
WHERE table_name = 'linkage_villagequestion' AND (before ? 'facts' OR after ? 'facts')
"""


class Migration(migrations.Migration):
    dependencies = [("linkage", "0010_duplicates_security"), ("audit", "0004_columns_left_out")]
    operations = [
        migrations.RunSQL(
            ddl.audit("linkage_villagequestion", without=["facts"]).sql, ddl.audit("linkage_villagequestion").sql
        ),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
