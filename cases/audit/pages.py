"""The page of the proof, for auditors and inspectors: what the last verification found, and the anchors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from cases.access import Viewer
from cases.audit import note
from cases.audit.anchors import read_anchors
from cases.audit.daily import ASKED, is_asked_for, last_verification
from cases.audit.faults import Counts, in_words
from cases.audit.keys import trusted_keys
from cases.errors import WrongRole
from cases.models.audit import UnsealedRow
from cases.web import actor_of, viewer_of

SHOWN = 30
PARTS = {
    "triggers": gettext_lazy("Protection of the database"),
    "anchor": gettext_lazy("Anchors"),
    "chain": gettext_lazy("Chains"),
    "filed": gettext_lazy("Submitted and filed versions"),
    "history": gettext_lazy("Field history"),
    "files": gettext_lazy("Files"),
}


class DossierForm(forms.Form):
    """Which unit's year an inspector takes away."""

    unit = forms.CharField(label=gettext_lazy("Unit or code"), max_length=60)
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2000, max_value=2199)

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(initial={"year": viewer.on.year})


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """What the last verification found and how much it looked at; the anchors of the last days."""
    viewer = viewer_of(request)
    require_reader(viewer)
    found = last_verification()
    anchors = list(read_anchors())
    context: dict[str, Any] = {
        "found": found,
        "asked": is_asked_for(found),
        "anchors": [shown for shown in map(_shown, anchors[: -SHOWN - 1 : -1]) if shown],
        "keys": sorted(trusted_keys()),
        "nav_current": "audit",
        "dossier_form": DossierForm(viewer) if viewer.paths("inspect") else None,
    }
    if found is not None:
        counts = {**vars(Counts()), **found.details["counts"]}
        context |= {
            "total": found.details["faults"],
            "faults": [
                {"where": each["where"], "part": PARTS.get(each["part"], each["part"]), "what": in_words(each)}
                for each in found.details["first"]
            ],
            "counts": counts,
            "everything": counts["events"] + counts["system_events"],
            "unsealed": UnsealedRow.objects.count(),
        }
    return render(request, "audit/audit.html", context)


@require_POST
def audit_again(request: HttpRequest) -> HttpResponse:
    """Ask for a verification now; the clock makes it, so that no request waits for it."""
    viewer = viewer_of(request)
    require_reader(viewer)
    if not is_asked_for(last_verification()):
        note(ASKED, by=actor_of(request), at=viewer.at)
    messages.success(request, _("The verification has been asked for. Its result appears here within ten minutes."))
    return redirect("audit")


def require_reader(viewer: Viewer) -> None:
    """The proof is for auditors and inspectors; WrongRole (403) for others."""
    if not viewer.paths("audit_system") and not viewer.paths("inspect"):
        raise WrongRole(
            "not_an_auditor",
            _("Only auditors and inspectors see the proof of the trail."),
            hint=_("What happened in a case stands on its page."),
        )


def _shown(anchor: Any) -> dict[str, Any] | None:
    if not anchor.said:
        return None
    leaves = anchor.said.get("leaves", 0)
    return {
        "number": anchor.said.get("number"),
        "at": anchor.at,
        "chains": ngettext("%(count)d chain", "%(count)d chains", leaves) % {"count": leaves},
        "hash": anchor.hash,
        "signed": bool(anchor.said.get("signature")),
    }
