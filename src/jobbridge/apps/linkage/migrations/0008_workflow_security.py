"""Row-level security and audit of the workflow's tables."""

from django.db import migrations

from jobbridge.apps.accounts import rls
from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("linkage", "0007_workflow")]
    operations = [
        rls.enable("linkage_returnee"),
        rls.enable("linkage_outsider"),
        rls.enable("linkage_suspicion"),
        ddl.audit("linkage_dataagreement"),
        ddl.audit("linkage_returnee"),
        ddl.audit("linkage_outsider"),
        ddl.audit("linkage_suspicion"),
    ]
