"""What the proof of the trail needs: sealed rows in events, the system's own chains, layouts, rows to be sealed."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.apps import apps
from django.conf import settings
from django.db import migrations, models


def queue_history_of_before(_apps: Any, schema_editor: Any) -> None:
    """History of before this release is in no chain yet: the sweep seals it as it is found."""
    connection = schema_editor.connection
    quote = connection.ops.quote_name
    present = set(connection.introspection.table_names())
    # Every history table there is, those of other applications included, which the migration's own models leave out.
    for table in (model for model in apps.get_models() if hasattr(model, "history_object")):
        if table._meta.db_table in present:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO cases_unsealedrow (label, {quote('row')}, digest) "  # noqa: S608 - names of our own
                    f"SELECT %s, history_id, '' FROM {quote(table._meta.db_table)} ORDER BY history_id",
                    [table.instance_type._meta.label_lower],
                )


def remember_when_editions_were_pinned(apps: Any, schema_editor: Any) -> None:
    """The first case of an edition marked it as used without a line in its history."""
    history = apps.get_model("cases", "HistoricalEdition")
    for edition in apps.get_model("cases", "Edition").objects.exclude(used_at=None):
        last = history.objects.filter(id=edition.pk).order_by("-history_id").first()
        if last is not None and last.used_at != edition.used_at:
            last.pk, last.used_at = None, edition.used_at
            last.history_date, last.history_type, last.history_user_id = edition.used_at, "~", None
            last.save(force_insert=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_patients")]

    operations = [
        migrations.CreateModel(
            name="AuditChain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(help_text="<unit>/<month>, or -/<month>.", max_length=40, unique=True)),
                ("month", models.CharField(max_length=7)),
                ("count", models.PositiveIntegerField(default=0)),
                ("head", models.CharField(default="0" * 64, max_length=64)),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                    ),
                ),
            ],
            options={
                "verbose_name": "Chain of the system",
                "verbose_name_plural": "Chains of the system",
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "month"), name="one_chain_a_unit_and_month"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SystemEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField()),
                ("at", models.DateTimeField(verbose_name="Time")),
                ("verb", models.CharField(max_length=40, verbose_name="Verb")),
                (
                    "subject",
                    models.CharField(blank=True, help_text="What it is about: <model>:<key>.", max_length=80),
                ),
                ("reason", models.TextField(blank=True, verbose_name="Reason")),
                ("details", models.JSONField(default=dict)),
                (
                    "sealed",
                    models.JSONField(default=list, help_text="The history rows that belong to it, with their digests."),
                ),
                ("request_id", models.CharField(blank=True, max_length=36)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.appointment",
                    ),
                ),
                (
                    "chain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="cases.auditchain",
                    ),
                ),
            ],
            options={
                "verbose_name": "Event of the system",
                "verbose_name_plural": "Events of the system",
                "ordering": ["chain", "seq"],
                "indexes": [models.Index(fields=["verb", "-at"], name="system_events_of_verb")],
                "constraints": [models.UniqueConstraint(fields=("chain", "seq"), name="system_event_once")],
            },
        ),
        migrations.CreateModel(
            name="RowLayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=60)),
                ("tag", models.CharField(max_length=12)),
                ("columns", models.JSONField()),
            ],
            options={
                "verbose_name": "Layout of a history table",
                "verbose_name_plural": "Layouts of history tables",
                "constraints": [models.UniqueConstraint(fields=("label", "tag"), name="layout_once")],
            },
        ),
        migrations.CreateModel(
            name="UnsealedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=80)),
                ("row", models.BigIntegerField()),
                ("digest", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "verbose_name": "History row to be sealed",
                "verbose_name_plural": "History rows to be sealed",
            },
        ),
        migrations.AddField(
            model_name="caseevent",
            name="acted_for",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="caseevent",
            name="sealed",
            field=models.JSONField(
                default=list, help_text="The history rows and files that belong to it, with digests."
            ),
        ),
        # Events that are there already were hashed in the first format.
        migrations.AddField(model_name="caseevent", name="format", field=models.PositiveSmallIntegerField(default=1)),
        migrations.AlterField(model_name="caseevent", name="format", field=models.PositiveSmallIntegerField(default=2)),
        migrations.RunPython(remember_when_editions_were_pinned, migrations.RunPython.noop),
        migrations.RunPython(queue_history_of_before, migrations.RunPython.noop),
    ]
