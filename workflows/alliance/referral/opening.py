"""Asking for a referral: by the contact or the head of a member or of the lead hospital, for a patient who agreed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from cases.access import Actor, Grant, Viewer
from cases.clock import local_date
from cases.editions.pinned import edition_of
from cases.errors import Invalid, WrongRole
from cases.models import Case, OrgUnit, Pilot, Referral, Sequence
from cases.models.patient import Patient
from cases.personal import NAMES, seal
from cases.roles import PART_ROLES
from cases.signals import recorded
from workflows.alliance.membership import members_of
from workflows.alliance.parties import give_part
from workflows.alliance.referral.rules import direction_between, request_faults, require_open
from workflows.alliance.referral.states import KIND
from workflows.engine import begin, carry_out, lock, no_such_case, open_case
from workflows.step import Batch


def asking_grant(viewer: Viewer, pilot: Pilot, unit: int | None = None) -> Grant | None:
    """The appointment by which somebody asks for a referral in this alliance: at a unit that is a member today."""
    units = {member.unit_id for member in members_of(pilot, viewer.on)}
    return next(
        (
            grant
            for grant in viewer.grants
            if grant.permission == "view"
            and grant.role in PART_ROLES["sender"]
            and grant.unit_id in units
            and unit in (None, grant.unit_id)
        ),
        None,
    )


@sensitive_variables("values")
def request_referral(
    pilot: Case,
    receiver: OrgUnit | None,
    values: Mapping[str, Any],
    *,
    by: Actor,
    at: dt.datetime,
    sender: int | None = None,
) -> Case:
    """Open a referral; ``values`` has what is known of the patient, ``consent_on`` and ``consent_how``.

    ``sender`` is the unit for which somebody asks who holds posts at more than one. Raises OutOfScope (404), WrongRole
    (403), Conflict (409: not filed, not in practice) or Invalid (422: not between members, no consent, incomplete).
    """
    viewer, today = by.viewer(at), local_date(at)
    if not Case.objects.visible_to(viewer).filter(pk=pilot.pk, kind="pilot").exists():
        raise no_such_case()
    with transaction.atomic(durable=True):
        case = lock(pilot)
        record: Pilot = case.pilot
        grant = asking_grant(viewer, record, sender)
        if grant is None:
            raise WrongRole(
                "wrong_role",
                _("Your role does not include this action."),
                hint=_("The referral contact or the head of a member of the alliance asks for a referral."),
            )
        require_open(record, today)
        unit = OrgUnit.objects.get(pk=grant.unit_id)
        direction = direction_between(record, unit, receiver, today)
        patient = _sealed(case, values, at)
        referral = Referral(
            pilot=record,
            direction=direction,
            sender=unit,
            receiver=receiver,
            patient=patient,
            consent_on=values["consent_on"],
            consent_how=values["consent_how"],
        )
        opened = _open(case, referral, grant, by, at)
        batch = Batch()
        carry_out(begin(lock(opened), "send", by=by, at=at, viewer=viewer, batch=batch), {})
        batch.write()
    recorded.send(Case)
    return Case.objects.get(pk=opened.pk)


@sensitive_variables("values", "known")
def _sealed(pilot: Case, values: Mapping[str, Any], at: dt.datetime) -> Patient:
    """The patient in a box of their own; raises Invalid (422) with every fault of the form."""
    faults = request_faults(values, local_date(at))
    known = {name: str(values[name]) for name in NAMES if values.get(name)}
    try:
        with transaction.atomic():
            patient = seal(known, at=at, years=edition_of(pilot).settings.patient_years)
    except Invalid as refusal:
        faults = {**{name: list(texts) for name, texts in refusal.faults.items()}, **faults}
    if faults:
        raise Invalid("referral_incomplete", _("The request is not complete."), faults=faults)
    return patient


def _open(pilot: Case, referral: Referral, grant: Grant, by: Actor, at: dt.datetime) -> Case:
    today = local_date(at)
    batch = Batch()
    city = pilot.unit
    case: Any = open_case(
        KIND,
        unit=city,
        year=today.year,
        edition=pilot.edition,
        batch=batch,
        by=by,
        at=at,
        record=referral,
        parent=pilot,
        number=f"{today.year}-{city.code}-ZZ{Sequence.take(f'{KIND}:{today.year}:{city.code}'):05d}",
        grant=grant,
        facts={
            "direction": referral.direction,
            "sender": referral.sender_id,
            "receiver": referral.receiver_id,
            "patient": str(referral.patient_id),
        },
    )
    give_part(case.step, case, referral.sender, "sender", today)
    give_part(case.step, case, referral.receiver, "receiver", today)
    batch.write()
    opened: Case = case
    return opened
