"""Whether a run is of a day or of one person at the counter."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('placements', '0006_runs_security'),
    ]

    operations = [
        migrations.AddField(
            model_name='matchrun',
            name='kind',
            field=models.CharField(choices=[('day', '每日撮合'), ('person', '当场推荐')], default='day', max_length=6, verbose_name='类别'),
        ),
        migrations.AddConstraint(
            model_name='matchrun',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['day', 'person'])), name='match_run_kind'),
        ),
    ]
