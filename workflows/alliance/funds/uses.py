"""Payments out of a fund: entered, corrected, struck, and never more than was given (pilot plan, 4 (3): 专款专用)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cases.clock import local_date
from cases.errors import Conflict, Invalid
from cases.evidence import store
from cases.models import Evidence, Fund, FundUse
from cases.saving import StaleRow, sign
from workflows.alliance.funds.states import State
from workflows.rules import verb
from workflows.step import Step

FIELDS = ("paid_on", "amount", "purpose", "voucher")
HOLDER = "party:holder"
FEN = Decimal("0.01")


def spent(fund: Fund) -> Decimal:
    """What has been paid out of the fund, in yuan."""
    total = FundUse.objects.filter(fund=fund, struck_at=None).aggregate(total=Sum("amount"))["total"]
    return (total or Decimal(0)).quantize(FEN)


class UseVerbs:
    """The holder enters what was paid, with the voucher."""

    fund: Fund

    @verb(label=pgettext_lazy("fund", "Enter a payment"), source=State.IN_USE, permission=HOLDER, deliver=False)
    def enter_use(self, step: Step) -> None:
        """A payment that was made, its purpose and voucher; files come with it."""
        values = _checked(step, self.fund)
        use = FundUse(fund=self.fund, entered_by=step.person, entered_at=step.at, **values)
        sign(use, step.person, step.at, step.verb)
        use.save()
        _note(step, use)

    @verb(label=pgettext_lazy("fund", "Correct a payment"), source=State.IN_USE, permission=HOLDER, deliver=False)
    def correct_use(self, step: Step) -> None:
        """The old values stay in the history."""
        use = use_of(self.fund, step.details.get("use"))
        if step.details.get("row_version") != use.row_version:
            raise StaleRow(use)
        for name, value in _checked(step, self.fund, instead_of=use).items():
            setattr(use, name, value)
        use.row_version += 1
        sign(use, step.person, step.at, step.verb)
        use.save(update_fields=[*FIELDS, "row_version"])
        _note(step, use)

    @verb(
        label=pgettext_lazy("fund", "Strike a payment"),
        source=State.IN_USE,
        permission=HOLDER,
        reason=True,
        deliver=False,
    )
    def strike_use(self, step: Step) -> None:
        """A payment that was not made, or was entered twice."""
        use = use_of(self.fund, step.details.get("use"))
        use.struck_at, use.struck_reason = step.at, step.reason
        sign(use, step.person, step.at, step.verb)
        use.save(update_fields=["struck_at", "struck_reason"])
        step.facts = {"use": use.pk}


def use_of(fund: Fund, key: Any) -> FundUse:
    """A payment of the fund that counts; raises Conflict for any other."""
    use = FundUse.objects.filter(fund=fund, pk=key or 0, struck_at=None).first()
    if use is None:
        raise Conflict("no_such_use", _("This payment has been struck, or is not of this fund."))
    return use


def _checked(step: Step, fund: Fund, instead_of: FundUse | None = None) -> dict[str, Any]:
    values: dict[str, Any] = {name: step.details.get(name) for name in FIELDS}
    for name in ("purpose", "voucher"):
        values[name] = str(values[name] or "").strip()
    faults: dict[str, list[str]] = {}
    if values["paid_on"] is None or values["paid_on"] > local_date(step.at):
        faults["paid_on"] = [_("Enter the day of the payment, not one in the future.")]
    elif values["paid_on"].year < step.case.year:
        faults["paid_on"] = [_("The fund was given for %(year)d.") % {"year": step.case.year}]
    if not values["purpose"]:
        faults["purpose"] = [_("Say what was paid: earmarked funds are used for their purpose (专款专用).")]
    if not values["voucher"]:
        faults["voucher"] = [_("Enter the number of the voucher.")]
    amount = values["amount"]
    before = instead_of.amount if instead_of is not None else Decimal(0)
    left = fund.amount - spent(fund) + before
    if amount is None or amount <= 0:
        faults["amount"] = [_("Enter the amount in yuan.")]
    elif amount > left:
        faults["amount"] = [_("Only %(left)s yuan of the fund are left.") % {"left": left}]
    if faults:
        raise Invalid("use_incomplete", _("The payment cannot be entered like this."), faults=faults)
    return values


def _note(step: Step, use: FundUse) -> None:
    files = [
        store(
            case=step.case,
            upload=upload,
            purpose=Evidence.Purpose.VOUCHER,
            by=step.person,
            at=step.at,
            item_code=f"use:{use.pk}",
        ).sha256
        for upload in step.details.get("attached") or ()
    ]
    step.facts = {"use": use.pk, "amount": str(use.amount), "files": files}
