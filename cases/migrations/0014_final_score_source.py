"""A row of the joint score knows from which column it was taken, and who changed it last."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_scanned_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="finalscore",
            name="row_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="finalscore",
            name="source",
            field=models.CharField(blank=True, max_length=12, verbose_name="Taken from"),
        ),
        migrations.AddField(
            model_name="finalscore",
            name="updated_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="finalscore",
            name="updated_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="historicalfinalscore",
            name="row_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="historicalfinalscore",
            name="source",
            field=models.CharField(blank=True, max_length=12, verbose_name="Taken from"),
        ),
        migrations.AddField(
            model_name="historicalfinalscore",
            name="updated_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="historicalfinalscore",
            name="updated_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
