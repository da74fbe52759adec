"""The function behind row-level security."""

from django.db import migrations

from jobbridge.apps.accounts import rls


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        rls.functions(),
    ]
