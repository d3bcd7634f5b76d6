"""The case of a referral."""

from django.db import migrations

import workflows.common
import workflows.nudging


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0015_referrals"),
        ("workflows", "0006_filing"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReferralCase",
            fields=[],
            options={
                "verbose_name": "Referral",
                "verbose_name_plural": "Referrals",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=(workflows.nudging.NudgeVerbs, workflows.common.ItemVerbs, "cases.case"),
        ),
    ]
