"""Ways in, review, confirmation and log of posts. An age limit without a ground was never lawful: it is lifted."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

LIFT = """
SELECT set_config('jb.actor', 'system:migrate', true);
UPDATE vacancies_post SET age_min = 16, age_max = greatest(age_max, 65)
WHERE limit_ground = '' AND (age_min > 16 OR age_max < 65);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('employers', '0003_ways_in'),
        ('imports', '0007_keep_until'),
        ('vacancies', '0002_security'),
    ]

    operations = [
        migrations.RunSQL(LIFT, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='PostLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(choices=[('entered', '登记'), ('edited', '修改'), ('submitted', '提交审核'), ('approved', '审核通过'), ('returned', '退回'), ('confirmed', '确认仍在招'), ('no_answer', '电话未接通'), ('paused', '暂停'), ('filled', '已招满'), ('closed', '停止招聘')], max_length=10, verbose_name='事件')),
                ('before', models.CharField(blank=True, choices=[('draft', '草稿'), ('pending', '待审核'), ('active', '招聘中'), ('rejected', '退回'), ('paused', '暂停'), ('closed', '已停止')], max_length=8, verbose_name='原状态')),
                ('after', models.CharField(choices=[('draft', '草稿'), ('pending', '待审核'), ('active', '招聘中'), ('rejected', '退回'), ('paused', '暂停'), ('closed', '已停止')], max_length=8, verbose_name='新状态')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('actor', models.CharField(max_length=60, verbose_name='操作人')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
            ],
            options={
                'verbose_name': '岗位经过',
                'verbose_name_plural': '岗位经过',
            },
        ),
        migrations.RemoveConstraint(
            model_name='post',
            name='post_limit_needs_ground',
        ),
        migrations.AddField(
            model_name='post',
            name='agency',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agency_posts', to='employers.employer', verbose_name='代招机构'),
        ),
        migrations.AddField(
            model_name='post',
            name='collected_on',
            field=models.DateField(default=django.utils.timezone.localdate, verbose_name='收集日'),
        ),
        migrations.AddField(
            model_name='post',
            name='confirmed_on',
            field=models.DateField(null=True, verbose_name='最近确认日'),
        ),
        migrations.AddField(
            model_name='post',
            name='liaison_city',
            field=models.CharField(blank=True, db_default='', max_length=30, verbose_name='联络城市'),
        ),
        migrations.AddField(
            model_name='post',
            name='note',
            field=models.CharField(blank=True, db_default='', max_length=300, verbose_name='岗位说明'),
        ),
        migrations.AddField(
            model_name='post',
            name='origin',
            field=models.CharField(choices=[('import', '表格导入'), ('employer', '单位填报'), ('agency', '机构代招'), ('specialist', '专员登记'), ('liaison', '城际联络')], default='import', max_length=10, verbose_name='收集渠道'),
        ),
        migrations.AddField(
            model_name='post',
            name='quality',
            field=models.BooleanField(db_default=False, default=False, verbose_name='优质岗位'),
        ),
        migrations.AddField(
            model_name='post',
            name='rejection',
            field=models.CharField(blank=True, db_default='', max_length=200, verbose_name='退回原因'),
        ),
        migrations.AddField(
            model_name='post',
            name='screened_by',
            field=models.CharField(blank=True, db_default='', max_length=60, verbose_name='审核人'),
        ),
        migrations.AddField(
            model_name='post',
            name='screened_on',
            field=models.DateField(null=True, verbose_name='审核日'),
        ),
        migrations.AddField(
            model_name='post',
            name='unanswered',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='连续未接通'),
        ),
        migrations.AlterField(
            model_name='post',
            name='state',
            field=models.CharField(choices=[('draft', '草稿'), ('pending', '待审核'), ('active', '招聘中'), ('rejected', '退回'), ('paused', '暂停'), ('closed', '已停止')], default='active', max_length=8, verbose_name='状态'),
        ),
        migrations.AddIndex(
            model_name='post',
            index=models.Index(fields=['state', 'collected_on', 'id'], name='post_queue'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('age_max__gte', 65), ('age_min', 16), ('sex_limit', '')), models.Q(('limit_ground', ''), _negated=True), _connector='OR'), name='post_limit_needs_ground'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(('sex_limit__in', ['', '男', '女'])), name='post_sex_limit'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'pending', 'active', 'rejected', 'paused', 'closed'])), name='post_state'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['import', 'employer', 'agency', 'specialist', 'liaison'])), name='post_origin'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'rejected'), _negated=True), models.Q(('rejection', ''), _negated=True), _connector='OR'), name='post_rejected_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('origin', 'liaison'), _negated=True), models.Q(('liaison_city', ''), _negated=True), _connector='OR'), name='post_liaison_has_city'),
        ),
        migrations.AddField(
            model_name='postlog',
            name='post',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='log', to='vacancies.post', verbose_name='岗位'),
        ),
        migrations.AddIndex(
            model_name='postlog',
            index=models.Index(fields=['post', 'id'], name='vacancies_p_post_id_b85a69_idx'),
        ),
        migrations.AddConstraint(
            model_name='postlog',
            constraint=models.CheckConstraint(condition=models.Q(('event__in', ['entered', 'edited', 'submitted', 'approved', 'returned', 'confirmed', 'no_answer', 'paused', 'filled', 'closed'])), name='post_log_event'),
        ),
        migrations.AddConstraint(
            model_name='postlog',
            constraint=models.CheckConstraint(condition=models.Q(('after__in', ['draft', 'pending', 'active', 'rejected', 'paused', 'closed'])), name='post_log_state'),
        ),
    ]
