"""What channels of approved templates need: variables beside the text, asking for receipts, WeChat followers."""

from django.db import migrations, models

from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0002_security'),
    ]

    operations = [
        migrations.CreateModel(
            name='WeChatBinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.BigIntegerField(unique=True, verbose_name='人员')),
                ('openid_sealed', models.BinaryField(verbose_name='微信标识（密文）')),
                ('bound_at', models.DateTimeField(verbose_name='绑定时间')),
                ('source', models.CharField(max_length=60, verbose_name='来源')),
            ],
            options={
                'verbose_name': '微信绑定',
                'verbose_name_plural': '微信绑定',
            },
        ),
        migrations.AddField(
            model_name='message',
            name='variables',
            field=models.JSONField(default=dict, verbose_name='模板变量'),
        ),
        migrations.AddIndex(
            model_name='receipt',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['channel', 'at'], name='receipt_waiting'),
        ),
        ddl.audit("messaging_wechatbinding"),
    ]
