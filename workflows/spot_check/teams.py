"""Who visits: experts become parties of one visit only, and nobody checks their own (组织专家开展抽查评估)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.clock import local_date
from cases.errors import Invalid
from cases.models import Appointment, Case, CaseParty, OrgUnit, User
from cases.roles import Role
from cases.saving import sign
from workflows.step import Step
from workflows.visit.opening import PART

ROLE_AT = {OrgUnit.Kind.REGION: Role.REGION_EXPERT, OrgUnit.Kind.NATION: Role.NATIONAL_EXPERT}
LOOKED_AT = (OrgUnit.Kind.PREFECTURE, OrgUnit.Kind.COUNTY)  # commissions above whose people cannot judge it


def experts_of(unit: OrgUnit, on: dt.date) -> QuerySet[User]:
    """The experts who may be sent by the region or the nation on a day: appointed as such there, not delegated."""
    held = Appointment.objects.own().valid(on).filter(unit=unit.pk, role=ROLE_AT[OrgUnit.Kind(unit.kind)])
    return User.objects.filter(pk__in=held.values("user")).order_by("name", "pk")


def involved_in(institution: OrgUnit, people: Iterable[int], on: dt.date) -> dict[int, str]:
    """Those of the people who belong to the institution, its county or its prefecture, and the unit of each.

    An appointment counts that stood at any time since the beginning of last year. One query.
    """
    steps = range(OrgUnit.steplen, len(institution.path) + 1, OrgUnit.steplen)
    above = [institution.path[:end] for end in steps]
    since = dt.date(on.year - 1, 1, 1)
    held = Appointment.objects.filter(
        Q(unit=institution.pk) | Q(unit__kind__in=LOOKED_AT, unit__path__in=above),
        Q(valid_until=None) | Q(valid_until__gt=since),
        user__in=list(people),
    )
    return dict(held.order_by("-pk").values_list("user", "unit__name"))


def set_team(step: Step, visit: Case, experts: Sequence[User]) -> None:
    """Make the experts the team of a visit, the first one its leader; whoever leaves it is no party from today on.

    Call under the lock of the spot-check, which the visit's own verbs take first. Raises Invalid (422).
    """
    today = local_date(step.at)
    _check(step, visit, experts, today)
    before = list(CaseParty.objects.valid(today).filter(case=visit.pk, part=PART).order_by("pk"))
    if [party.user_id for party in before] == [expert.pk for expert in experts]:
        return
    for party in before:
        _end(party, step, today)
    for expert in experts:
        party = CaseParty(case_id=visit.pk, user=expert, part=PART, valid_from=today)
        _noted(party, step).save()


def team_of(visits: Iterable[int], on: dt.date) -> dict[int, list[User]]:
    """The experts of each visit on a day, the leader first; one query."""
    teams: dict[int, list[User]] = {}
    rows = CaseParty.objects.valid(on).filter(case__in=list(visits), part=PART).select_related("user")
    for party in rows.order_by("pk"):
        if party.user is not None:
            teams.setdefault(party.case_id, []).append(party.user)
    return teams


def _check(step: Step, visit: Case, experts: Sequence[User], today: dt.date) -> None:
    if not experts:
        message = _("Choose at least one expert.")
        raise Invalid("no_experts", message, faults={"experts": [message]})
    keys = [expert.pk for expert in experts]
    able = set(experts_of(step.case.unit, today).filter(pk__in=keys).values_list("pk", flat=True))
    if len(set(keys)) != len(keys) or not able.issuperset(keys):
        message = _("Choose experts who are appointed by the unit that organises the spot-check.")
        raise Invalid("not_an_expert", message, faults={"experts": [message]})
    if involved := involved_in(visit.unit, keys, today):
        words = pgettext("list separator", ", ").join(
            _("%(name)s (%(unit)s)") % {"name": expert, "unit": involved[expert.pk]}
            for expert in experts
            if expert.pk in involved
        )
        message = _("Nobody checks their own. Since last year these belong or belonged to the place: %(people)s.")
        raise Invalid(
            "checks_their_own", message % {"people": words}, faults={"experts": [message % {"people": words}]}
        )


def _end(party: CaseParty, step: Step, today: dt.date) -> None:
    """End a membership today; one that began today never took effect, and its history row remains."""
    if party.valid_from >= today:
        _noted(party, step).delete()
        return
    party.valid_until = today
    _noted(party, step).save(update_fields=["valid_until"])


def _noted(row: Any, step: Step) -> Any:
    sign(row, step.person, step.at, step.verb)
    return row
