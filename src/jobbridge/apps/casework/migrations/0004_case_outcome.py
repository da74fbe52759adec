"""How a case ended. Until now the only end was stable work; what those cases still had planned is cancelled."""

from django.db import migrations, models

STATES = [("open", "待见面"), ("measures", "帮扶中"), ("watch", "稳定观察"), ("closed", "已结案")]
OUTCOMES = [("cleared", "稳定就业清零"), ("ineligible", "不再符合口径"), ("moved", "已迁户")]

# Row-level security and audit bind migrations too.
ACT = (
    "SELECT set_config('jb.actor', '{who}', true), set_config('jb.lo', '', true), set_config('jb.hi', '{hi}', true),"
    " set_config('jb.ranges', '', true)"
)


class Migration(migrations.Migration):
    dependencies = [("casework", "0003_task_order")]
    operations = [
        migrations.AddField(
            model_name="case",
            name="outcome",
            field=models.CharField(blank=True, choices=OUTCOMES, max_length=10, verbose_name="结案结果"),
        ),
        migrations.AlterField(
            model_name="case", name="closed_on", field=models.DateField(null=True, verbose_name="结案日")
        ),
        migrations.AlterField(
            model_name="case",
            name="state",
            field=models.CharField(choices=STATES, default="open", max_length=8, verbose_name="状态"),
        ),
        migrations.AlterField(
            model_name="caselog",
            name="after",
            field=models.CharField(choices=STATES, max_length=8, verbose_name="新状态"),
        ),
        migrations.AlterField(
            model_name="caselog",
            name="before",
            field=models.CharField(blank=True, choices=STATES, max_length=8, verbose_name="原状态"),
        ),
        migrations.AlterField(
            model_name="serviceitem",
            name="state",
            field=models.CharField(
                choices=[
                    ("planned", "待办"),
                    ("done", "已完成"),
                    ("declined", "本人不需要"),
                    ("cancelled", "已取消"),
                ],
                default="planned",
                max_length=9,
                verbose_name="状态",
            ),
        ),
        migrations.RunSQL(
            [
                ACT.format(who="system:migration", hi="~"),
                "UPDATE casework_case SET outcome = 'cleared' WHERE state = 'closed'",
                "UPDATE casework_serviceitem s SET state = 'cancelled' FROM casework_case c"
                " WHERE c.id = s.case_id AND c.state = 'closed' AND s.state = 'planned'",
                ACT.format(who="", hi=""),
            ],
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome__in", ["cleared", "ineligible", "moved"]), ("state", "closed")),
                    models.Q(models.Q(("state", "closed"), _negated=True), ("outcome", "")),
                    _connector="OR",
                ),
                name="case_closed_has_outcome",
            ),
        ),
    ]
