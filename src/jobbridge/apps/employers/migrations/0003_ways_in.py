"""Kinds of employers, the clerk who looks after each, and their own log-ins."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('employers', '0002_security'),
        ('imports', '0007_keep_until'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EmployerAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_by', models.CharField(max_length=60, verbose_name='开通人')),
                ('opened_at', models.DateTimeField(verbose_name='开通时间')),
            ],
            options={
                'verbose_name': '单位账号',
                'verbose_name_plural': '单位账号',
            },
        ),
        migrations.AddField(
            model_name='employer',
            name='kind',
            field=models.CharField(choices=[('employer', '用工单位'), ('agency', '人力资源机构')], db_default='employer', default='employer', max_length=8, verbose_name='性质'),
        ),
        migrations.AddField(
            model_name='employer',
            name='specialist',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='employers', to=settings.AUTH_USER_MODEL, verbose_name='人社专员'),
        ),
        migrations.AddConstraint(
            model_name='employer',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['employer', 'agency'])), name='employer_kind'),
        ),
        migrations.AddConstraint(
            model_name='employer',
            constraint=models.CheckConstraint(condition=models.Q(('credit_code__regex', '^[0-9ABCDEFGHJKLMNPQRTUWXY]{18}$')), name='employer_credit_code'),
        ),
        migrations.AddField(
            model_name='employeraccount',
            name='employer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='employers.employer', verbose_name='用工单位'),
        ),
        migrations.AddField(
            model_name='employeraccount',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='employer_account', to=settings.AUTH_USER_MODEL, verbose_name='用户'),
        ),
    ]
