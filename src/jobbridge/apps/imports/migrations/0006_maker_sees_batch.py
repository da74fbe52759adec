"""Whoever handed a batch in sees it, also when it is handed in for more than their own area."""

from django.db import migrations

from jobbridge.apps.accounts import rls


class Migration(migrations.Migration):
    dependencies = [("imports", "0005_visits")]
    operations = [
        rls.also_for_maker("imports_importbatch", "created_by"),
    ]
