"""Row-level security and audit of this app's tables."""

from django.db import migrations

from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("employers", "0001_initial"), ("audit", "0002_triggers")]
    operations = [
        ddl.audit("employers_employer"),
    ]
