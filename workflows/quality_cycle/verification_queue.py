"""The county's list of verifications of a year: whose turn, how far, until when (县级核查)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.access import Viewer
from cases.errors import WrongRole
from cases.lights import SIGNS, light_is
from cases.models import Case, SelfCheckSubmission, VerificationItem, WorkItem
from cases.roles import AUTHORITY
from cases.tree import within
from cases.web import viewer_of
from cases.wording import light_word
from workflows.quality_cycle.kind import QUALITY_CYCLE, State
from workflows.quality_cycle.verification_forms import QueueFilter
from workflows.step import edition_of

STATES = (State.SUBMITTED, State.APPROVING, State.RETURNED, State.RECTIFYING)
PAGE = 25
NEVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)


@require_safe
def verifications(request: HttpRequest) -> HttpResponse:
    """The cycles under verification below the viewer's appointments, the most urgent first."""
    viewer = viewer_of(request)
    paths = [path for permission in AUTHORITY for path in viewer.paths(permission)]
    if not paths:
        raise WrongRole(
            "wrong_role",
            _("This list is for the health commissions."),
            hint=_("What the county says of your form stands on the page of your annual cycle."),
        )
    year = _year(request.GET.get("year", ""), viewer)
    labels = [(state.value, state.label) for state in STATES]
    form = QueueFilter(request.GET, states=labels, lights=[(code, light_word(code)) for code in SIGNS])
    chosen = form.cleaned_data if form.is_valid() else {}
    items = _narrowed(_items(paths, year), chosen, viewer)
    counts = dict(items.order_by().values_list("process__state").annotate(count=Count("pk")))
    if chosen.get("state"):
        items = items.filter(process__state=chosen["state"])
    rows, after = _page(items, request.GET.get("after", ""))
    context = {
        "nav_current": "verifications",
        "year": year,
        "years": list(
            Case.objects.filter(kind=QUALITY_CYCLE.code).order_by("-year").values_list("year", flat=True).distinct()
        ),
        "filter": form,
        "chosen": chosen.get("state", ""),
        "narrowed": any(chosen.get(name) for name in ("q", "who", "light")),
        "tally": [(state, label, counts.get(state, 0)) for state, label in labels],
        "total": sum(counts.values()),
        "rows": _shown(rows),
        "after": after,
        "paged": bool(request.GET.get("after")),
        "several": len({row.process.unit.superior_id for row in rows}) > 1,
    }
    return render(request, "workflows/verification/queue.html", context)


def _year(text: str, viewer: Viewer) -> int:
    return int(text) if text.isdecimal() and len(text) == len("2021") else viewer.on.year


def _items(paths: list[str], year: int) -> QuerySet[WorkItem]:
    """The open work items (each live cycle has one) of the year's cycles in question."""
    return WorkItem.objects.open().filter(
        within("process__unit__path", paths),
        process__kind=QUALITY_CYCLE.code,
        process__year=year,
        process__state__in=STATES,
    )


def _narrowed(items: QuerySet[WorkItem], chosen: dict[str, Any], viewer: Viewer) -> QuerySet[WorkItem]:
    if chosen.get("q"):
        items = items.filter(process__unit__name__icontains=chosen["q"])
    if chosen.get("who") == "me":
        items = items.filter(owner=viewer.user.pk)
    elif chosen.get("who") == "nobody":
        items = items.filter(owner=None).exclude(role="")
    return items.filter(light_is(chosen["light"], viewer.at)) if chosen.get("light") else items


def _page(items: QuerySet[WorkItem], cursor: str) -> tuple[list[WorkItem], str]:
    """One page by urgency, and where the next one begins; a cursor that cannot be read starts afresh."""
    ordered = items.annotate(urgency=Coalesce("due_at", NEVER)).order_by("urgency", "pk")
    try:
        moment, _dot, pk = cursor.rpartition("_")
        last, number = dt.datetime.fromtimestamp(int(moment) / 1_000_000, dt.UTC), int(pk)
        ordered = ordered.filter(Q(urgency__gt=last) | Q(urgency=last, pk__gt=number))
    except (ValueError, OverflowError, OSError):
        pass
    rows = list(ordered.select_related("process__unit__superior", "owner")[: PAGE + 1])
    if len(rows) <= PAGE:
        return rows, ""
    end: Any = rows[PAGE - 1]
    micros = (end.urgency - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
    return rows[:PAGE], f"{micros}_{end.pk}"


def _shown(items: list[WorkItem]) -> list[dict[str, Any]]:
    """The rows with version, problems and progress, in two queries for all of them."""
    cycles = [item.process_id for item in items]
    latest: dict[int, SelfCheckSubmission] = {}
    submissions = SelfCheckSubmission.objects.filter(selfcheck__in=cycles).select_related("verification")
    for submission in submissions.defer("snapshot").order_by("no"):
        latest[submission.selfcheck_id] = submission
    begun = {key: each.verification.pk for key, each in latest.items() if hasattr(each, "verification")}
    seen = dict(
        VerificationItem.objects.filter(verification__in=begun.values())
        .filter(~Q(conclusion="") | Q(to_return=True))
        .values_list("verification")
        .annotate(count=Count("pk"))
    )
    return [
        {
            "case": item.process,
            "item": item,
            "state": QUALITY_CYCLE.state_label(item.process.state),
            "waits_here": item.process.state in (State.SUBMITTED, State.APPROVING),
            "approving": item.process.state == State.APPROVING,
            "submission": latest.get(item.process_id),
            "begun": item.process_id in begun,
            "seen": seen.get(begun.get(item.process_id, 0), 0),
            "total": len(edition_of(item.process).items),
        }
        for item in items
    ]
