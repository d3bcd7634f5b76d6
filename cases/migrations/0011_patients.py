"""Patients of referrals in sealed boxes, and the keys that open them."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_alliance"),
    ]

    operations = [
        migrations.CreateModel(
            name="Patient",
            fields=[
                (
                    "uid",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("sealed", models.BinaryField(help_text="Nonce and ciphertext; empty once erased.")),
                ("sealed_at", models.DateTimeField()),
                ("keep_until", models.DateField(db_index=True)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "Patient",
                "verbose_name_plural": "Patients",
            },
        ),
        migrations.CreateModel(
            name="PersonalKey",
            fields=[
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="key",
                        serialize=False,
                        to="cases.patient",
                    ),
                ),
                ("wrapped", models.BinaryField()),
                (
                    "wrapped_by",
                    models.CharField(help_text="The fingerprint of the wrapping key.", max_length=16),
                ),
            ],
            options={
                "verbose_name": "Key of personal data",
                "verbose_name_plural": "Keys of personal data",
            },
        ),
    ]
