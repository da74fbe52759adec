"""The audit trigger, and the users under it."""

from django.db import migrations

from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("accounts", "0002_row_security")]
    operations = [
        ddl.function(),
        ddl.audit("accounts_user"),
    ]
