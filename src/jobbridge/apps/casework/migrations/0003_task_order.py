"""The index that serves the county's task list in its own order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_security")]
    operations = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["state", "-urgency", "due_on", "id"], name="casework_ta_state_12a01e_idx"),
        ),
    ]
