"""How work on a pilot is told apart in a list: by the name of the alliance, and by what of it is meant."""

from __future__ import annotations

from collections.abc import Iterable

from cases.models import Case, Filing, Fund, Pilot


def alliances(cases: Iterable[Case]) -> dict[int, str]:
    """The name of the alliance of pilots, or of cases below a pilot, by the key of the case; one query."""
    pilots = {case.pk: case.parent_id if case.kind != "pilot" else case.pk for case in cases}
    names = dict(Pilot.objects.filter(pk__in=set(pilots.values())).values_list("pk", "name"))
    return {pk: names[pilot] for pk, pilot in pilots.items() if pilot in names}


def documents(cases: Iterable[Case]) -> dict[int, str]:
    """The name of the alliance and the document that it files, by the key of the filing's case; one query."""
    rows = Filing.objects.filter(pk__in=[case.pk for case in cases]).values_list("pk", "pilot__name", "kind")
    return {pk: f"{name} · {Filing.Kind(kind).label}" for pk, name, kind in rows}


def holders(cases: Iterable[Case]) -> dict[int, str]:
    """Who uses the money of a fund, by the key of its case; one query."""
    rows = Fund.objects.filter(pk__in=[case.pk for case in cases]).values_list("pk", "holder__name")
    return dict(rows)
