"""How work on a pilot is told apart in a list: by the name of the alliance."""

from __future__ import annotations

from collections.abc import Iterable

from cases.models import Case, Pilot


def alliances(cases: Iterable[Case]) -> dict[int, str]:
    """The name of the alliance of pilots, or of cases below a pilot, by the key of the case; one query."""
    pilots = {case.pk: case.parent_id if case.kind != "pilot" else case.pk for case in cases}
    names = dict(Pilot.objects.filter(pk__in=set(pilots.values())).values_list("pk", "name"))
    return {pk: names[pilot] for pk, pilot in pilots.items() if pilot in names}
