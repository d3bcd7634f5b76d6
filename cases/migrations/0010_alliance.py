"""Alliance pilots: units and roles that take part, pilots with what they file and do, scoring, registers, funds."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0009_dated_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuidanceYear",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="guidance_year",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("review", models.TextField(blank=True, verbose_name="Review of the year")),
                ("row_version", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "Year of a guidance centre",
                "verbose_name_plural": "Years of guidance centres",
            },
        ),
        migrations.CreateModel(
            name="PilotProgramme",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="pilot_programme",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="Title")),
                ("notice", models.TextField(blank=True, verbose_name="Notice to districts and hospitals")),
                ("row_version", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "Programme of pilots",
                "verbose_name_plural": "Programmes of pilots",
            },
        ),
        migrations.AlterModelOptions(
            name="orgunit",
            options={
                "permissions": [
                    ("view", "Read the cases of the unit"),
                    ("fill", "Fill in and rectify for the institution"),
                    ("confirm", "Confirm and submit for the institution"),
                    ("verify", "Verify, return and review"),
                    ("approve", "Approve for the county"),
                    ("oversee", "Reopen and hold as a superior"),
                    ("manage_cycles", "Open and archive a year's cycles"),
                    ("compile", "Complete the prefecture's plan and summary"),
                    ("endorse", "Confirm and file the prefecture's plan and summary"),
                    ("receive", "Accept or return what prefectures file"),
                    ("roll_up", "Complete the region's report"),
                    ("release", "Approve and file the region's report"),
                    ("acknowledge", "Acknowledge the reports of regions"),
                    ("draw", "Draw spot-checks and send out teams"),
                    ("run_pilots", "Run the alliance pilots"),
                    ("decide_pilots", "Select pilots and decide on them"),
                    ("keep_register", "Keep a guidance centre's register"),
                    ("inspect", "Read audit trails"),
                    ("manage_people", "Manage accounts and the roster"),
                    ("manage_roles", "Manage roles and grants"),
                    ("audit_system", "Read the system's own trails"),
                ],
                "verbose_name": "Unit",
                "verbose_name_plural": "Units",
            },
        ),
        migrations.AlterField(
            model_name="appointment",
            name="role",
            field=models.CharField(
                choices=[
                    ("institution_filler", "Institution filler"),
                    ("institution_head", "Institution head"),
                    ("county_officer", "County officer"),
                    ("county_approver", "County approver"),
                    ("prefecture_officer", "Prefecture officer"),
                    ("prefecture_head", "Prefecture head"),
                    ("region_officer", "Region officer"),
                    ("region_head", "Region head"),
                    ("region_expert", "Regional expert"),
                    ("nation_officer", "National officer"),
                    ("national_expert", "National expert"),
                    ("alliance_officer", "Alliance office"),
                    ("member_officer", "Member’s office"),
                    ("referral_contact", "Referral contact"),
                    ("centre_officer", "Guidance centre officer"),
                    ("finance_officer", "Finance officer"),
                    ("inspector", "Inspector"),
                    ("system_admin", "System administrator"),
                    ("security_admin", "Security administrator"),
                    ("auditor", "Auditor"),
                ],
                max_length=24,
                verbose_name="Role",
            ),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("self_check", "Self-check"),
                    ("before", "Before rectification"),
                    ("after", "After rectification"),
                    ("verification", "Verification"),
                    ("sealed", "Sealed copy"),
                    ("progress", "Progress of the rectification"),
                    ("enforcement", "Outcome of enforcement"),
                    ("visit", "Spot-check visit"),
                    ("filing", "Filing"),
                    ("minutes", "Minutes"),
                    ("activity", "Activity"),
                    ("score", "Score"),
                    ("register", "Register of a guidance centre"),
                    ("voucher", "Voucher"),
                ],
                max_length=16,
                verbose_name="Purpose",
            ),
        ),
        migrations.AlterField(
            model_name="finding",
            name="source",
            field=models.CharField(
                choices=[
                    ("self_check", "Self-check"),
                    ("county", "County verification"),
                    ("region", "Regional spot-check"),
                    ("nation", "National spot-check"),
                    ("complaint", "Complaint"),
                    ("inspector", "Inspector"),
                    ("finance", "Finance bureau"),
                ],
                max_length=12,
                verbose_name="Source",
            ),
        ),
        migrations.AlterField(
            model_name="findingfact",
            name="source",
            field=models.CharField(
                choices=[
                    ("self_check", "Self-check"),
                    ("county", "County verification"),
                    ("region", "Regional spot-check"),
                    ("nation", "National spot-check"),
                    ("complaint", "Complaint"),
                    ("inspector", "Inspector"),
                    ("finance", "Finance bureau"),
                ],
                max_length=12,
                verbose_name="Source",
            ),
        ),
        migrations.AlterField(
            model_name="historicalappointment",
            name="role",
            field=models.CharField(
                choices=[
                    ("institution_filler", "Institution filler"),
                    ("institution_head", "Institution head"),
                    ("county_officer", "County officer"),
                    ("county_approver", "County approver"),
                    ("prefecture_officer", "Prefecture officer"),
                    ("prefecture_head", "Prefecture head"),
                    ("region_officer", "Region officer"),
                    ("region_head", "Region head"),
                    ("region_expert", "Regional expert"),
                    ("nation_officer", "National officer"),
                    ("national_expert", "National expert"),
                    ("alliance_officer", "Alliance office"),
                    ("member_officer", "Member’s office"),
                    ("referral_contact", "Referral contact"),
                    ("centre_officer", "Guidance centre officer"),
                    ("finance_officer", "Finance officer"),
                    ("inspector", "Inspector"),
                    ("system_admin", "System administrator"),
                    ("security_admin", "Security administrator"),
                    ("auditor", "Auditor"),
                ],
                max_length=24,
                verbose_name="Role",
            ),
        ),
        migrations.AlterField(
            model_name="historicalevidence",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("self_check", "Self-check"),
                    ("before", "Before rectification"),
                    ("after", "After rectification"),
                    ("verification", "Verification"),
                    ("sealed", "Sealed copy"),
                    ("progress", "Progress of the rectification"),
                    ("enforcement", "Outcome of enforcement"),
                    ("visit", "Spot-check visit"),
                    ("filing", "Filing"),
                    ("minutes", "Minutes"),
                    ("activity", "Activity"),
                    ("score", "Score"),
                    ("register", "Register of a guidance centre"),
                    ("voucher", "Voucher"),
                ],
                max_length=16,
                verbose_name="Purpose",
            ),
        ),
        migrations.AlterField(
            model_name="historicalfinding",
            name="source",
            field=models.CharField(
                choices=[
                    ("self_check", "Self-check"),
                    ("county", "County verification"),
                    ("region", "Regional spot-check"),
                    ("nation", "National spot-check"),
                    ("complaint", "Complaint"),
                    ("inspector", "Inspector"),
                    ("finance", "Finance bureau"),
                ],
                max_length=12,
                verbose_name="Source",
            ),
        ),
        migrations.AlterField(
            model_name="historicalorgunit",
            name="kind",
            field=models.CharField(
                choices=[
                    ("nation", "National health commission"),
                    ("region", "Regional health commission"),
                    ("prefecture", "Prefecture health commission"),
                    ("county", "County health commission"),
                    ("institution", "IMEC institution"),
                    ("hospital", "Hospital"),
                    ("community_centre", "Community health centre"),
                    ("guidance_centre", "Health guidance centre for older people"),
                    ("finance_bureau", "Finance bureau"),
                ],
                max_length=20,
                verbose_name="Kind",
            ),
        ),
        migrations.AlterField(
            model_name="historicalsupervision",
            name="role",
            field=models.CharField(
                choices=[
                    ("institution_filler", "Institution filler"),
                    ("institution_head", "Institution head"),
                    ("county_officer", "County officer"),
                    ("county_approver", "County approver"),
                    ("prefecture_officer", "Prefecture officer"),
                    ("prefecture_head", "Prefecture head"),
                    ("region_officer", "Region officer"),
                    ("region_head", "Region head"),
                    ("region_expert", "Regional expert"),
                    ("nation_officer", "National officer"),
                    ("national_expert", "National expert"),
                    ("alliance_officer", "Alliance office"),
                    ("member_officer", "Member’s office"),
                    ("referral_contact", "Referral contact"),
                    ("centre_officer", "Guidance centre officer"),
                    ("finance_officer", "Finance officer"),
                    ("inspector", "Inspector"),
                    ("system_admin", "System administrator"),
                    ("security_admin", "Security administrator"),
                    ("auditor", "Auditor"),
                ],
                max_length=24,
                verbose_name="Supervising role",
            ),
        ),
        migrations.AlterField(
            model_name="orgunit",
            name="kind",
            field=models.CharField(
                choices=[
                    ("nation", "National health commission"),
                    ("region", "Regional health commission"),
                    ("prefecture", "Prefecture health commission"),
                    ("county", "County health commission"),
                    ("institution", "IMEC institution"),
                    ("hospital", "Hospital"),
                    ("community_centre", "Community health centre"),
                    ("guidance_centre", "Health guidance centre for older people"),
                    ("finance_bureau", "Finance bureau"),
                ],
                max_length=20,
                verbose_name="Kind",
            ),
        ),
        migrations.AlterField(
            model_name="post",
            name="role",
            field=models.CharField(
                choices=[
                    ("institution_filler", "Institution filler"),
                    ("institution_head", "Institution head"),
                    ("county_officer", "County officer"),
                    ("county_approver", "County approver"),
                    ("prefecture_officer", "Prefecture officer"),
                    ("prefecture_head", "Prefecture head"),
                    ("region_officer", "Region officer"),
                    ("region_head", "Region head"),
                    ("region_expert", "Regional expert"),
                    ("nation_officer", "National officer"),
                    ("national_expert", "National expert"),
                    ("alliance_officer", "Alliance office"),
                    ("member_officer", "Member’s office"),
                    ("referral_contact", "Referral contact"),
                    ("centre_officer", "Guidance centre officer"),
                    ("finance_officer", "Finance officer"),
                    ("inspector", "Inspector"),
                    ("system_admin", "System administrator"),
                    ("security_admin", "Security administrator"),
                    ("auditor", "Auditor"),
                ],
                max_length=24,
                verbose_name="Role",
            ),
        ),
        migrations.AlterField(
            model_name="supervision",
            name="role",
            field=models.CharField(
                choices=[
                    ("institution_filler", "Institution filler"),
                    ("institution_head", "Institution head"),
                    ("county_officer", "County officer"),
                    ("county_approver", "County approver"),
                    ("prefecture_officer", "Prefecture officer"),
                    ("prefecture_head", "Prefecture head"),
                    ("region_officer", "Region officer"),
                    ("region_head", "Region head"),
                    ("region_expert", "Regional expert"),
                    ("nation_officer", "National officer"),
                    ("national_expert", "National expert"),
                    ("alliance_officer", "Alliance office"),
                    ("member_officer", "Member’s office"),
                    ("referral_contact", "Referral contact"),
                    ("centre_officer", "Guidance centre officer"),
                    ("finance_officer", "Finance officer"),
                    ("inspector", "Inspector"),
                    ("system_admin", "System administrator"),
                    ("security_admin", "Security administrator"),
                    ("auditor", "Auditor"),
                ],
                max_length=24,
                verbose_name="Supervising role",
            ),
        ),
        migrations.AlterField(
            model_name="workitem",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("institution_filler", "Institution filler"),
                    ("institution_head", "Institution head"),
                    ("county_officer", "County officer"),
                    ("county_approver", "County approver"),
                    ("prefecture_officer", "Prefecture officer"),
                    ("prefecture_head", "Prefecture head"),
                    ("region_officer", "Region officer"),
                    ("region_head", "Region head"),
                    ("region_expert", "Regional expert"),
                    ("nation_officer", "National officer"),
                    ("national_expert", "National expert"),
                    ("alliance_officer", "Alliance office"),
                    ("member_officer", "Member’s office"),
                    ("referral_contact", "Referral contact"),
                    ("centre_officer", "Guidance centre officer"),
                    ("finance_officer", "Finance officer"),
                    ("inspector", "Inspector"),
                    ("system_admin", "System administrator"),
                    ("security_admin", "Security administrator"),
                    ("auditor", "Auditor"),
                ],
                max_length=24,
                verbose_name="Responsible role",
            ),
        ),
        migrations.CreateModel(
            name="Fund",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="fund",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("earmarked", "Earmarked funds of a pilot"),
                            ("subsidy", "Yearly subsidy of a lead hospital"),
                            ("centre", "Subsidy of a guidance centre"),
                        ],
                        max_length=10,
                        verbose_name="Kind",
                    ),
                ),
                ("purpose", models.TextField(verbose_name="Purpose")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="Amount")),
                ("basis", models.CharField(blank=True, max_length=200, verbose_name="Basis of the amount")),
                ("report", models.TextField(blank=True, verbose_name="Account of the use")),
                ("opinion", models.TextField(blank=True, verbose_name="Opinion of the finance bureau")),
                ("row_version", models.PositiveIntegerField(default=0)),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="funds",
                        to="cases.orgunit",
                        verbose_name="Holder of the fund",
                    ),
                ),
            ],
            options={
                "verbose_name": "Fund",
                "verbose_name_plural": "Funds",
            },
        ),
        migrations.CreateModel(
            name="GuidanceEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "register",
                    models.CharField(
                        choices=[
                            ("education", "Health education"),
                            ("training", "Training"),
                            ("survey", "Baseline survey"),
                            ("primary_care", "Guidance of primary care"),
                        ],
                        max_length=12,
                        verbose_name="Register",
                    ),
                ),
                ("held_on", models.DateField(verbose_name="Day")),
                ("title", models.CharField(max_length=200, verbose_name="What")),
                ("audience", models.CharField(blank=True, max_length=120, verbose_name="For whom")),
                ("attendances", models.PositiveIntegerField(default=0, verbose_name="Attendances")),
                ("note", models.TextField(blank=True, verbose_name="Note")),
                ("entered_at", models.DateTimeField(verbose_name="Entered")),
                ("struck_at", models.DateTimeField(blank=True, null=True, verbose_name="Struck")),
                ("struck_reason", models.TextField(blank=True, verbose_name="Reason")),
                ("row_version", models.PositiveIntegerField(default=0)),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "guidance_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="cases.guidanceyear"
                    ),
                ),
            ],
            options={
                "verbose_name": "Session of a guidance centre",
                "verbose_name_plural": "Sessions of guidance centres",
                "ordering": ["-held_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalFundUse",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("paid_on", models.DateField(verbose_name="Paid on")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="Amount")),
                ("purpose", models.CharField(max_length=200, verbose_name="Purpose")),
                ("voucher", models.CharField(max_length=60, verbose_name="Voucher number")),
                ("misused", models.BooleanField(default=False, verbose_name="Not used as intended")),
                ("entered_at", models.DateTimeField(verbose_name="Entered")),
                ("struck_at", models.DateTimeField(blank=True, null=True, verbose_name="Struck")),
                ("struck_reason", models.TextField(blank=True, verbose_name="Reason")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.fund",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Payment",
                "verbose_name_plural": "historical Payments",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalGuidanceEntry",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "register",
                    models.CharField(
                        choices=[
                            ("education", "Health education"),
                            ("training", "Training"),
                            ("survey", "Baseline survey"),
                            ("primary_care", "Guidance of primary care"),
                        ],
                        max_length=12,
                        verbose_name="Register",
                    ),
                ),
                ("held_on", models.DateField(verbose_name="Day")),
                ("title", models.CharField(max_length=200, verbose_name="What")),
                ("audience", models.CharField(blank=True, max_length=120, verbose_name="For whom")),
                ("attendances", models.PositiveIntegerField(default=0, verbose_name="Attendances")),
                ("note", models.TextField(blank=True, verbose_name="Note")),
                ("entered_at", models.DateTimeField(verbose_name="Entered")),
                ("struck_at", models.DateTimeField(blank=True, null=True, verbose_name="Struck")),
                ("struck_reason", models.TextField(blank=True, verbose_name="Reason")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "guidance_year",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.guidanceyear",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Session of a guidance centre",
                "verbose_name_plural": "historical Sessions of guidance centres",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalGuidanceYear",
            fields=[
                ("review", models.TextField(blank=True, verbose_name="Review of the year")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Year of a guidance centre",
                "verbose_name_plural": "historical Years of guidance centres",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPilot",
            fields=[
                ("name", models.CharField(max_length=120, verbose_name="Name of the alliance")),
                (
                    "structure",
                    models.CharField(
                        choices=[("three_tier", "Three-tier alliance"), ("direct", "Direct alliance")],
                        max_length=12,
                        verbose_name="Structure",
                    ),
                ),
                ("nominated", models.BooleanField(default=False, verbose_name="Nominated by the district")),
                ("application", models.TextField(blank=True, verbose_name="Why this pilot")),
                ("working_group", models.TextField(blank=True, verbose_name="Working group")),
                ("summary", models.TextField(blank=True, verbose_name="Summary report")),
                ("extended_until", models.DateField(blank=True, null=True, verbose_name="Practice extended until")),
                ("scored_at", models.DateTimeField(blank=True, null=True, verbose_name="Final score fixed")),
                (
                    "total",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="Final score"
                    ),
                ),
                ("exchange_on", models.DateField(blank=True, null=True, verbose_name="Day of the exchange meeting")),
                ("exchange", models.TextField(blank=True, verbose_name="Exchange meeting")),
                ("experience", models.TextField(blank=True, verbose_name="Experience")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="Published")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "applicant",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="Applicant",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="Lead hospital",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Alliance pilot",
                "verbose_name_plural": "historical Alliance pilots",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPilotProgramme",
            fields=[
                ("title", models.CharField(max_length=120, verbose_name="Title")),
                ("notice", models.TextField(blank=True, verbose_name="Notice to districts and hospitals")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Programme of pilots",
                "verbose_name_plural": "historical Programmes of pilots",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalTargetReading",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("target", models.CharField(max_length=40)),
                ("as_of", models.DateField(verbose_name="As of")),
                ("numerator", models.PositiveIntegerField(verbose_name="Meeting it")),
                ("denominator", models.PositiveIntegerField(verbose_name="Of")),
                ("note", models.TextField(blank=True, verbose_name="Note")),
                ("entered_at", models.DateTimeField(verbose_name="Entered")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.orgunit",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Reading of a target",
                "verbose_name_plural": "historical Readings of targets",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Pilot",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="pilot",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="Name of the alliance")),
                (
                    "structure",
                    models.CharField(
                        choices=[("three_tier", "Three-tier alliance"), ("direct", "Direct alliance")],
                        max_length=12,
                        verbose_name="Structure",
                    ),
                ),
                ("nominated", models.BooleanField(default=False, verbose_name="Nominated by the district")),
                ("application", models.TextField(blank=True, verbose_name="Why this pilot")),
                ("working_group", models.TextField(blank=True, verbose_name="Working group")),
                ("summary", models.TextField(blank=True, verbose_name="Summary report")),
                ("extended_until", models.DateField(blank=True, null=True, verbose_name="Practice extended until")),
                ("scored_at", models.DateTimeField(blank=True, null=True, verbose_name="Final score fixed")),
                (
                    "total",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="Final score"
                    ),
                ),
                ("exchange_on", models.DateField(blank=True, null=True, verbose_name="Day of the exchange meeting")),
                ("exchange", models.TextField(blank=True, verbose_name="Exchange meeting")),
                ("experience", models.TextField(blank=True, verbose_name="Experience")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="Published")),
                ("row_version", models.PositiveIntegerField(default=0)),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="Applicant",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="Lead hospital",
                    ),
                ),
            ],
            options={
                "verbose_name": "Alliance pilot",
                "verbose_name_plural": "Alliance pilots",
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("held_on", models.DateField(verbose_name="Day")),
                ("agenda", models.TextField(verbose_name="Agenda")),
                ("decisions", models.TextField(verbose_name="Decisions")),
                ("minutes", models.TextField(blank=True, verbose_name="Minutes")),
                (
                    "present",
                    models.JSONField(default=list, help_text="Keys of committee members.", verbose_name="Present"),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="meetings", to="cases.pilot"
                    ),
                ),
            ],
            options={
                "verbose_name": "Meeting",
                "verbose_name_plural": "Meetings",
                "ordering": ["-held_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalSurvey",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("opened_at", models.DateTimeField(verbose_name="Opened")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="Closed")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.pilot",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Survey",
                "verbose_name_plural": "historical Surveys",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalScoring",
            fields=[
                ("column", models.CharField(max_length=12, verbose_name="Column")),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("remark", models.TextField(blank=True, verbose_name="Remark")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="Submitted")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.pilot",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Scoring",
                "verbose_name_plural": "historical Scorings",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalMembership",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("lead", "Lead hospital"),
                            ("community", "Community health centre"),
                            ("institution", "Member institution"),
                        ],
                        max_length=12,
                        verbose_name="Tier",
                    ),
                ),
                (
                    "has_hospital",
                    models.BooleanField(default=False, verbose_name="Has an own hospital or nursing home"),
                ),
                ("agreement", models.CharField(blank=True, max_length=120, verbose_name="Agreement")),
                ("valid_from", models.DateField(verbose_name="Valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="Valid until")),
                ("end_reason", models.TextField(blank=True, verbose_name="Reason for the end")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Contact",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="Unit",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.pilot",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Membership",
                "verbose_name_plural": "historical Memberships",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalMeeting",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("held_on", models.DateField(verbose_name="Day")),
                ("agenda", models.TextField(verbose_name="Agenda")),
                ("decisions", models.TextField(verbose_name="Decisions")),
                ("minutes", models.TextField(blank=True, verbose_name="Minutes")),
                (
                    "present",
                    models.JSONField(default=list, help_text="Keys of committee members.", verbose_name="Present"),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.pilot",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Meeting",
                "verbose_name_plural": "historical Meetings",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFund",
            fields=[
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("earmarked", "Earmarked funds of a pilot"),
                            ("subsidy", "Yearly subsidy of a lead hospital"),
                            ("centre", "Subsidy of a guidance centre"),
                        ],
                        max_length=10,
                        verbose_name="Kind",
                    ),
                ),
                ("purpose", models.TextField(verbose_name="Purpose")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="Amount")),
                ("basis", models.CharField(blank=True, max_length=200, verbose_name="Basis of the amount")),
                ("report", models.TextField(blank=True, verbose_name="Account of the use")),
                ("opinion", models.TextField(blank=True, verbose_name="Opinion of the finance bureau")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="Holder of the fund",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.pilot",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Fund",
                "verbose_name_plural": "historical Funds",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFinalScore",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("row", models.CharField(max_length=40)),
                ("points", models.DecimalField(decimal_places=2, max_digits=4, verbose_name="Points")),
                ("reason", models.TextField(blank=True, verbose_name="Reason for the deduction")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.pilot",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Final score of a row",
                "verbose_name_plural": "historical Final scores of rows",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFiling",
            fields=[
                (
                    "kind",
                    models.CharField(
                        choices=[("plan", "Implementation plan"), ("agreement", "Alliance agreement")],
                        max_length=10,
                        verbose_name="Kind",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="Version")),
                ("text", models.TextField(verbose_name="Contents")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="Accepted")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.pilot",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Filing",
                "verbose_name_plural": "historical Filings",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCommitteeMember",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "seat",
                    models.CharField(
                        choices=[
                            ("director", "Director"),
                            ("deputy", "Deputy director"),
                            ("member", "Member"),
                            ("office", "Head of the office"),
                        ],
                        max_length=10,
                        verbose_name="Seat",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="Valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="Valid until")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="Unit",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.pilot",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Committee member",
                "verbose_name_plural": "historical Committee members",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalAnnualPlan",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="Year")),
                ("text", models.TextField(verbose_name="Goals and tasks")),
                ("agreed_on", models.DateField(verbose_name="Agreed on")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.pilot",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Annual plan",
                "verbose_name_plural": "historical Annual plans",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalActivity",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("register", models.CharField(max_length=20, verbose_name="Register")),
                ("title", models.CharField(max_length=200, verbose_name="What")),
                ("from_on", models.DateField(verbose_name="From")),
                ("until_on", models.DateField(verbose_name="Until")),
                ("count", models.PositiveIntegerField(default=1, verbose_name="Number")),
                ("people", models.PositiveIntegerField(default=0, verbose_name="People")),
                ("note", models.TextField(blank=True, verbose_name="Note")),
                ("entered_at", models.DateTimeField(verbose_name="Entered")),
                ("struck_at", models.DateTimeField(blank=True, null=True, verbose_name="Struck")),
                ("struck_reason", models.TextField(blank=True, verbose_name="Reason")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="Sent by",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="At the unit",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.pilot",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Activity",
                "verbose_name_plural": "historical Activities",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="fund",
            name="pilot",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="funds",
                to="cases.pilot",
            ),
        ),
        migrations.CreateModel(
            name="FinalScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("row", models.CharField(max_length=40)),
                ("points", models.DecimalField(decimal_places=2, max_digits=4, verbose_name="Points")),
                ("reason", models.TextField(blank=True, verbose_name="Reason for the deduction")),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="final_scores", to="cases.pilot"
                    ),
                ),
            ],
            options={
                "verbose_name": "Final score of a row",
                "verbose_name_plural": "Final scores of rows",
            },
        ),
        migrations.CreateModel(
            name="Filing",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="filing",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("plan", "Implementation plan"), ("agreement", "Alliance agreement")],
                        max_length=10,
                        verbose_name="Kind",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="Version")),
                ("text", models.TextField(verbose_name="Contents")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="Accepted")),
                ("row_version", models.PositiveIntegerField(default=0)),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="filings", to="cases.pilot"
                    ),
                ),
            ],
            options={
                "verbose_name": "Filing",
                "verbose_name_plural": "Filings",
            },
        ),
        migrations.CreateModel(
            name="CommitteeMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "seat",
                    models.CharField(
                        choices=[
                            ("director", "Director"),
                            ("deputy", "Deputy director"),
                            ("member", "Member"),
                            ("office", "Head of the office"),
                        ],
                        max_length=10,
                        verbose_name="Seat",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="Valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="Valid until")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="Unit",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="committee", to="cases.pilot"
                    ),
                ),
            ],
            options={
                "verbose_name": "Committee member",
                "verbose_name_plural": "Committee members",
            },
        ),
        migrations.CreateModel(
            name="AnnualPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="Year")),
                ("text", models.TextField(verbose_name="Goals and tasks")),
                ("agreed_on", models.DateField(verbose_name="Agreed on")),
                ("row_version", models.PositiveIntegerField(default=0)),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="annual_plans", to="cases.pilot"
                    ),
                ),
            ],
            options={
                "verbose_name": "Annual plan",
                "verbose_name_plural": "Annual plans",
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("register", models.CharField(max_length=20, verbose_name="Register")),
                ("title", models.CharField(max_length=200, verbose_name="What")),
                ("from_on", models.DateField(verbose_name="From")),
                ("until_on", models.DateField(verbose_name="Until")),
                ("count", models.PositiveIntegerField(default=1, verbose_name="Number")),
                ("people", models.PositiveIntegerField(default=0, verbose_name="People")),
                ("note", models.TextField(blank=True, verbose_name="Note")),
                ("entered_at", models.DateTimeField(verbose_name="Entered")),
                ("struck_at", models.DateTimeField(blank=True, null=True, verbose_name="Struck")),
                ("struck_reason", models.TextField(blank=True, verbose_name="Reason")),
                ("row_version", models.PositiveIntegerField(default=0)),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="Sent by",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="At the unit",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="activities", to="cases.pilot"
                    ),
                ),
            ],
            options={
                "verbose_name": "Activity",
                "verbose_name_plural": "Activities",
                "ordering": ["-from_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Scoring",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="scoring",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("column", models.CharField(max_length=12, verbose_name="Column")),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("remark", models.TextField(blank=True, verbose_name="Remark")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="Submitted")),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="scorings", to="cases.pilot"
                    ),
                ),
            ],
            options={
                "verbose_name": "Scoring",
                "verbose_name_plural": "Scorings",
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.CharField(max_length=40)),
                ("given", models.JSONField(null=True)),
                ("computed", models.JSONField(null=True)),
                (
                    "points",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True, verbose_name="Points"),
                ),
                ("reason", models.TextField(blank=True, verbose_name="Reason for the deduction")),
                ("override_reason", models.TextField(blank=True, verbose_name="Reason for the departure")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("updated_at", models.DateTimeField(null=True)),
                (
                    "updated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scoring",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="scores", to="cases.scoring"
                    ),
                ),
            ],
            options={
                "verbose_name": "Score",
                "verbose_name_plural": "Scores",
            },
        ),
        migrations.CreateModel(
            name="HistoricalScore",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("row", models.CharField(max_length=40)),
                ("given", models.JSONField(null=True)),
                ("computed", models.JSONField(null=True)),
                (
                    "points",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True, verbose_name="Points"),
                ),
                ("reason", models.TextField(blank=True, verbose_name="Reason for the deduction")),
                ("override_reason", models.TextField(blank=True, verbose_name="Reason for the departure")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("updated_at", models.DateTimeField(null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scoring",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.scoring",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Score",
                "verbose_name_plural": "historical Scores",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Survey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("opened_at", models.DateTimeField(verbose_name="Opened")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="Closed")),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="surveys", to="cases.pilot"
                    ),
                ),
            ],
            options={
                "verbose_name": "Survey",
                "verbose_name_plural": "Surveys",
            },
        ),
        migrations.CreateModel(
            name="HistoricalSurveyAnswer",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("authority", "Local health authority"),
                            ("staff", "Managers and medical staff of members"),
                            ("patient", "Patients and residents"),
                        ],
                        max_length=10,
                        verbose_name="Respondents",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("satisfied", "Satisfied"), ("fair", "Fair"), ("dissatisfied", "Dissatisfied")],
                        max_length=12,
                        verbose_name="Answer",
                    ),
                ),
                ("entered_on", models.DateField(verbose_name="Day")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.TextField(blank=True, verbose_name="Reason")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "survey",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.survey",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Survey answer",
                "verbose_name_plural": "historical Survey answers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="SurveyAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("authority", "Local health authority"),
                            ("staff", "Managers and medical staff of members"),
                            ("patient", "Patients and residents"),
                        ],
                        max_length=10,
                        verbose_name="Respondents",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("satisfied", "Satisfied"), ("fair", "Fair"), ("dissatisfied", "Dissatisfied")],
                        max_length=12,
                        verbose_name="Answer",
                    ),
                ),
                ("entered_on", models.DateField(verbose_name="Day")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.TextField(blank=True, verbose_name="Reason")),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "survey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="cases.survey"
                    ),
                ),
            ],
            options={
                "verbose_name": "Survey answer",
                "verbose_name_plural": "Survey answers",
            },
        ),
        migrations.CreateModel(
            name="SurveyLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("authority", "Local health authority"),
                            ("staff", "Managers and medical staff of members"),
                            ("patient", "Patients and residents"),
                        ],
                        max_length=10,
                        verbose_name="Respondents",
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(verbose_name="Made")),
                ("valid_until", models.DateTimeField(verbose_name="Valid until")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="Used")),
                (
                    "survey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="cases.survey"
                    ),
                ),
            ],
            options={
                "verbose_name": "Survey link",
                "verbose_name_plural": "Survey links",
            },
        ),
        migrations.CreateModel(
            name="TargetReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("target", models.CharField(max_length=40)),
                ("as_of", models.DateField(verbose_name="As of")),
                ("numerator", models.PositiveIntegerField(verbose_name="Meeting it")),
                ("denominator", models.PositiveIntegerField(verbose_name="Of")),
                ("note", models.TextField(blank=True, verbose_name="Note")),
                ("entered_at", models.DateTimeField(verbose_name="Entered")),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="target_readings", to="cases.orgunit"
                    ),
                ),
            ],
            options={
                "verbose_name": "Reading of a target",
                "verbose_name_plural": "Readings of targets",
                "ordering": ["-as_of", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="FundUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("paid_on", models.DateField(verbose_name="Paid on")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="Amount")),
                ("purpose", models.CharField(max_length=200, verbose_name="Purpose")),
                ("voucher", models.CharField(max_length=60, verbose_name="Voucher number")),
                ("misused", models.BooleanField(default=False, verbose_name="Not used as intended")),
                ("entered_at", models.DateTimeField(verbose_name="Entered")),
                ("struck_at", models.DateTimeField(blank=True, null=True, verbose_name="Struck")),
                ("struck_reason", models.TextField(blank=True, verbose_name="Reason")),
                ("row_version", models.PositiveIntegerField(default=0)),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uses", to="cases.fund"
                    ),
                ),
            ],
            options={
                "verbose_name": "Payment",
                "verbose_name_plural": "Payments",
                "ordering": ["paid_on", "pk"],
                "constraints": [models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payment_is_money")],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("lead", "Lead hospital"),
                            ("community", "Community health centre"),
                            ("institution", "Member institution"),
                        ],
                        max_length=12,
                        verbose_name="Tier",
                    ),
                ),
                (
                    "has_hospital",
                    models.BooleanField(default=False, verbose_name="Has an own hospital or nursing home"),
                ),
                ("agreement", models.CharField(blank=True, max_length=120, verbose_name="Agreement")),
                ("valid_from", models.DateField(verbose_name="Valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="Valid until")),
                ("end_reason", models.TextField(blank=True, verbose_name="Reason for the end")),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Contact",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="cases.orgunit",
                        verbose_name="Unit",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="cases.pilot"
                    ),
                ),
            ],
            options={
                "verbose_name": "Membership",
                "verbose_name_plural": "Memberships",
                "ordering": ["pilot", "valid_from", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gt", models.F("valid_from")), _connector="OR"
                        ),
                        name="membership_ends_after_it_begins",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_until", None)),
                        fields=("pilot", "unit"),
                        name="one_open_membership_a_pilot",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="fund_is_money"),
        ),
        migrations.AddConstraint(
            model_name="finalscore",
            constraint=models.UniqueConstraint(fields=("pilot", "round", "row"), name="one_final_score_a_row"),
        ),
        migrations.AddConstraint(
            model_name="filing",
            constraint=models.UniqueConstraint(fields=("pilot", "kind", "number"), name="filing_version_once"),
        ),
        migrations.AddConstraint(
            model_name="committeemember",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until", None), ("valid_until__gt", models.F("valid_from")), _connector="OR"),
                name="seat_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="committeemember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("seat", "director"), ("valid_until", None)),
                fields=("pilot",),
                name="one_director_a_committee",
            ),
        ),
        migrations.AddConstraint(
            model_name="annualplan",
            constraint=models.UniqueConstraint(fields=("pilot", "year"), name="one_plan_a_pilot_and_year"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("struck_at", None)),
                fields=["pilot", "register", "from_on"],
                name="activity_of_pilot",
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__gte", models.F("from_on"))), name="activity_ends_not_before_it_begins"
            ),
        ),
        migrations.AddConstraint(
            model_name="scoring",
            constraint=models.UniqueConstraint(fields=("pilot", "round", "column"), name="one_scoring_a_column"),
        ),
        migrations.AddConstraint(
            model_name="score",
            constraint=models.UniqueConstraint(fields=("scoring", "row"), name="one_score_a_row"),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.UniqueConstraint(fields=("pilot", "round"), name="one_survey_a_round"),
        ),
        migrations.AddIndex(
            model_name="surveyanswer",
            index=models.Index(
                condition=models.Q(("withdrawn_at", None)), fields=["survey", "group", "answer"], name="survey_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="targetreading",
            constraint=models.CheckConstraint(
                condition=models.Q(("denominator__gt", 0), ("numerator__lte", models.F("denominator"))),
                name="reading_is_a_share",
            ),
        ),
    ]
