"""Every former code once: loading the list again doubled those without a first year."""

from django.db import migrations, models

SINGLE = """
DELETE FROM areas_formercode f USING areas_formercode g
WHERE f.id > g.id AND (f.code, f.name) = (g.code, g.name) AND f.start_year IS NOT DISTINCT FROM g.start_year
"""


class Migration(migrations.Migration):
    dependencies = [("areas", "0001_initial")]
    operations = [
        migrations.RunSQL(SINGLE, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="formercode", name="former_code_once"),
        migrations.AddConstraint(
            model_name="formercode",
            constraint=models.UniqueConstraint(
                fields=("code", "name", "start_year"), name="former_code_once", nulls_distinct=False
            ),
        ),
    ]
