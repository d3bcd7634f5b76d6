"""Money that was not used as intended is a finding (pilot plan, 4 (3)): the holder rectifies, the bureau closes."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.clock import local_date
from cases.deadlines import counted
from cases.errors import Invalid
from cases.models import Case, Finding, Fund, FundUse, Rectification, Severity
from cases.models import Sequence as Counter
from cases.saving import sign
from workflows.alliance.parties import copy_parts
from workflows.engine import open_case
from workflows.finding.record import limit_fields
from workflows.step import Step

ITEM = "funds"  # the row of the scorecard that it bears on


def object_to(step: Step, fund: Fund, keys: Sequence[int]) -> None:
    """Mark the payments and put one finding of the bureau on the ledger; raises Invalid where none is named."""
    uses = list(FundUse.objects.filter(fund=fund, pk__in=keys, struck_at=None).order_by("pk"))
    if not uses or len(uses) < len(set(keys)):
        message = _("Choose the payments that were not used as intended.")
        raise Invalid("no_use_named", message, faults={"uses": [message]})
    for use in uses:
        use.misused = True
        sign(use, step.person, step.at, step.verb)
        use.save(update_fields=["misused"])
    finding = _open_finding(step, uses)
    step.facts = {"uses": [use.pk for use in uses], "finding": finding.number}


def _open_finding(step: Step, uses: Sequence[FundUse]) -> Case:
    case, rule = step.case, step.edition.deadlines["rectify"]
    vouchers = pgettext("list separator", ", ").join(use.voucher for use in uses)
    problem = _("Not used as intended (vouchers %(vouchers)s): %(reason)s")
    finding = open_case(
        "finding",
        unit=case.unit,
        year=case.year,
        edition=case.edition,
        batch=step.batch,
        by=step.actor,
        at=step.at,
        record=Finding(
            cycle=case,
            item_code=ITEM,
            source=Finding.Source.FINANCE,
            problem=problem % {"vouchers": vouchers, "reason": step.reason},
            rectification=Rectification.TIME_LIMITED,
            severity=Severity.MAJOR,
            confirmed_at=step.at,
            **limit_fields(counted(local_date(step.at), rule.days, step.calendar)),
        ),
        parent=case,
        number=f"{case.year}-{case.unit.code}-Z{Counter.take(f'finding:{case.year}:{case.unit.code}:Z'):03d}",
        grant=step.grant,
        facts={"item": ITEM, "source": str(Finding.Source.FINANCE)},
    )
    copy_parts(step, case, finding, ("holder", "finance"))
    return finding
