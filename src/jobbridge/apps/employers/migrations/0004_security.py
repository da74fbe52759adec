"""Audit of who may sign in for an employer."""

from django.db import migrations

from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("employers", "0003_ways_in"), ("audit", "0002_triggers")]
    operations = [
        ddl.audit("employers_employeraccount"),
    ]
