"""Searching the system's own events as an auditor: by unit, month, kind and person; in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.access import Viewer
from cases.audit.verbs import SORTS, WORDS
from cases.keyset import Page, page_of
from cases.models import OrgUnit, User
from cases.models.audit import AuditChain, SystemEvent
from cases.tree import within

ROWS = 30
MOST_PEOPLE, MOST_UNITS, MOST_FACTS, LONGEST = 50, 50, 4, 40
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
SHORT = 12
ONE_VERB, EVERYTHING = "=", "*"
UPKEEP = ("seal_rows", "more_rows")  # one a minute where people draft
FACTS = {
    "as": pgettext_lazy("fact of an event", "As"),
    "case": pgettext_lazy("fact of an event", "Case"),
    "cases": pgettext_lazy("fact of an event", "Cases"),
    "faults": pgettext_lazy("fact of an event", "Faults"),
    "hash": pgettext_lazy("fact of an event", "Digest"),
    "leaves": pgettext_lazy("fact of an event", "Chains"),
    "month": pgettext_lazy("fact of an event", "Month"),
    "number": pgettext_lazy("fact of an event", "Number"),
    "on": pgettext_lazy("fact of an event", "From"),
    "person": pgettext_lazy("fact of an event", "Person (digest)"),
    "reason": pgettext_lazy("fact of an event", "Words (digest)"),
    "sha256": pgettext_lazy("fact of an event", "Digest of the file"),
    "unit": pgettext_lazy("fact of an event", "Unit"),
    "what": pgettext_lazy("fact of an event", "What"),
}


class SearchForm(forms.Form):
    """What is looked for; whatever is left blank does not narrow."""

    unit = forms.CharField(label=gettext_lazy("Unit or code"), required=False, max_length=60)
    month = forms.CharField(
        label=gettext_lazy("Month"), required=False, max_length=7, widget=forms.TextInput(attrs={"type": "month"})
    )
    kind = forms.ChoiceField(label=pgettext_lazy("event of the system", "Kind or action"), required=False)
    person = forms.CharField(label=gettext_lazy("Person or login name"), required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        sorts = [(code, sort.label) for code, sort in SORTS.items()]
        verbs = [
            (sort.label, [(ONE_VERB + verb, word) for verb, word in sort.verbs.items()]) for sort in SORTS.values()
        ]
        field.choices = [
            ("", pgettext_lazy("event of the system", "All but the sealing of drafts")),
            (EVERYTHING, pgettext_lazy("filter", "All")),
            (gettext_lazy("Kinds"), sorts),
            *verbs,
        ]

    def clean_month(self) -> str:
        month: str = self.cleaned_data["month"].strip()
        if month and not MONTH.fullmatch(month):
            raise forms.ValidationError(_("Give the month as 2021-05."))
        return month


@dataclass(frozen=True)
class Row:
    """An event in words."""

    event: SystemEvent
    what: str
    about: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True)
class Found:
    """A page of events and the cursor of the next; ``nobody`` says which filter names nothing."""

    rows: list[Row]
    next: str = ""
    nobody: str = ""


def search(viewer: Viewer, asked: dict[str, Any], *, after: str = "") -> Found:
    """The events of the system that an auditor may see, the latest first."""
    events = SystemEvent.objects.visible_to(viewer).select_related("chain__unit", "actor", "appointment__unit")
    if asked.get("unit"):
        units = _units(viewer, asked["unit"])
        if not units:
            return Found([], nobody=_("No unit of yours is called that."))
        chains = AuditChain.objects.filter(within("unit__path", units))
        events = events.filter(chain__in=chains.values("pk"))
    if asked.get("month"):
        events = events.filter(chain__in=AuditChain.objects.filter(month=asked["month"]).values("pk"))
    if asked.get("person"):
        people = _people(asked["person"])
        if not people:
            return Found([], nobody=_("Nobody is called that."))
        events = events.filter(Q(actor__in=people) | Q(subject__in=[f"cases.user:{key}" for key in people]))
    page = page_of(_of_kind(events, asked.get("kind", "")), "pk", after=after, size=ROWS, descending=True)
    return _worded(page)


def _of_kind(events: QuerySet[SystemEvent], kind: str) -> QuerySet[SystemEvent]:
    if kind == EVERYTHING:
        return events
    if kind.startswith(ONE_VERB):
        return events.filter(verb=kind.removeprefix(ONE_VERB))
    return events.filter(verb__in=list(SORTS[kind].verbs)) if kind else events.exclude(verb__in=UPKEEP)


def _units(viewer: Viewer, name: str) -> list[str]:
    own = OrgUnit.objects.filter(within("path", viewer.paths("audit_system")))
    found = own.filter(Q(name__icontains=name.strip()) | Q(division=name.strip()) | Q(code=name.strip()))
    return list(found.order_by("path").values_list("path", flat=True)[:MOST_UNITS])


def _people(name: str) -> list[int]:
    found = User.objects.filter(Q(name__icontains=name.strip()) | Q(username=name.strip()))
    return list(found.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


def _worded(page: Page) -> Found:
    names = _names(event.subject for event in page.rows)
    rows = [
        Row(event, str(WORDS.get(event.verb, event.verb)), _about(event, names), _facts(event)) for event in page.rows
    ]
    return Found(rows, page.next)


def _names(subjects: Iterable[str]) -> dict[str, str]:
    """The people and units that events are about, by subject; of other records the kind is said, and the key."""
    keys: dict[str, list[int]] = {"cases.user": [], "cases.orgunit": []}
    for subject in subjects:
        label, _colon, key = subject.partition(":")
        if label in keys and key.isdigit():
            keys[label].append(int(key))
    people = User.objects.filter(pk__in=keys["cases.user"]).values_list("pk", "name", "username")
    units = OrgUnit.objects.filter(pk__in=keys["cases.orgunit"]).values_list("pk", "name")
    found = {f"cases.user:{key}": f"{name} · {login}" for key, name, login in people}
    return found | {f"cases.orgunit:{key}": name for key, name in units}


def _about(event: SystemEvent, names: dict[str, str]) -> str:
    if event.subject in names:
        return names[event.subject]
    label, _colon, key = event.subject.partition(":")
    try:
        return f"{apps.get_model(label)._meta.verbose_name} {key}"
    except (LookupError, ValueError):
        return ""


def _facts(event: SystemEvent) -> list[tuple[str, str]]:
    """The first facts of an event that are plain values; of what is long, a digest above all, the beginning."""
    plain = [
        (name, str(value))
        for name, value in sorted(event.details.items())
        if isinstance(value, str | int) and not isinstance(value, bool) and name not in ("rows", "root")
    ]
    short = [(name, text if len(text) <= LONGEST else f"{text[:SHORT]}…") for name, text in plain[:MOST_FACTS]]
    return [(str(FACTS.get(name, name)), text) for name, text in short]
