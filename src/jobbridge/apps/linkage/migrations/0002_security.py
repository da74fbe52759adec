"""Row-level security and audit of this app's tables."""

from django.db import migrations

from jobbridge.apps.accounts import rls
from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("linkage", "0001_initial"), ("audit", "0002_triggers")]
    operations = [
        rls.enable("linkage_feedrecord"),
        rls.enable("linkage_link"),
        ddl.audit("linkage_link"),
    ]
