"""How a message is worded: from its template at the moment of reading, in the reader's language.

Every template may use the variables of ``GIVEN``; a rule adds the facts that its events carry. ``strictness`` refuses
templates that ask for more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.template import Context
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cases.clock import local_date
from cases.roles import Role
from cases.wording import is_timed
from notifications.models import Message
from notifications.seen import SeenEvent
from notifications.strictness import FOLDER, parsed
from notifications.subject import naming

GIVEN = ("unit", "number", "year", "case", "work", "verb", "state", "stands_in", "url")


def _due(event: SeenEvent, item: Any) -> str | None:
    """The date that the event names, else that of the work item, as it is now; a moment for a limit in hours."""
    named: str | None = event.details.get("due_at") or event.details.get("due")
    if named or item is None or item.due_at is None:
        return named
    return item.due_at.isoformat() if is_timed(item.due_at) else local_date(item.due_at).isoformat()


def _detail(name: str) -> Callable[[SeenEvent, Any], Any]:
    return lambda event, _item: event.details.get(name)


@dataclass(frozen=True)
class Fact:
    """Something that an event says: how it is taken from the event, kept in the message, and read again."""

    take: Callable[[SeenEvent, Any], Any]
    sample: Any
    read: Callable[[Any], Any] = lambda kept: kept


def _limit(kept: str) -> dt.date | dt.datetime:
    return dt.datetime.fromisoformat(kept) if "T" in kept else dt.date.fromisoformat(kept)


FACTS: dict[str, Fact] = {
    "due": Fact(_due, "2021-05-14", _limit),
    "hours": Fact(lambda event, _item: abs(event.details.get("hours", 0)), 2),
    "days": Fact(lambda event, _item: abs(event.details.get("days", 0)), 3),
    "missed": Fact(lambda event, _item: len(event.details.get("missed", ())), 2),
    "count": Fact(_detail("return_count"), 2),
    "until": Fact(_detail("until"), "2021-05-14", _limit),
    "behind": Fact(lambda event, _item: len(event.details.get("behind", ())), 2),
}


class Rendered(NamedTuple):
    """A message in words."""

    subject: str
    text: str
    html: str


def kept_facts(names: tuple[str, ...], event: SeenEvent, item: Any) -> dict[str, Any]:
    """What a message keeps of its event: dates, counts and ids, nothing about people."""
    return {name: FACTS[name].take(event, item) for name in names}


def item_of(message: Message) -> Any:
    """The work item that a message is about, with its case: the message's own, or one that the step opened below it."""
    item = message.item
    if item is not None and item.process_id == message.case_id:
        item.process = message.case
    return item


def context_of(message: Message) -> dict[str, Any]:
    """The variables for a message whose event, case with unit, and item are loaded, in the active language."""
    case, item = message.case, item_of(message)
    words = naming()
    facts = {name: value for name, value in message.facts.items() if name in FACTS}
    stands_in = message.facts.get("stands_in", "")
    return {
        "unit": case.unit.name,
        "number": case.number,
        "year": case.year,
        "case": words.case_title(case),
        "work": words.work_title(item) if item is not None else words.case_title(case),
        "verb": words.verb_word(case, message.event.verb),
        "state": words.state_word(case, message.event.target or case.state),
        "stands_in": str(Role(stands_in).label) if stands_in else "",
        "url": absolute(reverse("message", args=[message.pk])),
        **{name: value if value is None else FACTS[name].read(value) for name, value in facts.items()},
    }


def absolute(path: str) -> str:
    """The address of a page as it stands in an e-mail."""
    return f"{settings.BASE_URL}{path}"


def subject_of(message: Message) -> str:
    """The one line of a message in the active language."""
    return _text(message.template, context_of(message))[0]


def render(message: Message, language: str) -> Rendered:
    """A message in words, in the given language; loaded as for ``context_of``."""
    with translation.override(language):
        return worded(message.template, context_of(message))


def plain(message: Message, language: str) -> tuple[str, str]:
    """The subject and the text alone, for a channel that shows no HTML."""
    with translation.override(language):
        return _text(message.template, context_of(message))


def on_page(message: Message) -> Rendered:
    """A message in the active language without the link at its end, for a page that has a button for it."""
    return worded(message.template, context_of(message) | {"url": ""})


def worded(code: str, variables: Mapping[str, Any]) -> Rendered:
    """A template with these variables, in the active language: the first line of the text is the subject."""
    subject, text = _text(code, variables)
    return Rendered(subject, text, html(code, variables))


def html(code: str, variables: Mapping[str, Any]) -> str:
    """The HTML of a message, without the frame that an e-mail puts around it."""
    return parsed(f"{FOLDER}/{code}.html").render(Context(dict(variables))).strip()


def framed(subject: str, body: str, language: str) -> str:
    """A whole HTML document for an e-mail."""
    with translation.override(language):
        variables = {"subject": subject, "body": body, "lang": "en" if language == "en" else "zh-CN"}
        return parsed(f"{FOLDER}/_mail.html").render(Context(variables))


def _text(code: str, variables: Mapping[str, Any]) -> tuple[str, str]:
    written = parsed(f"{FOLDER}/{code}.txt").render(Context(dict(variables), autoescape=False)).strip()
    subject, _newline, text = written.partition("\n")
    lines = [line.strip() for line in text.strip().splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return " ".join(subject.split()), "\n".join(kept)


def sample(facts: tuple[str, ...]) -> dict[str, Any]:
    """Invented variables for the preview of a template."""
    number = "2021-650102-0007"
    given = {
        "unit": "天山区康宁护理院",
        "number": number,
        "year": 2021,
        "case": f"{_('Finding')} {number}",
        "work": _("Rectify %(number)s") % {"number": number},
        "verb": _("Return"),
        "state": _("Rectifying"),
        "stands_in": "",
        "url": absolute("/"),
    }
    return given | {name: FACTS[name].read(FACTS[name].sample) for name in facts}
