"""The images of a table may go without some of its columns."""

from django.db import migrations

from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_passwords_and_grants")]
    operations = [ddl.replace_function()]
