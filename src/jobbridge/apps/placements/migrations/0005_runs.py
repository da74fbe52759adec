"""The settings as dated data; what a run says of every post and seeker; who releases it; trials."""

import django.contrib.postgres.fields
import django.db.models.deletion
import jobbridge.apps.placements.models_policy
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('placements', '0004_outcomes_security'),
        ('registry', '0002_security'),
        ('vacancies', '0004_security'),
    ]

    operations = [
        migrations.CreateModel(
            name='WhatIf',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='日期')),
                ('present', models.JSONField(verbose_name='现行口径')),
                ('trial', models.JSONField(verbose_name='试算口径')),
                ('result', models.JSONField(null=True, verbose_name='结果')),
                ('started_by', models.CharField(max_length=60, verbose_name='发起人')),
                ('started_at', models.DateTimeField(verbose_name='开始时间')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                ('step', models.CharField(blank=True, max_length=60, verbose_name='步骤')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='已完成')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='总数')),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='错误')),
            ],
            options={
                'verbose_name': '撮合试算',
                'verbose_name_plural': '撮合试算',
            },
        ),
        migrations.CreateModel(
            name='MatchPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(unique=True, verbose_name='生效日')),
                ('k', models.PositiveSmallIntegerField(default=3, verbose_name='每人推荐数')),
                ('kappa', models.FloatField(default=3.0, verbose_name='每个名额的人选数')),
                ('bonus_zero', models.PositiveIntegerField(default=80000, verbose_name='零就业家庭优先分')),
                ('bonus_key', models.PositiveIntegerField(default=50000, verbose_name='重点群体优先分')),
                ('bonus_other', models.PositiveIntegerField(default=20000, verbose_name='其他人员优先分')),
                ('bonus_next', models.PositiveIntegerField(default=5000, verbose_name='第二个推荐的分值')),
                ('wage_percent', models.PositiveSmallIntegerField(default=80, verbose_name='月薪下限比例（%）')),
                ('weights', models.JSONField(default=jobbridge.apps.placements.models_policy.default_weights, verbose_name='分项权重')),
                ('manual_release', models.BooleanField(default=False, verbose_name='人工放行')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('decided_by', models.CharField(max_length=60, verbose_name='制定人')),
                ('decided_at', models.DateTimeField(verbose_name='制定时间')),
            ],
            options={
                'verbose_name': '撮合口径',
                'verbose_name_plural': '撮合口径',
                'constraints': [models.CheckConstraint(condition=models.Q(('k__gte', 1), ('k__lte', 8)), name='match_policy_k'), models.CheckConstraint(condition=models.Q(('kappa__gt', 0), ('kappa__lte', 20)), name='match_policy_kappa'), models.CheckConstraint(condition=models.Q(('bonus_key__gte', models.F('bonus_other')), ('bonus_other__gte', models.F('bonus_next')), ('bonus_zero__gte', models.F('bonus_key')), ('bonus_zero__lte', 1000000)), name='match_policy_zero_first'), models.CheckConstraint(condition=models.Q(('wage_percent__lte', 100)), name='match_policy_wage')],
            },
        ),
        migrations.CreateModel(
            name='RunDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('draft', '待放行'), ('released', '已放行'), ('discarded', '已作废')], max_length=9, verbose_name='决定')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('decided_by', models.CharField(max_length=60, verbose_name='决定人')),
                ('decided_at', models.DateTimeField(verbose_name='决定时间')),
                ('run', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='decision', to='placements.matchrun', verbose_name='批次')),
            ],
            options={
                'verbose_name': '批次放行',
                'verbose_name_plural': '批次放行',
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['released', 'discarded'])), name='run_decision_state')],
            },
        ),
        migrations.CreateModel(
            name='RunPost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('openings', models.PositiveIntegerField(verbose_name='名额')),
                ('capacity', models.PositiveIntegerField(verbose_name='可推荐人数')),
                ('candidates', models.PositiveIntegerField(verbose_name='人选')),
                ('short', models.PositiveIntegerField(verbose_name='缺人选')),
                ('price', models.PositiveIntegerField(verbose_name='拥挤价')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='vacancies.post', verbose_name='岗位')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='posts_of_run', to='placements.matchrun', verbose_name='批次')),
            ],
            options={
                'verbose_name': '批次中的岗位',
                'verbose_name_plural': '批次中的岗位',
                'indexes': [models.Index(fields=['run', '-short', 'id'], name='placements__run_id_1d4388_idx'), models.Index(fields=['run', '-price', 'id'], name='placements__run_id_7322a0_idx')],
                'constraints': [models.UniqueConstraint(fields=('run', 'post'), name='run_post_once'), models.CheckConstraint(condition=models.Q(('candidates__lte', models.F('capacity'))), name='run_post_not_over_full')],
            },
        ),
        migrations.CreateModel(
            name='RunSeeker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region_code', models.CharField(db_collation='C', max_length=12, verbose_name='所在村代码')),
                ('tier', models.PositiveSmallIntegerField(verbose_name='优先级')),
                ('sex', models.CharField(blank=True, max_length=1, verbose_name='性别')),
                ('age', models.PositiveSmallIntegerField(verbose_name='年龄')),
                ('disabled', models.BooleanField(null=True, verbose_name='残疾')),
                ('legal', models.PositiveIntegerField(verbose_name='合适岗位')),
                ('given', models.PositiveSmallIntegerField(verbose_name='推荐数')),
                ('limit', models.CharField(blank=True, max_length=12, verbose_name='主要原因')),
                ('missed', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), default=list, size=None, verbose_name='人选已满的岗位')),
                ('changes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), default=list, size=None, verbose_name='可以改变的')),
                ('training', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), default=list, size=None, verbose_name='最近的培训')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='match_notes', to='registry.person', verbose_name='人员')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seekers_of_run', to='placements.matchrun', verbose_name='批次')),
            ],
            options={
                'verbose_name': '批次中的求职者',
                'verbose_name_plural': '批次中的求职者',
                'abstract': False,
                'indexes': [models.Index(fields=['region_code', 'id'], name='placements__region__79e3fd_idx'), models.Index(fields=['run', 'tier', 'id'], name='placements__run_id_7874fd_idx'), models.Index(fields=['person', '-run'], name='placements__person__72e061_idx')],
                'constraints': [models.UniqueConstraint(fields=('run', 'person'), name='run_seeker_once')],
            },
        ),
    ]
