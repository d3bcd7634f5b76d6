"""The forms of a fund: allocating it, a payment, the account, the check."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy

from cases.models import Fund, FundUse, OrgUnit, Pilot
from workflows.alliance.funds.kind import LONGEST
from workflows.alliance.states import NEVER_SELECTED, State
from workflows.engine import MAX_REASON
from workflows.finding.forms import SeveralFiles
from workflows.programme.forms import DayInput


class AllocationForm(forms.Form):
    """What is given to whom, for what, with the fields of one kind of fund; amounts in yuan."""

    holder = forms.ModelChoiceField(label=gettext_lazy("Holder of the fund"), queryset=OrgUnit.objects.none())
    pilot = forms.ModelChoiceField(
        label=gettext_lazy("Alliance pilot"),
        queryset=Pilot.objects.none(),
        help_text=gettext_lazy("Its lead hospital holds the fund and accounts for it."),
    )
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2000, max_value=2100)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), min_value=0, max_digits=12, decimal_places=2, localize=False
    )
    rate = forms.DecimalField(
        label=gettext_lazy("For one institution"), min_value=0, max_digits=10, decimal_places=2, localize=False
    )
    purpose = forms.CharField(label=gettext_lazy("Purpose"), max_length=1000, widget=forms.Textarea)

    def __init__(self, *args: Any, city: OrgUnit, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "fund-%s", **kwargs})
        self.kind = kind
        holder, pilot = self.fields["holder"], self.fields["pilot"]
        wanted = OrgUnit.Kind.GUIDANCE_CENTRE if kind == Fund.Kind.CENTRE else OrgUnit.Kind.HOSPITAL
        units = OrgUnit.objects.within(city.path).filter(kind=wanted)
        if kind == Fund.Kind.SUBSIDY:
            units = units.filter(superior=city.pk)
        holder.queryset = units  # type: ignore[attr-defined]
        pilots = Pilot.objects.filter(case__unit=city).exclude(case__state__in=(*NEVER_SELECTED, State.STOPPED))
        pilot.queryset = pilots.order_by("pk")  # type: ignore[attr-defined]
        pilot.label_from_instance = lambda each: f"{each.name}（{each.lead}）"  # type: ignore[attr-defined]
        left_out = {
            Fund.Kind.EARMARKED: ("holder", "rate"),
            Fund.Kind.SUBSIDY: ("pilot", "amount"),
            Fund.Kind.CENTRE: ("pilot", "rate"),
        }
        for name in left_out[Fund.Kind(kind)]:
            del self.fields[name]

    @property
    def details(self) -> dict[str, Any]:
        """The allocation as the door takes it; call where the form is valid."""
        pilot = self.cleaned_data.get("pilot")
        return {"kind": self.kind, "holder": pilot.lead if pilot else None, **self.cleaned_data}


class UseForm(forms.ModelForm):
    """A payment with its voucher."""

    attached = SeveralFiles(label=gettext_lazy("Add files"), required=False)

    class Meta:
        model = FundUse
        fields = ("paid_on", "amount", "purpose", "voucher")
        widgets: ClassVar[dict[str, Any]] = {"paid_on": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "use-%s", **kwargs})


class AccountForm(forms.Form):
    """How the money was used, in words."""

    report = forms.CharField(
        label=gettext_lazy("Account of the use"),
        max_length=LONGEST,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("Write how the money was used.")},
    )


class CheckForm(forms.Form):
    """The bureau's opinion."""

    opinion = forms.CharField(
        label=gettext_lazy("Opinion of the finance bureau"),
        max_length=LONGEST,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("Write the opinion.")},
    )


class ObjectionForm(forms.Form):
    """Which payments were not used as intended, and why."""

    uses = forms.MultipleChoiceField(
        label=gettext_lazy("Payments not used as intended"), widget=forms.CheckboxSelectMultiple, required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("Give the reason.")},
    )

    def __init__(self, *args: Any, payments: list[FundUse], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "objection-%s", **kwargs})
        uses: Any = self.fields["uses"]
        uses.choices = [(str(use.pk), f"{use.voucher} · {use.purpose} · {use.amount}") for use in payments]
