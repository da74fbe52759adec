"""Row-level security and audit of this app's tables."""

from django.db import migrations

from jobbridge.apps.accounts import rls
from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial"), ("audit", "0002_triggers")]
    operations = [
        rls.enable("registry_household"),
        rls.enable("registry_person"),
        rls.enable("registry_membership"),
        rls.enable("registry_employmentspell"),
        rls.enable("registry_workstatement"),
        rls.enable("registry_contactpoint"),
        ddl.audit("registry_household"),
        ddl.audit("registry_person"),
        ddl.audit("registry_membership"),
        ddl.audit("registry_employmentspell"),
        ddl.audit("registry_workstatement"),
        ddl.audit("registry_contactpoint"),
    ]
