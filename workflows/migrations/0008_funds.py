"""The case of a fund."""

from django.db import migrations

import workflows.alliance.funds.uses
import workflows.common
import workflows.nudging


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_alliance"),
        ("workflows", "0007_referral"),
    ]

    operations = [
        migrations.CreateModel(
            name="FundCase",
            fields=[],
            options={
                "verbose_name": "Fund",
                "verbose_name_plural": "Funds",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=(
                workflows.alliance.funds.uses.UseVerbs,
                workflows.nudging.NudgeVerbs,
                workflows.common.ItemVerbs,
                "cases.case",
            ),
        ),
    ]
