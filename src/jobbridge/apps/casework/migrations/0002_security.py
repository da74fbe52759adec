"""Row-level security and audit of this app's tables."""

from django.db import migrations

from jobbridge.apps.accounts import rls
from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial"), ("audit", "0002_triggers")]
    operations = [
        rls.enable("casework_case"),
        rls.enable("casework_serviceitem"),
        rls.enable("casework_task"),
        rls.enable("casework_visit"),
        ddl.audit("casework_case"),
        ddl.audit("casework_serviceitem"),
        ddl.audit("casework_task"),
        ddl.audit("casework_visit"),
    ]
