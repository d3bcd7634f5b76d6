"""What a roster file grants, where it needs a second person: waiting, and confirmed in one step.

The system administrator imports the file; a security administrator of the area confirms it. Set-wise, because a
region's roster has thousands of lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from cases.access import Viewer
from cases.accounts.models import Proposal
from cases.accounts.recording import acting, note
from cases.appointing import Seat, appoint_all
from cases.errors import Conflict, WrongRole
from cases.models import RosterImport, User
from cases.tree import covers

BATCH = 500


def propose_all(done: RosterImport, seats: Iterable[Seat]) -> int:
    """One proposal for each seat that the file grants and nobody has proposed yet; how many there are."""
    waiting = set(Proposal.objects.waiting().values_list("user", "unit", "role"))
    new = [
        Proposal(**seat._asdict(), roster=done, reason=done.name[:200], proposed_by=done.by, proposed_at=done.at)
        for seat in seats
        if (seat.user.pk, seat.unit.pk, seat.role) not in waiting
    ]
    bulk_create_with_history(new, Proposal, batch_size=BATCH, default_user=done.by, default_date=done.at)
    return len(new)


@acting("confirm_roster")
def confirm_all(done: RosterImport, *, by: User, at: dt.datetime) -> int:
    """Confirm what an import granted, all that waits or nothing; how many appointments count from now on.

    Raises WrongRole (403) for anybody but another security administrator of the whole of it who is not in it, Conflict
    (409) where nothing waits any more.
    """
    rows = Proposal.objects.select_for_update(of=("self",)).waiting().filter(roster=done)
    waiting = list(rows.select_related("user", "unit").order_by("pk"))
    if not waiting:
        raise Conflict("decided_already", _("Nothing of this import waits for a confirmation any more."))
    roots = Viewer(by, at).paths("manage_roles")
    if by.pk == done.by_id or not all(
        each.user_id != by.pk and any(covers(root, each.unit.path) for root in roots) for each in waiting
    ):
        raise WrongRole(
            "not_the_second_person",
            _("An import is confirmed by a security administrator of its whole area who is not in it."),
        )
    appoint_all(
        [Seat(each.user, each.unit, each.role, each.valid_from, each.valid_until) for each in waiting], by=by, at=at
    )
    for each in waiting:
        each.state, each.decided_by, each.decided_at = Proposal.State.CONFIRMED, by, at
    fields = ["state", "decided_by", "decided_at"]
    bulk_update_with_history(waiting, Proposal, fields, batch_size=BATCH, default_user=by, default_date=at)
    note("confirm_roster", unit=done.unit, by=by, at=at, subject=done)
    return len(waiting)
