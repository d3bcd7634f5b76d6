"""Referrals."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0014_final_score_source"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalReferral",
            fields=[
                (
                    "direction",
                    models.CharField(choices=[("up", "Up"), ("down", "Down")], max_length=4, verbose_name="Direction"),
                ),
                ("consent_on", models.DateField(verbose_name="Consent given on")),
                (
                    "consent_how",
                    models.CharField(
                        choices=[
                            ("written", "In writing by the patient"),
                            ("spoken", "Spoken, before a witness"),
                            ("family", "By guardian or family"),
                        ],
                        max_length=8,
                        verbose_name="How consent was given",
                    ),
                ),
                ("department", models.CharField(blank=True, max_length=60, verbose_name="Department")),
                ("bed", models.CharField(blank=True, max_length=40, verbose_name="Bed")),
                ("expected_at", models.DateTimeField(blank=True, null=True, verbose_name="Expected at")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="Accepted")),
                ("arrived_at", models.DateTimeField(blank=True, null=True, verbose_name="Arrived")),
                ("informed_at", models.DateTimeField(blank=True, null=True, verbose_name="Information handed over")),
                (
                    "appointment_kept",
                    models.BooleanField(blank=True, null=True, verbose_name="Priority for appointments"),
                ),
                ("appointment_reason", models.CharField(blank=True, max_length=300, verbose_name="Why not")),
                (
                    "examination_kept",
                    models.BooleanField(blank=True, null=True, verbose_name="Priority for examinations"),
                ),
                ("examination_reason", models.CharField(blank=True, max_length=300, verbose_name="Why not")),
                ("admission_kept", models.BooleanField(blank=True, null=True, verbose_name="Priority for admission")),
                ("admission_reason", models.CharField(blank=True, max_length=300, verbose_name="Why not")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("inpatient", "Treated as an inpatient"),
                            ("outpatient", "Treated as an outpatient"),
                            ("continued", "Treatment and rehabilitation go on"),
                            ("other", "Other"),
                        ],
                        max_length=12,
                        verbose_name="Outcome",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="Closed")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.patient",
                        verbose_name="Patient",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.pilot",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="To",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="From",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Referral",
                "verbose_name_plural": "historical Referrals",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="referral",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                (
                    "direction",
                    models.CharField(choices=[("up", "Up"), ("down", "Down")], max_length=4, verbose_name="Direction"),
                ),
                ("consent_on", models.DateField(verbose_name="Consent given on")),
                (
                    "consent_how",
                    models.CharField(
                        choices=[
                            ("written", "In writing by the patient"),
                            ("spoken", "Spoken, before a witness"),
                            ("family", "By guardian or family"),
                        ],
                        max_length=8,
                        verbose_name="How consent was given",
                    ),
                ),
                ("department", models.CharField(blank=True, max_length=60, verbose_name="Department")),
                ("bed", models.CharField(blank=True, max_length=40, verbose_name="Bed")),
                ("expected_at", models.DateTimeField(blank=True, null=True, verbose_name="Expected at")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="Accepted")),
                ("arrived_at", models.DateTimeField(blank=True, null=True, verbose_name="Arrived")),
                ("informed_at", models.DateTimeField(blank=True, null=True, verbose_name="Information handed over")),
                (
                    "appointment_kept",
                    models.BooleanField(blank=True, null=True, verbose_name="Priority for appointments"),
                ),
                ("appointment_reason", models.CharField(blank=True, max_length=300, verbose_name="Why not")),
                (
                    "examination_kept",
                    models.BooleanField(blank=True, null=True, verbose_name="Priority for examinations"),
                ),
                ("examination_reason", models.CharField(blank=True, max_length=300, verbose_name="Why not")),
                ("admission_kept", models.BooleanField(blank=True, null=True, verbose_name="Priority for admission")),
                ("admission_reason", models.CharField(blank=True, max_length=300, verbose_name="Why not")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("inpatient", "Treated as an inpatient"),
                            ("outpatient", "Treated as an outpatient"),
                            ("continued", "Treatment and rehabilitation go on"),
                            ("other", "Other"),
                        ],
                        max_length=12,
                        verbose_name="Outcome",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="Closed")),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="cases.patient",
                        verbose_name="Patient",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="cases.pilot"
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="To",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="From",
                    ),
                ),
            ],
            options={
                "verbose_name": "Referral",
                "verbose_name_plural": "Referrals",
                "indexes": [models.Index(fields=["pilot", "direction", "closed_at"], name="referral_of_pilot")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sender", models.F("receiver")), _negated=True),
                        name="referral_goes_to_another_unit",
                    )
                ],
            },
        ),
    ]
