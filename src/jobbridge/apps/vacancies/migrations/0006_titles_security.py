"""What becomes of a title is on record."""

from django.db import migrations

from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("vacancies", "0005_titles"), ("audit", "0002_triggers")]
    operations = [ddl.audit("vacancies_jobtitle")]
