"""Messages that wait for their reader's digest have a state of their own; lists of what went nowhere have an index."""

from django.db import migrations, models

STATES = [
    ("waiting", "Waiting"),
    ("digest", "Waiting for the digest"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("gathered", "Part of a digest"),
    ("no_address", "No address"),
]


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.AlterField(
            "dispatch",
            "state",
            models.CharField(choices=STATES, default="waiting", max_length=10, verbose_name="State"),
        ),
        migrations.AddIndex(
            "dispatch",
            models.Index(
                fields=["not_before", "id"], name="dispatches_digest", condition=models.Q(("state", "digest"))
            ),
        ),
        migrations.AddIndex(
            "dispatch",
            models.Index(
                fields=["-created_at"], name="dispatches_no_address", condition=models.Q(("state", "no_address"))
            ),
        ),
    ]
