from django.db import migrations, models

SEVERITIES = [("general", "Minor"), ("major", "Major"), ("serious", "Serious")]
PURPOSES = [
    ("self_check", "Self-check"),
    ("before", "Before rectification"),
    ("after", "After rectification"),
    ("verification", "Verification"),
    ("sealed", "Sealed copy"),
    ("progress", "Progress of the rectification"),
    ("enforcement", "Outcome of enforcement"),
]


def severity():
    return models.CharField(blank=True, choices=SEVERITIES, max_length=8, verbose_name="Severity")


def purpose():
    return models.CharField(choices=PURPOSES, max_length=16, verbose_name="Purpose")


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_delegations")]

    operations = [
        migrations.AddField("historicalverificationitem", "severity", severity()),
        migrations.AddField("verificationitem", "severity", severity()),
        migrations.AlterField("evidence", "purpose", purpose()),
        migrations.AlterField("historicalevidence", "purpose", purpose()),
    ]
