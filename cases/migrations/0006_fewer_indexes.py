"""Indexes that every step paid for and nobody asked: each is the beginning of another one, or of the past."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_taken_over"),
    ]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="edition",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="cases.edition",
                verbose_name="Edition",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="cases.case",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="slot",
            field=models.CharField(
                editable=False, help_text="One live case each, e.g. a unit's year.", max_length=60, null=True
            ),
        ),
        migrations.AlterField(
            model_name="caseevent",
            name="case",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="events", to="cases.case"
            ),
        ),
        migrations.AlterField(
            model_name="historicalcase",
            name="slot",
            field=models.CharField(
                editable=False, help_text="One live case each, e.g. a unit's year.", max_length=60, null=True
            ),
        ),
        migrations.AlterField(
            model_name="historicalcase",
            name="started_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Started by",
            ),
        ),
        migrations.AlterField(
            model_name="historicalcase",
            name="uid",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AlterField(
            model_name="historicalcase",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="cases.orgunit",
                verbose_name="Unit",
            ),
        ),
        migrations.AlterField(
            model_name="workitem",
            name="done_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="done_items",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(fields=("slot",), name="one_live_case_a_slot"),
        ),
    ]
