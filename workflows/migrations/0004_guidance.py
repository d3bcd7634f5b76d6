"""The case of a guidance centre's year."""

from django.db import migrations

import workflows.common
import workflows.nudging


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_alliance"),
        ("workflows", "0003_county_to_nation"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuidanceYearCase",
            fields=[],
            options={
                "verbose_name": "Year of a guidance centre",
                "verbose_name_plural": "Years of guidance centres",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=(workflows.nudging.NudgeVerbs, workflows.common.ItemVerbs, "cases.case"),
        ),
    ]
