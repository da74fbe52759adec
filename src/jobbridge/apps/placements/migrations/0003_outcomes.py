"""The whole way of a recommendation: states to six months at work, codes of refusal, the log, links, released runs."""

import django.db.models.deletion
from django.db import migrations, models

# Row-level security and audit bind migrations too. Reasons until now were free words.
CARRY_OVER = [
    "SELECT set_config('jb.actor', 'system:migration', true), set_config('jb.lo', '', true),"
    " set_config('jb.hi', '~', true), set_config('jb.ranges', '', true)",
    "UPDATE placements_recommendation SET note = refusal, refusal = '' WHERE refusal <> ''",
    "UPDATE placements_recommendation SET refusal = 'other' WHERE state = 'refused'",
    "UPDATE placements_recommendation SET started_on = state_on WHERE state = 'placed'",
    "SELECT set_config('jb.actor', '', true), set_config('jb.lo', '', true), set_config('jb.hi', '', true)",
]


class Migration(migrations.Migration):

    dependencies = [
        ('placements', '0002_security'),
    ]

    operations = [
        migrations.CreateModel(
            name='RecommendationLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region_code', models.CharField(db_collation='C', max_length=12, verbose_name='所在村代码')),
                ('before', models.CharField(choices=[('recommended', '已推荐'), ('sent', '已发送'), ('delivered', '已送达'), ('seen', '已查看'), ('interested', '有意向'), ('refused', '不合适'), ('interview', '面试中'), ('offered', '拟录用'), ('placed', '已到岗'), ('stable_1', '稳定满1个月'), ('stable_3', '稳定满3个月'), ('stable_6', '稳定满6个月'), ('not_hired', '未录用'), ('left', '已离岗'), ('expired', '已过期')], max_length=12, verbose_name='原状态')),
                ('after', models.CharField(choices=[('recommended', '已推荐'), ('sent', '已发送'), ('delivered', '已送达'), ('seen', '已查看'), ('interested', '有意向'), ('refused', '不合适'), ('interview', '面试中'), ('offered', '拟录用'), ('placed', '已到岗'), ('stable_1', '稳定满1个月'), ('stable_3', '稳定满3个月'), ('stable_6', '稳定满6个月'), ('not_hired', '未录用'), ('left', '已离岗'), ('expired', '已过期')], max_length=12, verbose_name='新状态')),
                ('on', models.DateField(verbose_name='日期')),
                ('reason', models.CharField(blank=True, choices=[('wage', '工资低'), ('far', '太远'), ('kind', '工种不合适'), ('hours', '班次/时间不合适'), ('lodging', '不包住'), ('health', '身体吃不消'), ('family', '要照顾家人'), ('employed', '已有工作'), ('other', '其他')], max_length=8, verbose_name='不合适原因')),
                ('note', models.CharField(blank=True, max_length=100, verbose_name='说明')),
                ('actor', models.CharField(max_length=60, verbose_name='操作人')),
                ('at', models.DateTimeField(verbose_name='记录时间')),
            ],
            options={
                'verbose_name': '推荐经过',
                'verbose_name_plural': '推荐经过',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WorkerLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region_code', models.CharField(db_collation='C', max_length=12, verbose_name='所在村代码')),
                ('code_hash', models.BinaryField(unique=True, verbose_name='链接码（摘要）')),
                ('made_at', models.DateTimeField(verbose_name='生成时间')),
                ('expires_at', models.DateTimeField(verbose_name='有效期至')),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='停用时间')),
                ('revoked_by', models.CharField(blank=True, max_length=60, verbose_name='停用人')),
                ('opened_at', models.DateTimeField(null=True, verbose_name='首次打开')),
                ('language', models.CharField(default='zh-hans', max_length=10, verbose_name='界面语言')),
            ],
            options={
                'verbose_name': '求职者链接',
                'verbose_name_plural': '求职者链接',
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='recommendation',
            name='recommendation_state',
        ),
        migrations.AddField(
            model_name='matchrun',
            name='state',
            field=models.CharField(choices=[('draft', '待放行'), ('released', '已放行'), ('discarded', '已作废')], default='released', max_length=9, verbose_name='状态'),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='note',
            field=models.CharField(blank=True, max_length=100, verbose_name='说明'),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='spell',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='registry.employmentspell', verbose_name='务工记录'),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='started_on',
            field=models.DateField(null=True, verbose_name='到岗日'),
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='recommendation',
            name='refusal',
            field=models.CharField(blank=True, choices=[('wage', '工资低'), ('far', '太远'), ('kind', '工种不合适'), ('hours', '班次/时间不合适'), ('lodging', '不包住'), ('health', '身体吃不消'), ('family', '要照顾家人'), ('employed', '已有工作'), ('other', '其他')], max_length=8, verbose_name='不合适原因'),
        ),
        migrations.AlterField(
            model_name='recommendation',
            name='state',
            field=models.CharField(choices=[('recommended', '已推荐'), ('sent', '已发送'), ('delivered', '已送达'), ('seen', '已查看'), ('interested', '有意向'), ('refused', '不合适'), ('interview', '面试中'), ('offered', '拟录用'), ('placed', '已到岗'), ('stable_1', '稳定满1个月'), ('stable_3', '稳定满3个月'), ('stable_6', '稳定满6个月'), ('not_hired', '未录用'), ('left', '已离岗'), ('expired', '已过期')], default='recommended', max_length=12, verbose_name='状态'),
        ),
        migrations.AddConstraint(
            model_name='matchrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'released', 'discarded'])), name='match_run_state'),
        ),
        migrations.AddConstraint(
            model_name='recommendation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['recommended', 'sent', 'delivered', 'seen', 'interested', 'refused', 'interview', 'offered', 'placed', 'stable_1', 'stable_3', 'stable_6', 'not_hired', 'left', 'expired'])), name='recommendation_state'),
        ),
        migrations.AddConstraint(
            model_name='recommendation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('refusal__in', ['wage', 'far', 'kind', 'hours', 'lodging', 'health', 'family', 'employed', 'other']), ('state', 'refused')), models.Q(models.Q(('state', 'refused'), _negated=True), ('refusal', '')), _connector='OR'), name='recommendation_refused_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='recommendation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('started_on__isnull', False), ('state__in', ('placed', 'stable_1', 'stable_3', 'stable_6', 'left'))), models.Q(models.Q(('state__in', ('placed', 'stable_1', 'stable_3', 'stable_6', 'left')), _negated=True), ('started_on__isnull', True)), _connector='OR'), name='recommendation_started_has_day'),
        ),
        migrations.AddField(
            model_name='recommendationlog',
            name='recommendation',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='log', to='placements.recommendation', verbose_name='推荐'),
        ),
        migrations.AddField(
            model_name='workerlink',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='worker_links', to='registry.person', verbose_name='人员'),
        ),
        migrations.AddIndex(
            model_name='recommendationlog',
            index=models.Index(fields=['region_code', 'id'], name='placements__region__c7f457_idx'),
        ),
        migrations.AddIndex(
            model_name='recommendationlog',
            index=models.Index(fields=['recommendation', 'id'], name='placements__recomme_efd042_idx'),
        ),
        migrations.AddIndex(
            model_name='workerlink',
            index=models.Index(fields=['region_code', 'id'], name='placements__region__e43006_idx'),
        ),
        migrations.AddConstraint(
            model_name='workerlink',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='worker_link_expiry'),
        ),
        migrations.AddConstraint(
            model_name='workerlink',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by', '')), models.Q(('revoked_at__isnull', False), models.Q(('revoked_by', ''), _negated=True)), _connector='OR'), name='worker_link_revoked_by'),
        ),
    ]
