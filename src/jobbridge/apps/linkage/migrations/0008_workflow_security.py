"""Row-level security and audit of the workflow's tables.

Not of ``linkage_outsider``: the images would keep an agency's values past the day on which they are deleted.
"""

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
        ddl.audit("linkage_suspicion"),
    ]
