"""Nudging by hand (催办): whoever stands above the one who has the work reminds them, with or without words."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access import Grant, Viewer
from cases.clock import local_date
from cases.editions.pinned import edition_of
from cases.errors import Conflict, Refusal, WrongRole
from cases.models import Case, WorkItem
from cases.wording import cdatetime
from workflows.rules import verb
from workflows.step import Step

ABOVE = ("verify", "approve", "oversee")
# The nation oversees nobody's work; it waits for the reports that regions owe it.
ABOVE_REGIONS = ("acknowledge",)


class NudgeVerbs:
    """The verb; the case stays where it is, and whoever has the work is told."""

    @verb(label=gettext_lazy("Nudge"), source="*", permission=ABOVE)
    def nudge(self, step: Step) -> None:
        """By a level above the unit that has the work, at most once in settings.nudge_hours for each piece of it."""
        remind(step)


def remind(step: Step) -> None:
    """What the verb does, whoever may do it; raises WrongRole for those who do not stand above the work."""
    item = step.item
    if (refusal := hindrance(step.case, item, step.at)) is not None:
        raise refusal
    if item is None or (grant := _grant_above(step, item)) is None:
        raise WrongRole(
            "not_above",
            _("Only a level above whoever has the work can nudge them."),
            hint=_("The case page shows whose turn it is."),
        )
    step.grant = grant
    step.facts = {"item": item.pk, "to": ["person"]}
    if item.due_at is not None:
        due_on = local_date(item.due_at)
        step.facts |= {"due": due_on.isoformat(), "days": (local_date(step.at) - due_on).days}


def hindrance(case: Case, item: WorkItem | None, at: dt.datetime) -> Refusal | None:
    """Why nobody can be nudged about this work now; None where somebody can."""
    if item is None or not item.role:
        return Conflict("wrong_state", _("It is nobody’s turn: there is nobody to nudge."))
    if case.held_at is not None:
        return Conflict("on_hold", _("The case is on hold; whoever has the work waits for its release."))
    last = case.events.filter(verb="nudge", item=item.pk).order_by("-seq").values_list("at", flat=True).first()
    if last is None:
        return None
    again = last + dt.timedelta(hours=edition_of(case).settings.nudge_hours)
    if at >= again:
        return None
    words = {"last": cdatetime(last), "again": cdatetime(again)}
    return Conflict(
        "nudged_recently",
        _("There was a nudge about this work on %(last)s already.") % words,
        hint=_("The next one is possible from %(again)s.") % words,
    )


def stands_above(viewer: Viewer, item: WorkItem) -> bool:
    """Whether the viewer holds an authority at a level above the unit that has the work."""
    return any(_covers(grant, item.unit.path) for grant in viewer.grants)


def _grant_above(step: Step, item: WorkItem) -> Grant | None:
    """The grant that was used, or another one of the actor's that stands above the work."""
    own = step.case.unit
    path = own.path if item.unit_id == own.pk else item.unit.path
    if step.grant is not None and _covers(step.grant, path):
        return step.grant
    found = (grant for grant in step.actor.viewer(step.at).grants if _covers(grant, path))
    return max(found, key=lambda grant: len(grant.path), default=None)


def _covers(grant: Grant, path: str) -> bool:
    return grant.permission in (*ABOVE, *ABOVE_REGIONS) and len(grant.path) < len(path) and path.startswith(grant.path)
