"""What people type about programmes and pilots; the verbs judge it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.evidence import ACCEPT
from cases.models import Membership, OrgUnit, Pilot, User
from cases.wording import cdate
from workflows.alliance.deciding import LONGEST as LONGEST_TEXT
from workflows.alliance.opening import LONGEST, LONGEST_TITLE
from workflows.finding.forms import SeveralFiles
from workflows.forms import ReasonForm
from workflows.programme.forms import DayInput

MOST_MEMBERS = 40
ROWS = 3


class ProgrammeForm(forms.Form):
    """Title and notice of a programme."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    notice = forms.CharField(
        label=_("Notice to districts and hospitals"), required=False, max_length=LONGEST, widget=forms.Textarea
    )


class MemberForm(forms.Form):
    """A unit that joins, its tier and its agreement; the last day of the agreement counts."""

    unit = forms.ModelChoiceField(label=_("Unit"), queryset=OrgUnit.objects.none())
    tier = forms.ChoiceField(label=_("Tier"), choices=[("", "—"), *Membership.Tier.choices[1:]])
    has_hospital = forms.BooleanField(label=_("Has an own hospital or nursing home"), required=False)
    agreement = forms.CharField(label=_("Agreement"), required=False, max_length=120)
    valid_from = forms.DateField(label=_("Holds from"), widget=DayInput)
    last_on = forms.DateField(label=_("Last day"), required=False, widget=DayInput)

    def __init__(self, *args: Any, units: QuerySet[OrgUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["unit"]
        field.queryset = units

    @property
    def details(self) -> dict[str, Any]:
        """The membership as the verb takes it; call where the form is valid."""
        given = dict(self.cleaned_data)
        last_on = given.pop("last_on")
        return {**given, "valid_until": last_on + dt.timedelta(days=1) if last_on else None}


class ApplicationForm(forms.Form):
    """What is said of the alliance itself; who belongs to it stands in rows of their own."""

    name = forms.CharField(label=_("Name of the alliance"), max_length=LONGEST_TITLE)
    lead = forms.ModelChoiceField(label=_("Lead hospital"), queryset=OrgUnit.objects.none())
    structure = forms.ChoiceField(label=_("Structure"), choices=Pilot.Structure.choices, widget=forms.RadioSelect)
    application = forms.CharField(label=_("Why this pilot"), max_length=LONGEST, widget=forms.Textarea)

    def __init__(self, *args: Any, leads: QuerySet[OrgUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lead"]
        field.queryset = leads
        if len(leads) == 1:
            field.initial = leads[0].pk


MemberRows: type[BaseFormSet[Any]] = formset_factory(
    MemberForm, extra=ROWS, min_num=1, validate_min=True, max_num=MOST_MEMBERS
)


class EndForm(ReasonForm):
    """Whose membership ends, and the first day on which it is none any more."""

    membership = forms.ModelChoiceField(label=_("Member"), queryset=Membership.objects.none())
    on = forms.DateField(
        label=_("Ends on"), widget=DayInput, help_text=_("From this day on the unit reads nothing of the alliance.")
    )
    field_order = ("membership", "on", "reason")

    def __init__(self, *args: Any, memberships: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_unit(self, memberships)


class RenewForm(forms.Form):
    """Which agreement goes on, under which name, until when; the last day counts."""

    membership = forms.ModelChoiceField(label=_("Member"), queryset=Membership.objects.none())
    agreement = forms.CharField(label=_("New agreement"), required=False, max_length=120)
    last_on = forms.DateField(
        label=_("Last day"), required=False, widget=DayInput, help_text=_("Empty: without an end.")
    )

    def __init__(self, *args: Any, memberships: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_unit(self, memberships)

    @property
    def details(self) -> dict[str, Any]:
        """The new agreement as the verb takes it; call where the form is valid."""
        given = dict(self.cleaned_data)
        last_on = given.pop("last_on")
        return {**given, "valid_until": last_on + dt.timedelta(days=1) if last_on else None}


class ContactForm(forms.Form):
    """Who answers for referrals at a member."""

    membership = forms.ModelChoiceField(label=_("Member"), queryset=Membership.objects.none())
    contact = forms.ModelChoiceField(label=_("Referral contact"), queryset=User.objects.none())

    def __init__(self, *args: Any, memberships: QuerySet[Membership], people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_unit(self, memberships)
        field: Any = self.fields["contact"]
        field.queryset = people


class GroupForm(forms.Form):
    working_group = forms.CharField(
        label=_("Working group"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea,
        help_text=_("Who leads it, who is in it."),
    )


class SummaryForm(forms.Form):
    summary = forms.CharField(label=_("Summary report"), max_length=LONGEST_TEXT, widget=forms.Textarea)
    attached = SeveralFiles(label=_("Files of the report"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attached"].widget.attrs["accept"] = ACCEPT


class ExchangeForm(forms.Form):
    exchange_on = forms.DateField(label=_("Day of the exchange meeting"), widget=DayInput)
    exchange = forms.CharField(label=_("What was exchanged"), max_length=LONGEST_TEXT, widget=forms.Textarea)


class ProlongForm(ReasonForm):
    """Until when a pilot goes on, and why."""

    extended_until = forms.DateField(label=_("Last day of the practice"), widget=DayInput)
    field_order = ("extended_until", "reason")


class ExperienceForm(forms.Form):
    experience = forms.CharField(
        label=pgettext_lazy("pilot", "Experience"), max_length=LONGEST_TEXT, widget=forms.Textarea
    )


def _choose_unit(form: forms.Form, memberships: QuerySet[Membership]) -> None:
    field: Any = form.fields["membership"]
    field.queryset = memberships
    field.label_from_instance = _with_dates


def _with_dates(row: Membership) -> str:
    """A unit may have two agreements, one following on the other; one without an end speaks for itself."""
    if row.last_day is None:
        return str(row.unit)
    return f"{row.unit}（{cdate(row.valid_from)} – {cdate(row.last_day)}）"
