"""Row-level security of the seekers of a run; audit of the settings and of who releases."""

from django.db import migrations

from jobbridge.apps.accounts import rls
from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("placements", "0005_runs"), ("audit", "0002_triggers")]
    operations = [
        rls.enable("placements_runseeker"),
        ddl.audit("placements_matchpolicy"),
        ddl.audit("placements_rundecision"),
    ]
