"""No password hash in the audit trail, and every grant of an area in it."""

from django.db import migrations

from jobbridge.apps.audit import ddl

FORGET = """
UPDATE audit_auditentry SET before = before - 'password', after = after - 'password'
WHERE table_name = 'accounts_user' AND (before ? 'password' OR after ? 'password')
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_triggers"), ("areas", "0001_initial")]
    operations = [
        ddl.replace_function(),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
        ddl.audit("accounts_user_areas"),
        ddl.audit("accounts_user_management_areas"),
        # What a management area consists of decides what its users see.
        ddl.audit("areas_managementarea"),
        ddl.audit("areas_managementarea_areas"),
    ]
