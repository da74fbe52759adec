"""Rows without a name wait for a person too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("linkage", "0015_suspicion_records")]

    operations = [
        migrations.AlterField(
            model_name="link",
            name="hold",
            field=models.CharField(
                blank=True,
                choices=[
                    ("id_other_name", "证件号码相同，姓名完全不同，可能被人冒用"),
                    ("household_mask", "姓名打了码，同一户还有人也对得上"),
                    ("name_only", "只有姓名对得上"),
                    ("phone_only", "没有姓名，只有手机号对得上"),
                ],
                max_length=16,
                verbose_name="待核对原因",
            ),
        ),
    ]
