"""What people do beside the cases: signing in, reading as inspectors, taking data away."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from cases.access import Actor, Viewer
from cases.audit.chains import note
from cases.clock import now
from cases.events import canonical
from cases.models import Appointment, Case, User
from cases.models.audit import SystemEvent
from cases.web import actor_of, viewer_of

SIGN_IN, SIGN_OUT, FAILED, LOCKED = "sign_in", "sign_out", "sign_in_failed", "locked_out"
READ, EXPORT = "read", "export"
READ_AGAIN = dt.timedelta(minutes=10)  # turning the pages of one case is one reading


def note_export(request: HttpRequest, what: str, *, subject: Any = "", details: dict[str, Any] | None = None) -> None:
    """Somebody takes data away in a file: which list or paper, of what."""
    viewer = viewer_of(request)
    said = {"what": what, **(details or {})}
    note(EXPORT, by=actor_of(request), at=viewer.at, unit=_seat(viewer), subject=subject, details=said)


def note_reading(request: HttpRequest, case: Case) -> None:
    """An inspector reads a case: once in ten minutes. What others read in their own work is not noted."""
    viewer = viewer_of(request)
    if not viewer.paths("inspect"):
        return
    grant = viewer.grant_for("inspect", case.unit)
    if grant is None:
        return
    subject = f"cases.case:{case.pk}"
    lately = SystemEvent.objects.filter(verb=READ, at__gt=viewer.at - READ_AGAIN, at__lte=viewer.at)
    if lately.filter(subject=subject, actor=viewer.user.pk).exists():
        return
    said = {"case": str(case.uid)}
    note(
        READ,
        by=actor_of(request),
        at=viewer.at,
        unit=grant.unit_id,
        subject=subject,
        details=said,
        appointment_id=grant.appointment_id,
    )


def note_looking(
    request: HttpRequest, verb: str, permission: str, asked: dict[str, Any], *, in_digests: set[str]
) -> None:
    """Somebody searches by the right of a post: what for, once in ten minutes; names and words as digests alone."""
    viewer = viewer_of(request)
    said = {name: str(value) for name, value in asked.items() if value}
    for name in said.keys() & in_digests:
        said[name] = hashlib.sha256(said[name].encode()).hexdigest()
    subject = f"search:{hashlib.sha256(canonical(said)).hexdigest()[:16]}"
    lately = SystemEvent.objects.filter(verb=verb, at__gt=viewer.at - READ_AGAIN, at__lte=viewer.at)
    if lately.filter(subject=subject, actor=viewer.user.pk).exists():
        return
    grant = next(grant for grant in viewer.grants if grant.permission == permission)
    note(
        verb,
        by=actor_of(request),
        at=viewer.at,
        unit=grant.unit_id,
        subject=subject,
        details=said,
        appointment_id=grant.appointment_id,
    )


def connect() -> None:
    """Hear of every sign-in, sign-out, failed sign-in and lock."""
    # Django's own would save the whole row, and leave a version that says nothing at every sign-in.
    user_logged_in.disconnect(dispatch_uid="update_last_login")
    user_logged_in.connect(_signed_in, dispatch_uid="cases.audit.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="cases.audit.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="cases.audit.failed")
    user_locked_out.connect(_locked, dispatch_uid="cases.audit.locked")


def unit_of(user: User | None) -> int | None:
    """The unit in whose chain something about a person stands: of their first appointment, whatever its dates."""
    if user is None:
        return None
    return Appointment.objects.filter(user=user.pk).order_by("pk").values_list("unit", flat=True).first()


def _seat(viewer: Viewer) -> int | None:
    return viewer.grants[0].unit_id if viewer.grants else None


def _signed_in(sender: Any, request: HttpRequest | None, user: Any, **_others: Any) -> None:
    user.last_login = now()
    User.objects.filter(pk=user.pk).update(last_login=user.last_login)
    _note_person(SIGN_IN, user, request)


def _signed_out(sender: Any, request: HttpRequest | None, user: Any, **_others: Any) -> None:
    if user is not None:
        _note_person(SIGN_OUT, user, request)


def _failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_others: Any) -> None:
    """Of a name that nobody has, nothing is kept: people type passwords into the wrong field."""
    known = User.objects.filter(username=credentials.get("username") or "").first()
    _note_person(FAILED, known, request, actor=None)


def _locked(sender: Any, request: HttpRequest | None = None, username: str = "", **_others: Any) -> None:
    _note_person(LOCKED, User.objects.filter(username=username or "").first(), request, actor=None)


_SAME = object()


def _note_person(verb: str, user: User | None, request: HttpRequest | None, actor: Any = _SAME) -> None:
    address = request.META.get("REMOTE_ADDR", "") if request is not None else ""
    by = Actor(user if actor is _SAME else actor, address=address)
    note(verb, by=by, at=now(), unit=unit_of(user), subject=user or "")
