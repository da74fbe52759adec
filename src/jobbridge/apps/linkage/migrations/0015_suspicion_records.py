"""A suspicion counts the records it rests on, and keeps the newest of them; the next daily cycle counts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("linkage", "0014_log_stays")]
    operations = [migrations.AddField("suspicion", "records", models.PositiveIntegerField("记录数", default=0))]
