"""Somebody may be seen more often than a small integer holds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("linkage", "0012_duplicate_searches")]
    operations = [
        migrations.AlterField("returnee", "sightings", models.PositiveIntegerField("记录数")),
        migrations.AlterField("outsider", "sightings", models.PositiveIntegerField("记录数")),
    ]
