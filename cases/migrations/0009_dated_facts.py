"""What counted when, for what happened before facts were written: from the trail, the histories and the units' dates.

Findings: their state from event to event, their facets as the record's history had them at each. Cycles: submitted,
withdrawn, verified, cancelled and reopened, with the beds of the version that was verified. Institutions: where the
tree has them, for as long as they exist; nothing could move before this release. From here on the engine writes the
same rows beside each step. Chunks of cases, a handful of queries each; a case that has facts is left alone.
"""

import datetime as dt

from django.db import migrations
from django.db.models import Min
from django.utils import timezone

CHUNK = 500
STATUS = {
    "open": "open",
    "plan_submitted": "open",
    "in_progress": "open",
    "fixed": "fixed",
    "closing": "fixed",
    "continuing": "fixed",
    "closed": "closed",
    "referred": "referred",
}
NOTHING = {"self_checked": False, "verified": False, "medical_beds": None, "home_beds": None}
STEP = 4


def spans(changes):
    """(from, until, value) of a list of (moment, value), the last of several at one moment; equal neighbours joined."""
    kept = []
    for at, value in changes:
        if kept and kept[-1][0] == at:
            kept.pop()
        if not kept or kept[-1][1] != value:
            kept.append((at, value))
    ends = [at for at, _value in kept[1:]] + [None]
    return [(at, until, value) for (at, value), until in zip(kept, ends, strict=True)]


def chunks(rows):
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = found[-1].pk
        yield found


def by_key(rows, name):
    found = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found


def facets_at(history, moment, finding):
    """The facets as the record's history had them at the moment; as they are now where there is none."""
    before = [row for row in history if row.history_date <= moment]
    row = (before or history or [finding])[-1 if before else 0]
    return tuple(sorted(set(row.facets))) or ("",)


def finding_rows(table, finding, events, history):
    changes = [
        (event.at, (STATUS.get(event.target), facets_at(history, event.at, finding) if event.target in STATUS else ()))
        for event in events
    ]
    common = {
        "finding_id": finding.pk,
        "cycle_id": finding.cycle_id,
        "institution_id": finding.case.unit_id,
        "year": finding.case.year,
        "source": finding.source,
        "item_code": finding.item_code,
    }
    for since, until, (status, facets) in spans(changes):
        for facet in facets:
            yield table(**common, facet=facet, status=status, valid_from=since, valid_until=until)


def take_over_findings(apps, using):
    table, event = apps.get_model("cases", "FindingFact"), apps.get_model("cases", "CaseEvent")
    past = apps.get_model("cases", "HistoricalFinding")
    findings = apps.get_model("cases", "Finding").objects.using(using).select_related("case").filter(facts=None)
    for found in chunks(findings):
        keys = [finding.pk for finding in found]
        events = by_key(event.objects.using(using).filter(case__in=keys).order_by("case", "seq"), "case_id")
        history = past.objects.using(using).filter(case_id__in=keys).order_by("history_date", "history_id")
        versions = by_key(history, "case_id")
        rows = [
            row
            for finding in found
            for row in finding_rows(table, finding, events.get(finding.pk, []), versions.get(finding.pk, []))
        ]
        table.objects.using(using).bulk_create(rows, batch_size=CHUNK)


def cycle_changes(events, submissions, of_verification):
    """What counted of the cycle after each event that changed it."""
    now, sent_back = dict(NOTHING), False
    for event in events:
        if event.verb in ("return_", "reopen"):
            sent_back = True
        if event.verb == "submit":
            now = now | {"self_checked": True}
        elif event.verb == "withdraw" and event.source == "submitted" and not sent_back:
            now = now | {"self_checked": False}
        elif event.verb == "approve":
            known = [row for row in submissions if row.at <= event.at]
            version = of_verification.get(event.details.get("verification")) or (known[-1] if known else None)
            beds = {} if version is None else {"medical_beds": version.medical_beds, "home_beds": version.home_beds}
            now = now | {"verified": True} | beds
        yield event.at, None if event.target == "cancelled" or now == NOTHING else now


def take_over_cycles(apps, using):
    table, event = apps.get_model("cases", "CycleFact"), apps.get_model("cases", "CaseEvent")
    submission = apps.get_model("cases", "SelfCheckSubmission").objects.using(using).defer("snapshot")
    verification = apps.get_model("cases", "Verification").objects.using(using)
    cycles = apps.get_model("cases", "Case").objects.using(using).filter(kind="quality_cycle", facts=None)
    for found in chunks(cycles):
        keys = [cycle.pk for cycle in found]
        events = by_key(event.objects.using(using).filter(case__in=keys).order_by("case", "seq"), "case_id")
        submissions = by_key(submission.filter(selfcheck__in=keys).order_by("no"), "selfcheck_id")
        versions = {row.pk: row for rows in submissions.values() for row in rows}
        verified = verification.filter(case__in=keys).values_list("pk", "submission")
        of_verification = {key: versions[version] for key, version in verified}
        rows = [
            table(
                cycle_id=cycle.pk,
                institution_id=cycle.unit_id,
                year=cycle.year,
                **value,
                valid_from=since,
                valid_until=until,
            )
            for cycle in found
            for since, until, value in spans(
                cycle_changes(events.get(cycle.pk, []), submissions.get(cycle.pk, []), of_verification)
            )
            if value is not None
        ]
        table.objects.using(using).bulk_create(rows, batch_size=CHUNK)


def take_over_placements(apps, using):
    """Known since they were entered; since they opened where the history does not say."""
    table, unit = apps.get_model("cases", "Placement"), apps.get_model("cases", "OrgUnit").objects.using(using)
    past = apps.get_model("cases", "HistoricalOrgUnit").objects.using(using)
    areas = {
        path: (f"{kind}_id", key)
        for path, kind, key in unit.filter(kind__in=("county", "prefecture", "region")).values_list(
            "path", "kind", "pk"
        )
    }
    for found in chunks(unit.filter(kind="institution", placements=None)):
        keys = [institution.pk for institution in found]
        entered = dict(past.filter(id__in=keys).order_by().values_list("id").annotate(Min("history_date")))
        rows = []
        for institution in found:
            path = institution.path
            above = [areas[path[:end]] for end in range(STEP, len(path), STEP) if path[:end] in areas]
            opened = timezone.make_aware(dt.datetime.combine(institution.opened_on, dt.time.min))
            rows.append(
                table(
                    institution_id=institution.pk,
                    **dict(above),
                    valid_from=institution.opened_on,
                    valid_until=institution.closed_on,
                    known_from=entered.get(institution.pk, opened),
                )
            )
        table.objects.using(using).bulk_create(rows, batch_size=CHUNK)


def take_over(apps, schema_editor):
    using = schema_editor.connection.alias
    take_over_findings(apps, using)
    take_over_cycles(apps, using)
    take_over_placements(apps, using)


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_visits")]
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
