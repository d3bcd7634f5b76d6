"""The version of the self-check that a visiting team had before it, and the photos that the team takes."""

import django.db.models.deletion
from django.db import migrations, models

PURPOSES = [
    ("self_check", "Self-check"),
    ("before", "Before rectification"),
    ("after", "After rectification"),
    ("verification", "Verification"),
    ("sealed", "Sealed copy"),
    ("progress", "Progress of the rectification"),
    ("enforcement", "Outcome of enforcement"),
    ("visit", "Spot-check visit"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_nation_to_county"),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="submission",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="cases.selfchecksubmission",
            ),
        ),
        migrations.AddField(
            model_name="historicalvisit",
            name="submission",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="cases.selfchecksubmission",
            ),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="purpose",
            field=models.CharField(choices=PURPOSES, max_length=16, verbose_name="Purpose"),
        ),
        migrations.AlterField(
            model_name="historicalevidence",
            name="purpose",
            field=models.CharField(choices=PURPOSES, max_length=16, verbose_name="Purpose"),
        ),
    ]
