"""What open work of version 0.1.0 lacks is filled in: why its date is what it is, its light, its ladder, its next alarm.

Nothing is forgotten and nobody is flooded. The dates hold as they are, and hold *since the upgrade*: reminders that
would have been due earlier are not made up for, and what is late already is told once for each piece of work, at the
first sweep, to everybody whom the rungs up to then name. Where the rule leads to the same date again, its steps are
kept; any other date is "inherited" (cases.explaining). Deliveries that nobody read, because version 0.1.0 had nobody to
read them, are done: news of weeks ago is none.

It asks the application's own code, which a migration otherwise should not, for what a rule means: an edition in use
never changes, one from before has no ladders, and only cases.editions.load can complete it. That code, like
cases.deadlines and cases.ladders, takes plain data and touches no table, and what it says at the time of the upgrade is
what the clock goes by from then on.

Triggers stay in force: work items, findings and deliveries are living rows, and a finding gets another version in its
history instead of a changed one.
"""

from django.db import migrations

from cases.clock import local_date, now
from cases.deadlines import Due, due
from cases.editions.load import parse
from cases.ladders import next_alarm

CHUNK = 500
FOUND_AGAIN = ("fixed", "window", "working_days")
REASON = "0.2.0"


def inherited(on):
    return Due(on, [{"step": "inherited", "on": on.isoformat()}])


def date_of(item, edition, rule, year):
    """The item's date with its trace: as the rule finds it again, else as it was taken over."""
    if item.due_at is None:
        return Due(None, [{"step": "none"}])
    if rule.kind in FOUND_AGAIN:
        again = due(edition, rule, year=year, start=item.created)
        if again.at == item.due_at:
            return again
    return inherited(local_date(item.due_at))


def take_over_items(apps, using, at):
    rows = apps.get_model("cases", "WorkItem").objects.using(using)
    editions = {
        row.pk: parse(row.data, where=f"{row.code} {row.version}")
        for row in apps.get_model("cases", "Edition").objects.using(using).filter(cases__isnull=False).distinct()
    }
    names = ["due_since", "due_trace", "due_provisional", "amber_at", "ladder", "next_alarm_at"]
    taken, last = [], 0
    while True:
        items = rows.filter(pk__gt=last).order_by("pk").select_related("process")[:CHUNK]
        for item in items:
            edition = editions[item.process.edition_id]
            rule = edition.deadlines[item.due_rule]
            date = date_of(item, edition, rule, item.process.year)
            item.due_trace, item.due_provisional = date.trace, date.provisional
            if item.finished is None:
                item.due_since = at
                item.amber_at = date.amber_at(edition.amber_days(rule))
                item.ladder = edition.ladder_code(rule) if item.role else ""
                item.next_alarm_at = next_alarm(edition.ladders.get(item.ladder), item.due_at, since=at)
            taken.append(item)
        if not taken:
            return
        last = taken[-1].pk
        rows.bulk_update(taken, names, batch_size=100)
        taken.clear()


def take_over_findings(apps, using, at):
    """The limits of findings that are not settled; a version of the record notes where the trace came from."""
    record, version = apps.get_model("cases", "Finding"), apps.get_model("cases", "HistoricalFinding")
    open_ones = record.objects.using(using).filter(case__finished=None, due_trace=[]).exclude(due_on=None)
    findings = list(open_ones.order_by("pk"))
    tracked = [field.attname for field in record._meta.concrete_fields]
    past = []
    for finding in findings:
        finding.due_trace = inherited(finding.due_on).trace
        values = {name: getattr(finding, name) for name in tracked}
        past.append(version(**values, history_date=at, history_type="~", history_change_reason=REASON))
    record.objects.using(using).bulk_update(findings, ["due_trace"], batch_size=100)
    version.objects.using(using).bulk_create(past, batch_size=100)


def take_over(apps, schema_editor):
    using, at = schema_editor.connection.alias, now()
    take_over_items(apps, using, at)
    take_over_findings(apps, using, at)
    apps.get_model("cases", "EventDelivery").objects.using(using).filter(done_at=None).update(done_at=at)


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_findings_in_full")]
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
