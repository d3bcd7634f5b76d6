from django.db import migrations, models


class Migration(migrations.Migration):
    """A delegated appointment may begin on the same day as one of the delegate's own at the same post."""

    dependencies = [
        ("cases", "0002_deadlines"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="appointment", name="appointment_once"),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(delegated_by=None),
                fields=("user", "unit", "role", "valid_from"),
                name="appointment_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(fields=("user", "delegated_by", "valid_from"), name="delegation_once"),
        ),
    ]
