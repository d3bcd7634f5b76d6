"""What leaves the system about its own trail: each anchor to its witnesses, and faults to those who look after it.

Sent outside any transaction; that it was sent stands in the system's own chain, so that nothing is sent for ever.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from cases.access import SYSTEM
from cases.audit import note
from cases.audit.alone import alone
from cases.audit.anchors import Anchor, read_anchors
from cases.audit.daily import last_verification
from cases.audit.faults import in_words
from cases.clock import local_date
from cases.models import Appointment, OrgUnit, SystemEvent, User
from cases.roles import Role

MAILED, TOLD = "anchor_mailed", "faults_told"
SHOWN = 5


def mail_anchors(at: dt.datetime, limit: int = 30) -> int:
    """Send anchors that have not been sent to the addresses of YIYANG_ANCHOR_EMAIL; returns how many were.

    Whoever keeps these e-mails can prove a rewriting of database and files together.
    """
    with alone("anchor_mail") as ours:
        return _mail(at, limit) if ours and settings.ANCHOR_EMAIL else 0


def _mail(at: dt.datetime, limit: int) -> int:
    last = SystemEvent.objects.filter(verb=MAILED).order_by("-at", "-pk").first()
    waiting = _after(last.details if last else {})[:limit]
    for anchor in waiting:
        with override(settings.LANGUAGE_CODE):
            subject = _("Anchor %(number)d of the audit trail") % {"number": anchor.number}
            text = _("Keep this message. It proves what the system had recorded by then.")
        letter = EmailMessage(subject, f"{text}\n\n{anchor.line.decode()}\n", to=settings.ANCHOR_EMAIL)
        letter.attach(f"anchor-{anchor.number:06d}.json", anchor.line, "application/json")
        letter.send()
        note(MAILED, by=SYSTEM, at=at, details={"number": anchor.number, "hash": anchor.hash})
    return len(waiting)


def _after(sent: dict[str, Any]) -> list[Anchor]:
    """The anchors after the one that was sent last; all of them where that one was put aside."""
    known = [anchor for anchor in read_anchors() if anchor.said]
    if "hash" not in sent:  # noted by the first release, or nothing was sent yet
        return [anchor for anchor in known if anchor.number > sent.get("number", 0)]
    place = next((place for place, anchor in enumerate(known) if anchor.hash == sent["hash"]), -1)
    return known[place + 1 :]


def tell_faults(at: dt.datetime, limit: int = 1) -> int:
    """Tell auditors and system administrators of region and nation what the last verification found; once."""
    with alone("faults") as ours:
        return _tell(at) if ours else 0


def _tell(at: dt.datetime) -> int:
    found = last_verification()
    if found is None or not found.details["faults"]:
        return 0
    if SystemEvent.objects.filter(verb=TOLD, subject=_subject(found)).exists():
        return 0
    people = [person for person in keepers(local_date(at)) if person.email]
    with override(settings.LANGUAGE_CODE):
        subject = _("The audit trail has faults")
        text = _words(found)
    if people:
        EmailMessage(subject, text, bcc=[person.email for person in people]).send()
    note(TOLD, by=SYSTEM, at=at, subject=_subject(found), details={"people": [person.pk for person in people]})
    return 1


def keepers(on: dt.date) -> list[User]:
    """Auditors and system administrators of region and nation."""
    held = Appointment.objects.own().valid(on).filter(role__in=(Role.AUDITOR, Role.SYSTEM_ADMIN))
    held = held.filter(unit__kind__in=(OrgUnit.Kind.REGION, OrgUnit.Kind.NATION))
    return list(User.objects.filter(pk__in=held.values("user")).order_by("pk"))


def _subject(found: SystemEvent) -> str:
    return f"cases.systemevent:{found.pk}"


def _words(found: SystemEvent) -> str:
    count = found.details["faults"]
    lines = [ngettext("%(count)d fault was found.", "%(count)d faults were found.", count) % {"count": count}]
    lines += [f"· {each['where']}: {in_words(each)}" for each in found.details["first"][:SHOWN]]
    lines.append(settings.BASE_URL + reverse("audit"))
    return "\n".join(lines)
