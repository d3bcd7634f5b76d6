"""What the virus scanner said of a file, and the digest of what was sent before a picture was drawn anew."""

from django.db import migrations, models
from django.db.models import Q

SCANS = [("pending", "Waiting for the virus scanner"), ("clean", "Nothing found"), ("quarantined", "In quarantine")]


def added(name, field):
    return [migrations.AddField(model, name, field) for model in ("evidence", "historicalevidence")]


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_audit"),
    ]

    operations = [
        *added("scan", models.CharField("Virus scanner", blank=True, choices=SCANS, default="", max_length=12)),
        *added(
            "sent_sha256",
            models.CharField(
                blank=True,
                default="",
                help_text="Of what was sent; a picture is drawn anew before it is kept.",
                max_length=64,
            ),
        ),
        migrations.AddIndex(
            "evidence",
            models.Index(
                condition=Q(scan__in=("pending", "quarantined")), fields=["scan", "id"], name="evidence_held_back"
            ),
        ),
    ]
