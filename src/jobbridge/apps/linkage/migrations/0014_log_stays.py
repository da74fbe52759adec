"""The log of decisions outlasts its pairs, and nobody deletes from it."""

import django.db.models.deletion
from django.db import migrations, models

TRIGGER = "CREATE TRIGGER added_only BEFORE {what} ON linkage_linkdecision FOR EACH STATEMENT"
REFUSE = " EXECUTE FUNCTION jb_refuse_change()"
DROP = "DROP TRIGGER added_only ON linkage_linkdecision"


class Migration(migrations.Migration):
    dependencies = [("linkage", "0013_many_sightings")]
    operations = [
        migrations.AlterField(
            "linkdecision",
            "link",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="decisions",
                to="linkage.link",
                verbose_name="比对结果",
            ),
        ),
        migrations.RunSQL(
            [DROP, TRIGGER.format(what="UPDATE OR DELETE") + REFUSE],
            [DROP, TRIGGER.format(what="UPDATE") + REFUSE],
        ),
    ]
