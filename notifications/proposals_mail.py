"""That an appointment or a roster waits for a second person is told to who may confirm it, once, by e-mail.

In the system it stands beside “Appointments” in the navigation. Sent outside any transaction, and noted afterwards in
the system's own chain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.access import SYSTEM
from cases.accounts.models import Proposal
from cases.accounts.waiting import seconds_of
from cases.audit import note
from cases.audit.alone import alone
from cases.clock import local_date
from cases.models import RosterImport, SystemEvent

TOLD = "proposal_told"


def tell_proposals(at: dt.datetime, limit: int = 100) -> int:
    """Tell of what waits and was not told yet; returns how many. What nobody may confirm yet is tried again."""
    with alone("proposals") as ours:
        return sum(_tell(each, at) for each in list(_untold())[:limit]) if ours else 0


def _untold() -> Iterator[Proposal | RosterImport]:
    waiting = Proposal.objects.waiting()
    single = waiting.filter(roster=None).select_related("unit").order_by("pk")
    imports = RosterImport.objects.filter(pk__in=waiting.values("roster")).select_related("unit").order_by("pk")
    found: list[Proposal | RosterImport] = [*single, *imports]
    subjects = {_subject(each): each for each in found}
    told = SystemEvent.objects.filter(verb=TOLD, subject__in=subjects) if subjects else SystemEvent.objects.none()
    done = set(told.values_list("subject", flat=True))
    yield from (each for subject, each in subjects.items() if subject not in done)


def _tell(waiting: Proposal | RosterImport, at: dt.datetime) -> int:
    people = seconds_of(waiting, local_date(at))
    if not people:
        return 0
    addresses = [person.email for person in people if person.email]
    if addresses and settings.EMAIL_URL:
        with override(settings.LANGUAGE_CODE):
            EmailMessage(_("An appointment waits for your confirmation"), _words(waiting), bcc=addresses).send()
    note(TOLD, by=SYSTEM, at=at, unit=waiting.unit, subject=waiting, details={"people": [each.pk for each in people]})
    return 1


def _subject(waiting: Proposal | RosterImport) -> str:
    return f"{waiting._meta.label_lower}:{waiting.pk}"


def _words(waiting: Proposal | RosterImport) -> str:
    """Unit and post, and where to confirm it; no names leave the system."""
    page, what = reverse("appointments"), str(waiting.unit)
    if isinstance(waiting, Proposal):
        page, what = reverse("proposal", args=[waiting.pk]), f"{what} · {waiting.get_role_display()}"
    hint = _("Nobody confirms what they have proposed; you are the second person.")
    return "\n".join([what, hint, settings.BASE_URL + page])
