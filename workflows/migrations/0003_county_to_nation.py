"""The kinds of case between the county and the nation."""

from django.db import migrations

import workflows.common


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_nation_to_county"),
        ("workflows", "0002_further_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="PracticeCase",
            fields=[],
            options={
                "verbose_name": "Typical case or good practice",
                "verbose_name_plural": "Typical cases and good practices",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=(workflows.common.ItemVerbs, "cases.case"),
        ),
        migrations.CreateModel(
            name="ProgrammeCase",
            fields=[],
            options={
                "verbose_name": "Programme of the year",
                "verbose_name_plural": "Programmes of the year",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=(workflows.common.ItemVerbs, "cases.case"),
        ),
        migrations.CreateModel(
            name="RegionalReportCase",
            fields=[],
            options={
                "verbose_name": "Regional report",
                "verbose_name_plural": "Regional reports",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=(workflows.common.ItemVerbs, "cases.case"),
        ),
        migrations.CreateModel(
            name="SpotCheckCase",
            fields=[],
            options={
                "verbose_name": "Spot-check",
                "verbose_name_plural": "Spot-checks",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=(workflows.common.ItemVerbs, "cases.case"),
        ),
        migrations.CreateModel(
            name="SummaryCase",
            fields=[],
            options={
                "verbose_name": "Prefecture summary",
                "verbose_name_plural": "Prefecture summaries",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=(workflows.common.ItemVerbs, "cases.case"),
        ),
        migrations.CreateModel(
            name="VisitCase",
            fields=[],
            options={
                "verbose_name": "Visit",
                "verbose_name_plural": "Visits",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=(workflows.common.ItemVerbs, "cases.case"),
        ),
        migrations.CreateModel(
            name="WorkPlanCase",
            fields=[],
            options={
                "verbose_name": "Work plan",
                "verbose_name_plural": "Work plans",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=(workflows.common.ItemVerbs, "cases.case"),
        ),
    ]
