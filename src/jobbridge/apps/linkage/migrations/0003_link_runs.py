"""When the comparison ran, and over what."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("linkage", "0002_security")]
    operations = [
        migrations.CreateModel(
            name="LinkRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="日期")),
                ("register_mark", models.CharField(max_length=60, verbose_name="台账标记")),
                ("feed_mark", models.CharField(max_length=60, verbose_name="比对数据标记")),
                ("counts", models.JSONField(verbose_name="计数")),
                ("report", models.JSONField(verbose_name="报告")),
                ("finished_at", models.DateTimeField(verbose_name="完成时间")),
            ],
            options={"verbose_name": "比对批次", "verbose_name_plural": "比对批次"},
        ),
    ]
