"""Work at a place that nobody has named is a status of its own."""

from django.db import migrations, models

LETTERS = [
    ("W", "在外务工"), ("L", "就近就业"), ("E", "已就业，地点待核实"), ("S", "有意愿未就业"), ("N", "无就业意愿"),
    ("U", "待核实"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("targeting", "0002_security")]
    operations = [
        migrations.RemoveConstraint("personstatus", "person_status"),
        migrations.AlterField(
            "personstatus", "status", models.CharField(choices=LETTERS, max_length=1, verbose_name="劳动力状况")
        ),
        migrations.AddConstraint(
            "personstatus",
            models.CheckConstraint(
                condition=models.Q(status__in=[letter for letter, _ in LETTERS]), name="person_status"
            ),
        ),
    ]
