"""Row-level security of messages and replies; audit of what people refused and wrote.

Messages are not audited by trigger: they record their own times, and each would leave four images behind.
"""

from django.db import migrations

from jobbridge.apps.accounts import rls
from jobbridge.apps.audit import ddl


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("audit", "0002_triggers")]
    operations = [
        rls.enable("messaging_message"),
        rls.enable("messaging_inbound"),
        ddl.audit("messaging_inbound"),
        ddl.audit("messaging_optout"),
    ]
