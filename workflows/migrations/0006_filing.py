"""The cases of what an alliance files with the commission."""

from typing import Any

from django.db import migrations

import workflows.common
import workflows.nudging

BASES: Any = (workflows.nudging.NudgeVerbs, workflows.common.ItemVerbs, "cases.case")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_alliance"),
        ("workflows", "0005_alliance"),
    ]

    operations = [
        migrations.CreateModel(
            name="FilingCase",
            fields=[],
            options={
                "verbose_name": "Filing",
                "verbose_name_plural": "Filings",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=BASES,
        ),
    ]
