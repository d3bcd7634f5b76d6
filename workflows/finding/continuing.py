"""What has to be kept up for good is reviewed at intervals before it is closed (长期坚持；定期复查)."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.clock import local_date
from cases.errors import Conflict
from cases.models import Finding
from workflows.common import not_claimed_by_another, on_hold
from workflows.finding.record import save_record
from workflows.finding.states import State
from workflows.rules import verb
from workflows.step import Step


class ContinuingVerbs:
    """The county comes back, and finds it kept up or slipped (the latter is a return)."""

    finding: Finding
    held_at: dt.datetime | None

    @verb(label=gettext_lazy("Pass the periodic review"), source=State.CONTINUING, permission="verify")
    def pass_review(self, step: Step) -> None:
        """Still kept up: the review counts, and the next one has its date."""
        finding, item = self.finding, step.item
        not_claimed_by_another(step)
        if self.held_at is not None:
            raise on_hold(step.case)
        if finding.fixed_by_id in step.in_the_name_of:
            raise Conflict("closer_is_rectifier", _("The person who rectified a finding cannot review it."))
        if finding.reviewed_at is not None and local_date(finding.reviewed_at) == local_date(step.at):
            raise Conflict(
                "reviewed_today",
                _("The finding has been reviewed today already."),
                hint=_("Two reviews on one day count as one."),
            )
        count = finding.review_count + 1
        save_record(step, review_count=count, reviewed_by=step.person, reviewed_at=step.at)
        step.facts = {"review_count": count}
        if item is not None:
            date = step.due(item.flow_task)
            step.move_due(item, date)
            step.facts |= {"due_on": str(date.on)}


def check_kept_up(step: Step, finding: Finding) -> None:
    """Refuse to close what the edition wants to see reviewed more often."""
    asked = step.edition.settings.continuing_reviews
    if finding.review_count < asked:
        raise Conflict(
            "reviews_missing",
            _("%(passed)d of %(asked)d periodic reviews have been passed.")
            % {"passed": finding.review_count, "asked": asked},
            hint=_("It can be closed after the last of them."),
        )
