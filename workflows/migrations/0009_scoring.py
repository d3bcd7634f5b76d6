"""The case of a column of a scorecard."""

from django.db import migrations

import workflows.common
import workflows.nudging


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_alliance"),
        ("workflows", "0008_funds"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScoringCase",
            fields=[],
            options={
                "verbose_name": "Column of a scorecard",
                "verbose_name_plural": "Columns of scorecards",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=(workflows.nudging.NudgeVerbs, workflows.common.ItemVerbs, "cases.case"),
        ),
    ]
