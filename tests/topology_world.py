"""The topology test's view into the system's own database: ``build`` its world, or tell the ``state`` of every case.

Runs as a process with the settings of the system under test; what it says is one line of JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections import Counter
from typing import Any

import django

REMINDED, PLAYED = 4, 3


def build(url: str, count: int) -> dict[str, Any]:
    """Groups of institutions that are alike: some whose reminder can be made due, some whose form is ready to send."""
    from cases.access import SYSTEM, appoint
    from cases.models import User, WorkItem
    from notifications.models import Preference, Webhook
    from tests.story import Story
    from tests.worlds import BEGINNING, build_world, moment, unit
    from workflows.quality_cycle.opening import open_year

    world = build_world()
    filler, head = world.people["institution_filler"], world.people["institution_head"]
    places = {}
    for number in range(count * (REMINDED + PLAYED)):
        place = unit("institution", f"天山区第{number + 3}护理院", f"650102-{number + 3:03d}", world.county)
        appoint(filler, place, "institution_filler", valid_from=BEGINNING)
        appoint(head, place, "institution_head", valid_from=BEGINNING)
        places[place.pk] = place
    Preference.objects.bulk_create(
        Preference(user=user, quiet_from=dt.time(0), quiet_until=dt.time(0)) for user in User.objects.all()
    )
    # So late that no reminder is due unless the test says so.
    at = moment("2021-04-20 09:20")
    open_year(world.county, 2021, by=SYSTEM, at=at)
    Webhook.objects.create(url=url, created_at=at)
    items = dict(WorkItem.objects.filter(unit__in=places).values_list("unit", "process"))
    cases = [items[key] for key in places]
    groups = []
    for start in range(0, len(cases), REMINDED + PLAYED):
        mine = cases[start : start + REMINDED + PLAYED]
        groups.append({"reminded": mine[:REMINDED], "played": mine[REMINDED:]})
        for pk in mine[REMINDED:]:
            ready(Story, world, pk, at)
    return {"groups": groups, "filler": filler.username, "head": head.username}


def ready(story: Any, world: Any, pk: int, at: dt.datetime) -> None:
    """The case's form filled in, and its signed copy uploaded."""
    from cases.models import Case

    case = Case.objects.select_related("unit", "edition").get(pk=pk)
    people = [world.actor(f"institution_{part}") for part in ("filler", "head")]
    story(
        world, case.unit, at, case, *people, world.actor("county_officer"), world.actor("county_approver")
    ).fill().seal()


def state() -> dict[str, Any]:
    """What became of every case, and of what was to be told; the keys of what left the system."""
    from cases.models import Case, CaseEvent, EventDelivery
    from notifications.models import Alarm, Dispatch, Message
    from workflows.consistency import faults

    told: dict[int, dict[str, Any]] = {
        pk: {"state": name, "version": version, "events": {}, "rungs": [], "messages": {}}
        for pk, name, version in Case.objects.values_list("pk", "state", "version")
    }
    for pk, verbs in counted(CaseEvent.objects.values_list("case", "verb")).items():
        told[pk]["events"] = verbs
    for pk, rules in counted(Message.objects.values_list("case", "rule")).items():
        told[pk]["messages"] = rules
    for pk, revision, rung in Alarm.objects.values_list("item__process", "revision", "rung").order_by("pk"):
        told[pk]["rungs"].append([revision, rung])
    return {
        "cases": told,
        "faults": [str(fault) for fault in faults(Case.objects.all())],
        "undelivered": EventDelivery.objects.filter(done_at=None).count(),
        "dispatches": dict(Counter(Dispatch.objects.filter(channel="webhook").values_list("state", flat=True))),
        "keys": [str(key) for key in Dispatch.objects.filter(channel="webhook").values_list("key", flat=True)],
        "messages": Message.objects.count(),
    }


def counted(pairs: Any) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = {}
    for pk, name in pairs.order_by():
        found.setdefault(pk, Counter())[name] += 1
    return found


if __name__ == "__main__":
    django.setup()
    print(json.dumps(build(sys.argv[2], int(sys.argv[3])) if sys.argv[1] == "build" else state()))  # noqa: T201 - the answer
