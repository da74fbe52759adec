"""The log of posts is only added to; posts that were there count as collected and screened on the day of their data."""

from django.db import migrations

from jobbridge.apps.audit import ddl

KNOWN = """
SELECT set_config('jb.actor', 'system:migrate', true);
UPDATE vacancies_post SET collected_on = as_of, confirmed_on = as_of, screened_on = as_of,
  screened_by = 'system:migrate';
"""


class Migration(migrations.Migration):
    dependencies = [("vacancies", "0003_ways_in"), ("audit", "0002_triggers")]
    operations = [
        ddl.added_only("vacancies_postlog"),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
