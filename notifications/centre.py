"""What the message centre lists: a person's own messages by tab and filter, and the nudges that they sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import pgettext_lazy

from cases.access import Viewer
from cases.keyset import Page, page_of
from cases.models import Case, CaseEvent
from notifications.models import Dispatch, Message
from notifications.subject import naming
from notifications.wording import item_of, subject_of

UNREAD_CAP = 99  # a badge needs no more
MOST_MARKED = 5000  # messages read at one press
NUDGE = "nudge"

Level = Message.Level
TABS: dict[str, tuple[Any, Q]] = {
    "all": (pgettext_lazy("messages", "All"), Q()),
    "todo": (pgettext_lazy("messages", "For me to do"), Q(level=Level.TASK, item__finished=None)),
    "urged": (pgettext_lazy("messages", "Reminders and nudges"), Q(level__in=[Level.REMINDER, Level.NUDGE])),
    "escalated": (pgettext_lazy("messages", "Escalated"), Q(level=Level.ESCALATION)),
    "info": (pgettext_lazy("messages", "Notices"), Q(level=Level.INFO)),
}
SENT = "sent"
SENT_WORD = pgettext_lazy("messages", "Nudged by me")


@dataclass(frozen=True)
class Filters:
    """What the reader asked for."""

    tab: str = "all"
    unread: bool = False
    year: int | None = None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """From an address; what it does not understand is left out."""
        tab = given.get("tab", "all")
        year = given.get("year", "")
        return cls(
            tab if tab in TABS or tab == SENT else "all",
            given.get("unread") == "1",
            int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        )

    @property
    def any(self) -> bool:
        return self.unread or self.year is not None


@dataclass(frozen=True)
class Line:
    """One message as the list shows it."""

    message: Message
    subject: str
    open: bool

    @property
    def can_be_done(self) -> bool:
        """Whether its work is still open and the message asks for it."""
        return self.open and self.message.level in (Level.TASK, Level.REMINDER, Level.NUDGE)


@dataclass(frozen=True)
class Way:
    """How one person was reached by a nudge: in the system always, and otherwise as ``state`` says."""

    name: str
    read_at: Any
    channels: list[tuple[Any, str, Any]]


@dataclass(frozen=True)
class Sent:
    """A nudge of the reader's own, and whom it reached by which way."""

    event: CaseEvent
    title: str
    address: str
    ways: list[Way]


def unread_count(user: Any) -> int:
    """How many messages somebody has not read, counted up to one more than the cap: a short range of one index."""
    return Message.objects.filter(recipient=user.pk).unread().order_by()[: UNREAD_CAP + 1].count()


def messages_of(viewer: Viewer, filters: Filters) -> QuerySet[Message]:
    """The viewer's messages that the tab and the filters leave."""
    _word, condition = TABS.get(filters.tab, TABS["all"])
    found = Message.objects.visible_to(viewer).filter(condition)
    if filters.unread:
        found = found.filter(read_at=None)
    return found.filter(case__year=filters.year) if filters.year else found


def page_of_messages(viewer: Viewer, filters: Filters, after: str) -> Page:
    """A page of messages, the latest first, each with what its words need."""
    rows = messages_of(viewer, filters).select_related("event", "case__unit", "item__process")
    return page_of(rows, "created_at", "pk", after=after, descending=True)


def lines_of(messages: list[Message]) -> list[Line]:
    """Messages in words, in the reader's language."""
    return [Line(message, subject_of(message), _is_open(message)) for message in messages]


def _is_open(message: Message) -> bool:
    return message.item is not None and message.item.finished is None


def work_address(message: Message) -> str:
    """Where to go from a message: to the work while it is open, else to the case."""
    if message.item is not None and message.item.finished is None:
        return naming().work_address(item_of(message))
    return naming().case_address(message.case)


def mark_read(viewer: Viewer, keys: list[int] | None = None) -> int:
    """Mark some of the viewer's messages as read, or all of them; returns how many were not yet."""
    unread = Message.objects.visible_to(viewer).unread()
    chosen = unread.filter(pk__in=keys) if keys is not None else unread
    known = list(chosen.order_by("pk").values_list("pk", flat=True)[:MOST_MARKED])
    return Message.objects.filter(pk__in=known, read_at=None).update(read_at=viewer.at)


def page_of_nudges(viewer: Viewer, after: str) -> Page:
    """A page of the nudges that the viewer sent, in cases that they still see."""
    sent = CaseEvent.objects.filter(actor=viewer.user.pk, verb=NUDGE, case__in=Case.objects.visible_to(viewer))
    return page_of(sent.select_related("case__unit", "item"), "pk", after=after, descending=True)


def nudges_shown(events: list[CaseEvent]) -> list[Sent]:
    """Nudges with the people whom they reached, and how: what went out, and to whom nothing else could."""
    told: dict[int, list[Message]] = {}
    rows = Message.objects.filter(event__in=events).select_related("recipient").prefetch_related("dispatches")
    for message in rows.order_by("pk"):
        told.setdefault(message.event_id, []).append(message)
    return [_sent(event, told.get(event.pk, [])) for event in events]


def _sent(event: CaseEvent, messages: list[Message]) -> Sent:
    names = naming()
    if event.item is not None:
        event.item.process = event.case
        title = names.work_title(event.item)
    else:
        title = names.case_title(event.case)
    return Sent(event, title, names.case_address(event.case), [_way(message) for message in messages])


def _way(message: Message) -> Way:
    dispatches: list[Dispatch] = list(message.dispatches.all())
    channels = [(row.get_channel_display(), row.state, row.get_state_display()) for row in dispatches]
    return Way(message.recipient.name, message.read_at, channels)
