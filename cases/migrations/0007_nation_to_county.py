"""From the county to the nation: dated facts, programmes, summaries, spot-checks, practices, and their roles."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Programme",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="programme",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("notice", models.TextField(blank=True, verbose_name="Notice to prefectures and counties")),
                ("row_version", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "Programme of the year",
                "verbose_name_plural": "Programmes of the year",
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
            name="DrawEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stratum", models.CharField(max_length=80)),
                ("values", models.JSONField(default=dict, verbose_name="Values of the factors")),
                ("weight", models.DecimalField(decimal_places=4, max_digits=9, verbose_name="Weight")),
                ("probability", models.DecimalField(decimal_places=8, max_digits=9, verbose_name="Probability")),
                ("position", models.PositiveSmallIntegerField(verbose_name="Place in the draw")),
                ("drawn", models.BooleanField(default=False, verbose_name="Drawn")),
                ("dropped_reason", models.TextField(blank=True, verbose_name="Reason for the replacement")),
                ("dropped_at", models.DateTimeField(null=True)),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="cases.orgunit"
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="cases.drawentry",
                        verbose_name="In place of",
                    ),
                ),
            ],
            options={
                "verbose_name": "Institution in a draw",
                "verbose_name_plural": "Institutions in a draw",
                "ordering": ["spot_check", "stratum", "position"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalPractice",
            fields=[
                (
                    "sort",
                    models.CharField(
                        choices=[("typical_case", "Typical case"), ("good_practice", "Good practice")],
                        max_length=16,
                        verbose_name="Sort",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="Title")),
                ("text", models.TextField(verbose_name="Text")),
                ("published_at", models.DateTimeField(null=True, verbose_name="Published")),
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
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.finding",
                        verbose_name="Finding concerned",
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
                    "institution",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="Institution concerned",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Typical case or good practice",
                "verbose_name_plural": "historical Typical cases and good practices",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalProgramme",
            fields=[
                ("notice", models.TextField(blank=True, verbose_name="Notice to prefectures and counties")),
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
                "verbose_name": "historical Programme of the year",
                "verbose_name_plural": "historical Programmes of the year",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalSpotCheck",
            fields=[
                ("title", models.CharField(max_length=120, verbose_name="Title")),
                ("size", models.PositiveSmallIntegerField(verbose_name="Institutions to draw")),
                ("strata", models.JSONField(default=list, verbose_name="Strata")),
                ("factors", models.JSONField(default=dict, verbose_name="Factors")),
                ("seed", models.CharField(blank=True, max_length=64, verbose_name="Seed")),
                ("frame_on", models.DateField(null=True, verbose_name="Institutions as of")),
                ("frame_digest", models.CharField(blank=True, max_length=64)),
                ("visits_until", models.DateField(blank=True, null=True, verbose_name="Visits until")),
                ("drawn_at", models.DateTimeField(null=True, verbose_name="Drawn")),
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
                "verbose_name": "historical Spot-check",
                "verbose_name_plural": "historical Spot-checks",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalVisit",
            fields=[
                ("planned_on", models.DateField(blank=True, null=True, verbose_name="Planned for")),
                ("visited_on", models.DateField(blank=True, null=True, verbose_name="Date of the visit")),
                ("present", models.CharField(blank=True, max_length=200, verbose_name="Persons present")),
                ("opinion", models.TextField(blank=True, verbose_name="Opinion of the team")),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="Delivered to the institution")),
                ("reply", models.TextField(blank=True, verbose_name="Reply of the institution")),
                ("signed_at", models.DateTimeField(null=True, verbose_name="Signed")),
                ("conclusion", models.TextField(blank=True, verbose_name="Conclusion")),
                ("concluded_at", models.DateTimeField(null=True, verbose_name="Concluded")),
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
                    "cycle",
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
                    "entry",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.drawentry",
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
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Visit",
                "verbose_name_plural": "historical Visits",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Practice",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="practice",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                (
                    "sort",
                    models.CharField(
                        choices=[("typical_case", "Typical case"), ("good_practice", "Good practice")],
                        max_length=16,
                        verbose_name="Sort",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="Title")),
                ("text", models.TextField(verbose_name="Text")),
                ("published_at", models.DateTimeField(null=True, verbose_name="Published")),
                ("row_version", models.PositiveIntegerField(default=0)),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.finding",
                        verbose_name="Finding concerned",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                        verbose_name="Institution concerned",
                    ),
                ),
            ],
            options={
                "verbose_name": "Typical case or good practice",
                "verbose_name_plural": "Typical cases and good practices",
            },
        ),
        migrations.CreateModel(
            name="HistoricalWorkPlan",
            fields=[
                ("goals", models.TextField(blank=True, verbose_name="Goals of the year")),
                ("arrangements", models.TextField(blank=True, verbose_name="Arrangements by stage")),
                ("organisation", models.TextField(blank=True, verbose_name="Organisation and responsibility")),
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
                    "programme",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.programme",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Work plan",
                "verbose_name_plural": "historical Work plans",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRound",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("cycle_year", models.PositiveSmallIntegerField(verbose_name="Year reported")),
                ("cutoff_on", models.DateField(verbose_name="Data cut-off")),
                ("due_on", models.DateField(verbose_name="Due date")),
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
                    "programme",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.programme",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Reporting round",
                "verbose_name_plural": "historical Reporting rounds",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("cycle_year", models.PositiveSmallIntegerField(verbose_name="Year reported")),
                ("cutoff_on", models.DateField(verbose_name="Data cut-off")),
                ("due_on", models.DateField(verbose_name="Due date")),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rounds", to="cases.programme"
                    ),
                ),
            ],
            options={
                "verbose_name": "Reporting round",
                "verbose_name_plural": "Reporting rounds",
                "ordering": ["due_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalSummary",
            fields=[
                ("missing_reason", models.TextField(blank=True, verbose_name="Reason for missing reports")),
                ("correction_reason", models.TextField(blank=True, verbose_name="Reason for the correction")),
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
                    "round",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.round",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Summary",
                "verbose_name_plural": "historical Summaries",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="SpotCheck",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="spot_check",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="Title")),
                ("size", models.PositiveSmallIntegerField(verbose_name="Institutions to draw")),
                ("strata", models.JSONField(default=list, verbose_name="Strata")),
                ("factors", models.JSONField(default=dict, verbose_name="Factors")),
                ("seed", models.CharField(blank=True, max_length=64, verbose_name="Seed")),
                ("frame_on", models.DateField(null=True, verbose_name="Institutions as of")),
                ("frame_digest", models.CharField(blank=True, max_length=64)),
                ("visits_until", models.DateField(blank=True, null=True, verbose_name="Visits until")),
                ("drawn_at", models.DateTimeField(null=True, verbose_name="Drawn")),
            ],
            options={
                "verbose_name": "Spot-check",
                "verbose_name_plural": "Spot-checks",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="spot_check_draws_something")
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalDrawEntry",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("stratum", models.CharField(max_length=80)),
                ("values", models.JSONField(default=dict, verbose_name="Values of the factors")),
                ("weight", models.DecimalField(decimal_places=4, max_digits=9, verbose_name="Weight")),
                ("probability", models.DecimalField(decimal_places=8, max_digits=9, verbose_name="Probability")),
                ("position", models.PositiveSmallIntegerField(verbose_name="Place in the draw")),
                ("drawn", models.BooleanField(default=False, verbose_name="Drawn")),
                ("dropped_reason", models.TextField(blank=True, verbose_name="Reason for the replacement")),
                ("dropped_at", models.DateTimeField(null=True)),
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
                    "institution",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.orgunit",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.drawentry",
                        verbose_name="In place of",
                    ),
                ),
                (
                    "spot_check",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.spotcheck",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Institution in a draw",
                "verbose_name_plural": "historical Institutions in a draw",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="drawentry",
            name="spot_check",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="cases.spotcheck"
            ),
        ),
        migrations.CreateModel(
            name="Summary",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="summary",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("missing_reason", models.TextField(blank=True, verbose_name="Reason for missing reports")),
                ("correction_reason", models.TextField(blank=True, verbose_name="Reason for the correction")),
                ("row_version", models.PositiveIntegerField(default=0)),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="summaries", to="cases.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "Summary",
                "verbose_name_plural": "Summaries",
            },
        ),
        migrations.CreateModel(
            name="HistoricalSummaryText",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("problems", "Problems"),
                            ("rectification", "Rectification"),
                            ("report", "Annual quality report"),
                        ],
                        max_length=16,
                    ),
                ),
                ("no", models.PositiveSmallIntegerField()),
                ("drafted", models.TextField(blank=True, verbose_name="As drafted by the system")),
                ("drafted_at", models.DateTimeField(null=True)),
                ("edited", models.TextField(blank=True, verbose_name="As edited")),
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
                    "summary",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.summary",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Passage",
                "verbose_name_plural": "historical Passages",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalSummaryOverride",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("cell", models.CharField(max_length=40)),
                ("computed", models.PositiveIntegerField(verbose_name="Computed value")),
                ("value", models.PositiveIntegerField(verbose_name="Value")),
                ("reason", models.TextField(verbose_name="Reason")),
                ("at", models.DateTimeField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "by",
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
                    "summary",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.summary",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Figure changed by hand",
                "verbose_name_plural": "historical Figures changed by hand",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="SummaryMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="cases.case"
                    ),
                ),
                (
                    "summary",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="cases.summary",
                    ),
                ),
            ],
            options={
                "verbose_name": "Cycle in a summary",
                "verbose_name_plural": "Cycles in a summary",
            },
        ),
        migrations.CreateModel(
            name="SummaryOverride",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cell", models.CharField(max_length=40)),
                ("computed", models.PositiveIntegerField(verbose_name="Computed value")),
                ("value", models.PositiveIntegerField(verbose_name="Value")),
                ("reason", models.TextField(verbose_name="Reason")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "summary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="overrides", to="cases.summary"
                    ),
                ),
            ],
            options={
                "verbose_name": "Figure changed by hand",
                "verbose_name_plural": "Figures changed by hand",
            },
        ),
        migrations.CreateModel(
            name="SummaryText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("problems", "Problems"),
                            ("rectification", "Rectification"),
                            ("report", "Annual quality report"),
                        ],
                        max_length=16,
                    ),
                ),
                ("no", models.PositiveSmallIntegerField()),
                ("drafted", models.TextField(blank=True, verbose_name="As drafted by the system")),
                ("drafted_at", models.DateTimeField(null=True)),
                ("edited", models.TextField(blank=True, verbose_name="As edited")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("updated_at", models.DateTimeField(null=True)),
                (
                    "summary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="texts", to="cases.summary"
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "Passage",
                "verbose_name_plural": "Passages",
                "ordering": ["summary", "part", "no"],
            },
        ),
        migrations.CreateModel(
            name="SummaryVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("no", models.PositiveSmallIntegerField(verbose_name="Version")),
                ("at", models.DateTimeField(verbose_name="Filed")),
                ("cutoff_on", models.DateField(verbose_name="Data cut-off")),
                ("figures", models.JSONField()),
                ("overrides", models.JSONField(default=dict)),
                ("texts", models.JSONField(default=dict)),
                ("missing", models.JSONField(default=dict)),
                ("digest", models.CharField(max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "summary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="cases.summary"
                    ),
                ),
            ],
            options={
                "verbose_name": "Filed version",
                "verbose_name_plural": "Filed versions",
                "ordering": ["summary", "no"],
            },
        ),
        migrations.CreateModel(
            name="SummaryEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cell", models.CharField(max_length=40)),
                ("status", models.CharField(blank=True, max_length=10)),
                ("amount", models.PositiveIntegerField(default=1)),
                (
                    "finding",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.finding",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="cases.summaryversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "Record behind a figure",
                "verbose_name_plural": "Records behind figures",
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="visit",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("planned_on", models.DateField(blank=True, null=True, verbose_name="Planned for")),
                ("visited_on", models.DateField(blank=True, null=True, verbose_name="Date of the visit")),
                ("present", models.CharField(blank=True, max_length=200, verbose_name="Persons present")),
                ("opinion", models.TextField(blank=True, verbose_name="Opinion of the team")),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="Delivered to the institution")),
                ("reply", models.TextField(blank=True, verbose_name="Reply of the institution")),
                ("signed_at", models.DateTimeField(null=True, verbose_name="Signed")),
                ("conclusion", models.TextField(blank=True, verbose_name="Conclusion")),
                ("concluded_at", models.DateTimeField(null=True, verbose_name="Concluded")),
                ("row_version", models.PositiveIntegerField(default=0)),
                (
                    "cycle",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="cases.case"
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="visit", to="cases.drawentry"
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "Visit",
                "verbose_name_plural": "Visits",
            },
        ),
        migrations.CreateModel(
            name="HistoricalVisitItem",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("item_code", models.CharField(max_length=20)),
                (
                    "status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("compliant", "Compliant"),
                            ("problem", "Problem found"),
                            ("not_applicable", "Not applicable"),
                        ],
                        max_length=16,
                        verbose_name="Assessment",
                    ),
                ),
                ("facets", models.JSONField(default=list)),
                ("problem", models.TextField(blank=True, verbose_name="Problem")),
                ("measure", models.TextField(blank=True, verbose_name="Corrective measure")),
                (
                    "rectification",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("immediate", "Fix on the spot"),
                            ("time_limited", "Time-limited fix"),
                            ("ongoing", "Continuing"),
                        ],
                        max_length=16,
                        verbose_name="Way of rectification",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        blank=True,
                        choices=[("general", "Minor"), ("major", "Major"), ("serious", "Serious")],
                        max_length=8,
                        verbose_name="Severity",
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="Due date")),
                ("note", models.TextField(blank=True, verbose_name="Note")),
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
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cases.visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical Visited item",
                "verbose_name_plural": "historical Visited items",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="VisitItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item_code", models.CharField(max_length=20)),
                (
                    "status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("compliant", "Compliant"),
                            ("problem", "Problem found"),
                            ("not_applicable", "Not applicable"),
                        ],
                        max_length=16,
                        verbose_name="Assessment",
                    ),
                ),
                ("facets", models.JSONField(default=list)),
                ("problem", models.TextField(blank=True, verbose_name="Problem")),
                ("measure", models.TextField(blank=True, verbose_name="Corrective measure")),
                (
                    "rectification",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("immediate", "Fix on the spot"),
                            ("time_limited", "Time-limited fix"),
                            ("ongoing", "Continuing"),
                        ],
                        max_length=16,
                        verbose_name="Way of rectification",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        blank=True,
                        choices=[("general", "Minor"), ("major", "Major"), ("serious", "Serious")],
                        max_length=8,
                        verbose_name="Severity",
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="Due date")),
                ("note", models.TextField(blank=True, verbose_name="Note")),
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
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="cases.visit"
                    ),
                ),
            ],
            options={
                "verbose_name": "Visited item",
                "verbose_name_plural": "Visited items",
            },
        ),
        migrations.CreateModel(
            name="WorkPlan",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="work_plan",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("goals", models.TextField(blank=True, verbose_name="Goals of the year")),
                ("arrangements", models.TextField(blank=True, verbose_name="Arrangements by stage")),
                ("organisation", models.TextField(blank=True, verbose_name="Organisation and responsibility")),
                ("row_version", models.PositiveIntegerField(default=0)),
                ("updated_at", models.DateTimeField(null=True)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="work_plans", to="cases.programme"
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "Work plan",
                "verbose_name_plural": "Work plans",
            },
        ),
        migrations.CreateModel(
            name="CycleFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="Year")),
                ("self_checked", models.BooleanField(verbose_name="Self-checked")),
                ("verified", models.BooleanField(verbose_name="Verified")),
                ("medical_beds", models.PositiveIntegerField(null=True, verbose_name="Medical beds")),
                ("home_beds", models.PositiveIntegerField(null=True, verbose_name="Home sickbeds")),
                ("valid_from", models.DateTimeField(verbose_name="Valid from")),
                ("valid_until", models.DateTimeField(null=True, verbose_name="Valid until")),
                (
                    "cycle",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facts",
                        to="cases.case",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                    ),
                ),
            ],
            options={
                "verbose_name": "Fact about a cycle",
                "verbose_name_plural": "Facts about cycles",
                "indexes": [models.Index(fields=["institution", "year"], name="cycle_fact_place_year")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_until", None)), fields=("cycle",), name="one_present_fact_a_cycle"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FindingFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="Year")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("self_check", "Self-check"),
                            ("county", "County verification"),
                            ("region", "Regional spot-check"),
                            ("nation", "National spot-check"),
                            ("complaint", "Complaint"),
                            ("inspector", "Inspector"),
                        ],
                        max_length=12,
                        verbose_name="Source",
                    ),
                ),
                ("item_code", models.CharField(max_length=20, verbose_name="Check item")),
                ("facet", models.CharField(blank=True, max_length=40, verbose_name="Facet")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("fixed", "Rectified as the institution says"),
                            ("closed", "Closed by the county"),
                            ("referred", "Referred"),
                        ],
                        max_length=10,
                        verbose_name="Status",
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="Valid from")),
                ("valid_until", models.DateTimeField(null=True, verbose_name="Valid until")),
                (
                    "cycle",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facts",
                        to="cases.finding",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                    ),
                ),
            ],
            options={
                "verbose_name": "Fact about a finding",
                "verbose_name_plural": "Facts about findings",
                "indexes": [models.Index(fields=["institution", "year"], name="finding_fact_place_year")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_until", None)),
                        fields=("finding", "facet"),
                        name="one_present_fact_a_facet",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Placement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="Valid from")),
                ("valid_until", models.DateField(null=True, verbose_name="Valid until")),
                ("known_from", models.DateTimeField()),
                ("known_until", models.DateTimeField(null=True)),
                (
                    "county",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.orgunit"
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="placements", to="cases.orgunit"
                    ),
                ),
                (
                    "prefecture",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.orgunit"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.orgunit",
                    ),
                ),
            ],
            options={
                "verbose_name": "Placement",
                "verbose_name_plural": "Placements",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gt", models.F("valid_from")), _connector="OR"
                        ),
                        name="placement_ends_after_it_begins",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("known_until", None), ("valid_until", None)),
                        fields=("institution",),
                        name="one_open_placement",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.UniqueConstraint(fields=("programme", "code"), name="one_round_per_code"),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("cutoff_on"))), name="round_due_after_cutoff"
            ),
        ),
        migrations.AddConstraint(
            model_name="drawentry",
            constraint=models.UniqueConstraint(fields=("spot_check", "institution"), name="once_in_a_draw"),
        ),
        migrations.AddConstraint(
            model_name="drawentry",
            constraint=models.UniqueConstraint(
                fields=("spot_check", "stratum", "position"), name="one_place_in_a_draw"
            ),
        ),
        migrations.AddConstraint(
            model_name="summarymember",
            constraint=models.UniqueConstraint(fields=("summary", "cycle"), name="one_membership_a_summary"),
        ),
        migrations.AddConstraint(
            model_name="summaryoverride",
            constraint=models.UniqueConstraint(fields=("summary", "cell"), name="one_override_a_cell"),
        ),
        migrations.AddConstraint(
            model_name="summaryoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="override_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="summarytext",
            constraint=models.UniqueConstraint(fields=("summary", "part", "no"), name="one_passage_a_heading"),
        ),
        migrations.AddConstraint(
            model_name="summaryversion",
            constraint=models.UniqueConstraint(fields=("summary", "no"), name="one_summary_version_a_number"),
        ),
        migrations.AddIndex(
            model_name="summaryentry",
            index=models.Index(fields=["version", "cell", "institution"], name="summary_entry_cell"),
        ),
        migrations.AddConstraint(
            model_name="visititem",
            constraint=models.UniqueConstraint(fields=("visit", "item_code"), name="one_assessment_an_item"),
        ),
    ]
