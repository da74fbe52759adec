"""Row-level security and audit of this app's tables."""

from django.db import migrations

from jobbridge.apps.accounts import rls
from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial"), ("audit", "0002_triggers")]
    operations = [
        rls.enable("imports_importbatch"),
        ddl.audit("imports_importbatch"),
    ]
