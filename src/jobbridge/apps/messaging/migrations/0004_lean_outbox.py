"""One index less to write with every move of a message: nothing looks for the beginning of a key."""

from django.db import migrations

INDEX = "messaging_message_idempotency_key_0ee4d6bf_like"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_channels")]
    operations = [
        migrations.RunSQL(
            f"DROP INDEX IF EXISTS {INDEX}",
            f"CREATE INDEX {INDEX} ON messaging_message (idempotency_key varchar_pattern_ops)",
        )
    ]
