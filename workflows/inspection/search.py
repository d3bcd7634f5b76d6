"""Searching the events of all cases that an inspector reads: by case, unit, person, verb, time and reason.

A page costs what it shows. Few cases or people are found through their own indexes; everything else is read off the
index by time, ``LOOKED_THROUGH`` events a page at most, and then says how far back it has looked.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases import alarm_words
from cases.access import Viewer
from cases.clock import end_of_day, start_of_day
from cases.keyset import cursor_of, page_of, read_cursor
from cases.models import Appointment, Case, CaseEvent, OrgUnit, User
from cases.naming import ACTOR
from cases.tree import within
from workflows.kinds import KINDS

ROWS = 30
LOOKED_THROUGH = 20_000
FEW_CASES, FEW_PEOPLE, MOST_PEOPLE, MOST_UNITS = 100, 5, 50, 50
KEYS = ("at", "pk")
STATE, BACK, ALARMS = "*state", "*back", "*alarms"
ANY = pgettext_lazy("filter", "All")


class SearchForm(forms.Form):
    """What is looked for; whatever is left blank does not narrow."""

    number = forms.CharField(label=gettext_lazy("Number of the case"), required=False, max_length=40)
    unit = forms.CharField(label=gettext_lazy("Unit or code"), required=False, max_length=60)
    person = forms.CharField(
        label=gettext_lazy("Person (also stood in for)"),
        required=False,
        max_length=60,
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of case"), required=False)
    verb = forms.ChoiceField(label=gettext_lazy("Action"), required=False)
    since = forms.DateField(
        label=pgettext_lazy("day", "From"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=pgettext_lazy("day", "Until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = forms.CharField(label=gettext_lazy("Words in the reason"), required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [("", ANY), *((code, each.label) for code, each in sorted(KINDS.items()))]
        verb: Any = self.fields["verb"]
        verb.choices = [
            ("", ANY),
            (STATE, gettext_lazy("Changes of state")),
            (BACK, gettext_lazy("Returned or taken back")),
            (ALARMS, gettext_lazy("Reminders and nudges")),
            *sorted(verb_labels().items(), key=lambda pair: str(pair[1])),
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in ("since", "until"):
            day = data.get(name)
            if day is not None and not 1900 < day.year < 2200:
                self.add_error(name, _("Choose another day."))
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("This day is before the first one."))
        return data


@dataclass(frozen=True)
class Found:
    """A page of events, the cursor of the next, and, where nothing more was found so far, how far it looked."""

    events: list[CaseEvent]
    next: str = ""
    looked_back_to: dt.datetime | None = None
    nobody: str = ""


def verb_labels() -> dict[str, str | Promise]:
    """What every verb is called; one that kinds call differently by the word of the first."""
    found: dict[str, Any] = dict(alarm_words.VERBS)
    for kind in KINDS.values():
        for name, verb in kind.verbs.items():
            found.setdefault(name, verb.rule.label)
    return found


def search(viewer: Viewer, asked: dict[str, Any], *, after: str = "") -> Found:
    """The events of the cases that the viewer inspects, the latest first. At most six queries.

    Only what ``visible_to`` shows an inspector, too: the grant to inspect comes with the grant to view.
    """
    events = _by_time().filter(within("place", viewer.paths("inspect")))
    narrow = False
    if asked.get("number") or asked.get("unit"):
        cases = _cases(viewer, asked)
        if cases is None:
            return Found([], nobody=_("No unit or case of yours is called that."))
        keys = list(cases.order_by().values_list("pk", flat=True)[: FEW_CASES + 1])
        narrow = len(keys) <= FEW_CASES
        events = events.filter(case__in=keys) if narrow else events.filter(_units(viewer, asked, "place"))
    if asked.get("person"):
        people = _people(asked["person"])
        if not people:
            return Found([], nobody=_("Nobody is called that."))
        narrow = narrow or len(people) <= FEW_PEOPLE
        posts = Appointment.objects.filter(delegated_by__user__in=people).values_list("pk", flat=True)
        events = events.filter(Q(actor__in=people) | Q(appointment__in=list(posts)))
    events = _narrowed(events, asked)
    floor = None if narrow else _floor(after, asked)
    if floor is not None:
        events = events.filter(at__gte=floor.at).exclude(at=floor.at, pk__lt=floor.pk)
    page = page_of(events.select_related("case__unit", *ACTOR), *KEYS, after=after, size=ROWS, descending=True)
    if page.next or floor is None or (asked.get("since") and floor.at < start_of_day(asked["since"])):
        return Found(page.rows, page.next)
    return Found(page.rows, cursor_of(floor, KEYS), floor.at)


def _by_time() -> QuerySet[CaseEvent]:
    """All events with the path of the unit and the kind of the case, both as expressions that no index answers.

    Else a database begins at the units or cases, which are few, and sorts all of their events to find the last thirty.
    """
    return CaseEvent.objects.annotate(place=Concat("case__unit__path", Value("")), sort=Concat("case__kind", Value("")))


def _narrowed(events: QuerySet[CaseEvent], asked: dict[str, Any]) -> QuerySet[CaseEvent]:
    if asked.get("kind"):
        events = events.filter(Q(sort=asked["kind"]))
    if asked.get("since"):
        events = events.filter(at__gte=start_of_day(asked["since"]))
    if asked.get("until"):
        events = events.filter(at__lte=end_of_day(asked["until"]))
    if asked.get("reason"):
        events = events.filter(reason__icontains=asked["reason"])
    match asked.get("verb"):
        case None | "":
            return events
        case "*state":
            return events.exclude(source=F("target"))
        case "*alarms":
            return events.filter(verb__in=(*alarm_words.VERBS, "nudge"))
        case "*back":
            return events.filter(_led_back())
        case verb:
            return events.filter(verb=verb)


def _led_back() -> Q:
    """The verbs that lead back, of each kind its own."""
    found = Q(pk__in=[])
    for code, kind in KINDS.items():
        back = [name for name, verb in kind.verbs.items() if verb.rule.movement == "back"]
        found |= Q(sort=code, verb__in=back)
    return found


def _floor(after: str, asked: dict[str, Any]) -> CaseEvent | None:
    """The last event that this page looks at; None where the trails end before. Read off the index alone."""
    events = CaseEvent.objects.only(*KEYS)
    if (cursor := read_cursor(KEYS, after)) is not None:
        events = events.filter(at__lte=cursor[0]).exclude(at=cursor[0], pk__gte=cursor[1])
    elif asked.get("until"):
        events = events.filter(at__lte=end_of_day(asked["until"]))
    return events.order_by("-at", "-pk")[LOOKED_THROUGH : LOOKED_THROUGH + 1].first()


def _cases(viewer: Viewer, asked: dict[str, Any]) -> QuerySet[Case] | None:
    """The cases of the number and units that are asked for; None where there is no such unit or number."""
    cases = Case.objects.visible_to(viewer)
    if number := asked.get("number", "").strip():
        try:
            cases = cases.filter(uid=uuid.UUID(number))
        except ValueError:
            cases = cases.filter(kind__in=list(KINDS), number=number)
    if asked.get("unit"):
        condition = _units(viewer, asked, "unit__path")
        cases = cases.filter(condition)
    return cases if cases.exists() else None


def _units(viewer: Viewer, asked: dict[str, Any], field: str) -> Q:
    """The units of that name or code, with everything below them."""
    name = asked.get("unit", "").strip()
    if not name:
        return Q()
    units = OrgUnit.objects.visible_to(viewer).filter(Q(name__icontains=name) | Q(division=name) | Q(code=name))
    return within(field, list(units.order_by("path").values_list("path", flat=True)[:MOST_UNITS]))


def _people(name: str) -> list[int]:
    found = User.objects.filter(Q(name__icontains=name.strip()) | Q(username=name.strip()))
    return list(found.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])
