"""The first page of a group without sorting the county."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("targeting", "0003_place_unknown")]
    operations = [
        migrations.AddIndex(
            "groupmembership",
            models.Index(
                fields=["group", "since", "id"], condition=models.Q(until__isnull=True), name="membership_waiting"
            ),
        ),
    ]
