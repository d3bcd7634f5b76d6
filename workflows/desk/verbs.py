"""Which verbs the case page offers, and what each asks for; those with pages of their own are left to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.access import Viewer
from cases.clock import local_date
from cases.errors import Conflict, Refusal, WrongRole
from cases.models import Appointment, Case, User, WorkItem
from cases.web import viewer_of
from workflows import nudging
from workflows.authority import superior_grant
from workflows.common import on_hold
from workflows.desk.destinations import address
from workflows.extension.asking import hindrance
from workflows.kinds import Verb, kind_of
from workflows.step import holder_of
from workflows.supervision.opening import supervises
from workflows.web import possible_verbs

DIRECT = ("claim", "release", "withdraw")  # done at once: each can be undone, and needs no words
ASKING = ("nudge", "hand_over", "send_back", "archive", "reopen", "hold", "release_hold", "cancel")
LEFT_TO_THE_DESK = frozenset({"nudge", "supervise", "hold", "release_hold", "request_extension"})
DANGER = frozenset({"send_back", "reopen", "hold", "cancel"})
PAGE_OF_KIND = {"quality_cycle": "selfcheck", "finding": "finding"}
EXPLANATIONS = {
    "claim": _("The work item becomes yours; colleagues of the same role see that and leave it to you."),
    "release": _("Colleagues of the same role may take the work item up again."),
    "hand_over": _("The work item goes to a colleague of the same role at the same unit; its limit stays."),
    "withdraw": _("What you submitted comes back to you, as long as nobody has acted on it."),
    "nudge": _("Whoever has the work is told at once; what you write is read by everybody who sees the case."),
    "send_back": _("The form goes back to the filler, who sees your reason."),
    "archive": _("The year is closed. Only a superior can reopen it."),
    "reopen": _("The institution supplements its form once more and sees your reason."),
    "hold": _(
        "Nobody can move the case on until it is released, and its clock stands still: limits in working days move by "
        "the time of the hold, fixed dates do not. What can be held under the case is held with it."
    ),
    "release_hold": _("The case goes on. Limits in working days have moved by the working days of the hold."),
    "cancel": _("The cycle ends, and its open findings with it. Do this where the institution has closed."),
}
ELSEWHERE = {
    "add_finding": "finding_add",
    "request_extension": "extension_ask",
    "supervise": "supervise",
    "note_inspection": "case_notes",
}  # offered here, done on a page of another area
VERIFICATION = frozenset({"return_", "conclude", "approve", "reject_verification"})


@dataclass(frozen=True)
class Offer:
    """A verb that the reader may do here: a button that acts, or one that leads to a form."""

    name: str
    label: Any
    href: str
    direct: bool
    danger: bool


class VerbForm(forms.Form):
    """A reason where the verb takes one, and a colleague where it hands over; the engine judges both."""

    reason = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea)
    to = forms.ModelChoiceField(label=_("Colleague"), queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, verb: Verb, colleagues: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if verb.name != "hand_over":
            del self.fields["to"]
        else:
            to: Any = self.fields["to"]
            to.required = True
            to.error_messages["required"] = _("Choose a colleague who holds the same role at the same unit.")
            to.queryset = User.objects.filter(pk__in=[user.pk for user in colleagues]).order_by("name", "pk")
        self.fields["reason"].required = verb.rule.reason
        self.fields["reason"].error_messages["required"] = _("Give the reason.")

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal where the reader can mend it."""
        for name, messages in refusal.faults.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, str(message))
        if not refusal.faults:
            self.add_error(None, " ".join(filter(None, (str(refusal.message), str(refusal.hint)))))


def offers(request: HttpRequest, case: Case, item: WorkItem | None, colleagues: list[User]) -> list[Offer]:
    """The verbs without pages of their own that would be accepted now, in the order of the two tables."""
    possible = {verb.name: verb for verb in possible_verbs(request, case, item)}
    viewer = viewer_of(request)
    return [
        Offer(
            name=name,
            label=possible[name].rule.label,
            href=own_page(case, name) or reverse("case_verb", args=[case.pk, name]),
            direct=name in DIRECT,
            danger=name in DANGER,
        )
        for name in (*DIRECT, *ELSEWHERE, *ASKING)
        if name in possible and _makes_sense(name, viewer, case, item, colleagues)
    ]


def above_offers(request: HttpRequest, case: Case, item: WorkItem | None) -> list[Offer]:
    """What a case whose page has buttons of its own leaves to the desk: nudge, supervise, hold, ask for more time."""
    return [offer for offer in offers(request, case, item, []) if offer.name in LEFT_TO_THE_DESK]


def _makes_sense(name: str, viewer: Viewer, case: Case, item: WorkItem | None, colleagues: list[User]) -> bool:
    """What the engine would refuse anyway is not offered."""
    stands_in = item is not None and viewer.stands_in_for_owner(item)
    mine = item is not None and (item.owner_id == viewer.user.pk or stands_in)
    free = item is not None and bool(item.role) and holder_of(item, viewer.at) is None
    seated = item is not None and (item.unit_id, item.role) in viewer.seats
    superior = superior_grant(viewer, case, item) is not None
    match name:
        case "claim":
            return (free or stands_in) and seated and bool(colleagues)
        case "release":
            return mine
        case "hand_over":
            return (mine or free) and seated and bool(colleagues)
        case "withdraw":
            before = item.after if item is not None else None
            untouched = item is not None and item.owner_id is None
            return untouched and before is not None and before.done_by_id == viewer.user.pk
        case "request_extension":
            return hindrance(case, item, viewer.at) is None
        case "nudge":
            above = item is not None and nudging.stands_above(viewer, item)
            return above and nudging.hindrance(case, item, viewer.at) is None
        case "supervise":
            return case.finished is None and superior and not supervises(viewer, case, item)
        case "hold":
            return superior and case.finished is None and case.held_at is None
        case "release_hold":
            return superior and case.held_at is not None and (case.parent is None or case.parent.held_at is None)
        case "cancel":
            return case.held_at is None or viewer.can("oversee", case.unit)
        case "archive":
            return local_date(viewer.at).year > case.year
    return True


def colleagues_of(item: WorkItem | None, viewer: Viewer) -> list[User]:
    """Who else holds the item's role at its unit today."""
    if item is None or not item.role or (item.unit_id, item.role) not in viewer.seats:
        return []
    seats = Appointment.objects.valid(viewer.on).filter(unit=item.unit_id, role=item.role)
    return [seat.user for seat in seats.exclude(user=viewer.user.pk).select_related("user").order_by("user__name")]


def own_page(case: Case, verb: str) -> str:
    """The page where a verb is done that this area has no form for; empty where it is done here."""
    if verb in DIRECT or verb in ASKING:
        return ""
    if verb in ELSEWHERE:
        return address(ELSEWHERE[verb], case.pk)
    return address("verification" if verb in VERIFICATION else PAGE_OF_KIND.get(case.kind, "case"), case.pk)


def check_offered(request: HttpRequest, case: Case, verb: Verb, item: WorkItem | None) -> None:
    """Refuse to show a form that could not be sent: wrong role (403) or wrong state (409)."""
    if verb.name in {possible.name for possible in possible_verbs(request, case, item)}:
        return
    if case.state not in verb.sources and "*" not in verb.sources:
        state = kind_of(case).state_label(case.state)
        raise Conflict("wrong_state", _("This is not possible while the case is “%(state)s”.") % {"state": state})
    if case.held_at is not None and verb.rule.rests_on_hold:
        raise on_hold(case)
    raise WrongRole("wrong_role", _("Your role does not include this action."))
