"""Who left on the day they started has a spell of no day: it ends where it began."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_security")]
    operations = [
        migrations.RemoveConstraint("employmentspell", "spell_order"),
        migrations.AddConstraint(
            "employmentspell",
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gte=F("start")), name="spell_order"),
        ),
    ]
