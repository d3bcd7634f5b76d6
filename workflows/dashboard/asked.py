"""Which unit, year and day an address asks for, within what the viewer may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access import Viewer
from cases.errors import OutOfScope
from cases.models import OrgUnit
from cases.web import viewer_of, whole_number
from workflows.dashboard.standing import BELOW, Standing
from workflows.desk.counting import year_asked


class DayForm(forms.Form):
    """The day as of whose end the figures are wanted; today where none is named."""

    on = forms.DateField(
        label=gettext_lazy("As of the end of"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self) -> dt.date | None:
        on: dt.date | None = self.cleaned_data["on"]
        if on is not None and (on > self.today or on.year < self.today.year - 50):
            raise forms.ValidationError(_("Choose today or a day before it."))
        return on


def unit_asked(viewer: Viewer, key: int | None, kinds: Collection[str] = tuple(BELOW)) -> OrgUnit:
    """The unit that the address names, else the highest that the viewer sees; OutOfScope (404) otherwise."""
    seen = OrgUnit.objects.visible_to(viewer).filter(kind__in=kinds)
    unit = (seen.filter(pk=key) if key is not None else seen).select_related("superior").first()
    if unit is None:
        raise OutOfScope(
            "no_such_unit",
            _("There is no such unit, or it is not among those that you may see."),
            hint=_("Counties, prefectures, regions and the nation have dashboards; institutions have their files."),
        )
    return unit


def unit_key(request: HttpRequest) -> int | None:
    """The key of the unit that the address names; 0, which no unit has, where it is no key."""
    text = request.GET.get("unit", "")
    return (whole_number(text) or 0) if text else None


def standing_asked(request: HttpRequest, unit: OrgUnit, years: list[int]) -> tuple[Standing, DayForm]:
    """What the address asks for; a day that cannot be is refused by the form, and today is shown."""
    viewer = viewer_of(request)
    form = DayForm({"on": request.GET.get("on", "")}, today=viewer.on)
    on = (form.cleaned_data["on"] if form.is_valid() else None) or viewer.on
    year = year_asked(request.GET.get("year", "")) or next((each for each in years if each <= on.year), on.year)
    return Standing(unit, year, on, viewer.at), form
