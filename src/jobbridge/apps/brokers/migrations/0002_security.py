"""Row-level security and audit of this app's tables."""

from django.db import migrations

from jobbridge.apps.accounts import rls
from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("brokers", "0001_initial"), ("audit", "0002_triggers")]
    operations = [
        rls.enable("brokers_broker"),
        ddl.audit("brokers_broker"),
    ]
