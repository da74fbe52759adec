"""Nothing is on offer that nobody screened; what was, waits for review."""

from django.db import migrations, models

ASK = """
SELECT set_config('jb.actor', 'system:migrate', true);
UPDATE vacancies_post SET state = 'pending'
WHERE state IN ('active', 'paused') AND (screened_on IS NULL OR screened_by = '');
"""


class Migration(migrations.Migration):
    dependencies = [("vacancies", "0006_titles_security")]
    operations = [
        migrations.RunSQL(ASK, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="post",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"), ("pending", "待审核"), ("active", "招聘中"), ("rejected", "退回"),
                    ("paused", "暂停"), ("closed", "已停止"),
                ],
                default="draft",
                max_length=8,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=~models.Q(state__in=["active", "paused"])
                | models.Q(screened_on__isnull=False) & ~models.Q(screened_by=""),
                name="post_on_offer_screened",
            ),
        ),
    ]
