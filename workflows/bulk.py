"""Nudging many at once: the ticked rows of a list, or everything that it is filtered to (批量催办)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from cases.access import Viewer
from cases.errors import Conflict, Invalid, Refusal
from cases.models import Case, WorkItem
from cases.web import actor_of, viewer_of, whole_number
from workflows.engine import perform_many
from workflows.nudging import ABOVE, hindrance

NUDGE = "nudge"
MOST = 2_000  # cases by one click; more wants a narrower filter
MOST_NAMED = 20
LONGEST_WORDS = 200
# What such a form posts beside the parameters of its list's address.
OF_THE_FORM = ("csrfmiddlewaretoken", "words", "all", "pick", "chosen", "nudge")


class BulkForm(forms.Form):
    """What stands beside the ticked rows: words for those who are nudged, and whether all filtered rows are meant."""

    words = forms.CharField(label=gettext_lazy("Words to add"), required=False, max_length=LONGEST_WORDS)
    all = forms.BooleanField(required=False)


@dataclass
class Outcome:
    """How many were nudged, and the refusals of the others by their code, each with what it is about."""

    done: int = 0
    refused: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def refuse(self, code: str, why: str, name: str) -> None:
        self.refused.setdefault(code, []).append((why, name))

    @property
    def lines(self) -> list[str]:
        """A sentence for each reason, with the first of the numbers."""
        return [_sentence(code, refusals) for code, refusals in self.refused.items()]


def may_nudge(viewer: Viewer) -> bool:
    """Whether the viewer stands above anybody; the verb asks of each piece of work."""
    return any(viewer.paths(permission) for permission in ABOVE)


def picked(values: Iterable[str]) -> tuple[int, ...]:
    """The keys of ticked rows; what is no key is left out."""
    keys = (whole_number(value) for value in values)
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def nudge_many(request: HttpRequest, form: BulkForm, keys_of: Callable[[bool], Iterable[int]]) -> Outcome:
    """Nudge about many cases; ``keys_of(everything)`` gives those that were ticked, or all that are filtered.

    Raises Invalid (422) where nothing or too much is chosen or the words are too long, and Conflict (409) where not
    one could be nudged.
    """
    if not form.is_valid():
        message = str(form.errors["words"][0])
        raise Invalid("words_too_long", message, faults={"words": [message]})
    keys = list(islice(keys_of(form.cleaned_data["all"]), MOST + 1))
    if not keys:
        raise Invalid("nothing_chosen", _("Choose the rows first."))
    if len(keys) > MOST:
        message = _("At most %(most)d can be nudged at once; narrow the list, for example to one county or light.")
        raise Invalid("too_many", message % {"most": MOST})
    outcome = _perform(request, keys, form.cleaned_data["words"])
    if not outcome.done:
        raise Conflict("none_nudged", _("Nobody was nudged."), hint=" ".join(outcome.lines))
    return outcome


def tell(request: HttpRequest, outcome: Outcome) -> None:
    """The result as notices of the next page."""
    done = ngettext("%(n)d piece of work nudged.", "%(n)d pieces of work nudged.", outcome.done) % {"n": outcome.done}
    messages.success(request, done)
    for line in outcome.lines:
        messages.warning(request, line)


def _perform(request: HttpRequest, keys: list[int], words: str) -> Outcome:
    """The verb on each case that the person may see; what is refused for sure is left out before.

    A refusal in the middle of a chunk sends its cases through the door one by one, which costs twenty times as much.
    """
    viewer, outcome = viewer_of(request), Outcome()
    cases = list(Case.objects.visible_to(viewer).filter(pk__in=keys).select_related("unit").order_by("pk"))
    open_items = WorkItem.objects.open().filter(process__in=[case.pk for case in cases]).select_related("unit")
    items = {item.process_id: item for item in open_items}
    for key in sorted(set(keys) - {case.pk for case in cases}):
        outcome.refuse("no_such_case", _("It is not among those that you may see."), str(key))

    def possible() -> Iterator[Case]:
        for case in cases:
            refusal = hindrance(case, items.get(case.pk), viewer.at)
            if refusal is None:
                yield case
            else:
                _note(outcome, case, refusal)

    for case, refusal in perform_many(possible(), NUDGE, by=actor_of(request), at=viewer.at, reason=words):
        if refusal is None:
            outcome.done += 1
        else:
            _note(outcome, case, refusal)
    return outcome


def _note(outcome: Outcome, case: Case, refusal: Refusal) -> None:
    outcome.refuse(refusal.code, str(refusal.message), case.number or str(case.unit))


def _sentence(code: str, refusals: list[tuple[str, str]]) -> str:
    """One reason for all of them; where the words differ by case (when it was last), they are put in general."""
    reasons = {why for why, _name in refusals}
    why = _("They have been nudged recently.") if code == "nudged_recently" and len(reasons) > 1 else refusals[0][0]
    names = [name for _why, name in refusals]
    values = {"n": len(names), "why": why, "numbers": pgettext("list separator", ", ").join(names[:MOST_NAMED])}
    if len(names) > MOST_NAMED:
        return _("%(n)d not nudged: %(why)s (%(numbers)s and others)") % values
    return _("%(n)d not nudged: %(why)s (%(numbers)s)") % values
