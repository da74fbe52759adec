"""Row-level security and audit of the pairs that may be one person."""

from django.db import migrations

from jobbridge.apps.accounts import rls
from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("linkage", "0009_duplicates")]
    operations = [rls.enable("linkage_duplicatesuspicion"), ddl.audit("linkage_duplicatesuspicion")]
