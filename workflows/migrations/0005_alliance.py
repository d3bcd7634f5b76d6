"""The cases of a programme of alliance pilots and of a pilot."""

from typing import Any

from django.db import migrations

import workflows.common
import workflows.nudging

BASES: Any = (workflows.nudging.NudgeVerbs, workflows.common.ItemVerbs, "cases.case")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_alliance"),
        ("workflows", "0004_guidance"),
    ]

    operations = [
        migrations.CreateModel(
            name="PilotProgrammeCase",
            fields=[],
            options={
                "verbose_name": "Programme of pilots",
                "verbose_name_plural": "Programmes of pilots",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=BASES,
        ),
        migrations.CreateModel(
            name="PilotCase",
            fields=[],
            options={
                "verbose_name": "Alliance pilot",
                "verbose_name_plural": "Alliance pilots",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=BASES,
        ),
    ]
