"""Links with which new people set their first password: nobody else ever knows it, and nothing secret is stored.

Making links anew voids the earlier ones, because the token rests on the (unusable) password, which is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from openpyxl import Workbook

from cases.access import Viewer
from cases.models import Appointment, RosterImport, User
from cases.roster.layout import GRANTED_SEPARATELY
from cases.roster.sheets import append, new_sheet, saved
from cases.tree import within

LINKS = "hand_out_links"
BATCH = 500


@dataclass(frozen=True)
class Link:
    """A person and the address at which they set their password."""

    login: str
    name: str
    units: str
    address: str


def days_valid() -> int:
    """For how many days a link works."""
    return settings.PASSWORD_RESET_TIMEOUT // 86_400


def waiting(done: RosterImport, viewer: Viewer) -> QuerySet[User]:
    """The people of an import who have not set a password yet and belong to the viewer's area.

    Never administrators, auditors or inspectors, so that nobody takes over the account of their own supervision.
    """
    appointments = Appointment.objects.valid(viewer.on)
    area = appointments.filter(within("unit__path", viewer.paths("manage_people")))
    apart = appointments.filter(role__in=GRANTED_SEPARATELY)
    return (
        User.objects.filter(pk__in=done.new_people.values("pk"), password__startswith=UNUSABLE_PASSWORD_PREFIX)
        .filter(pk__in=area.values("user"))
        .exclude(pk__in=apart.values("user"))
        .filter(is_active=True)
        .order_by("username")
    )


@transaction.atomic
def fresh_links(people: Iterable[User], absolute: Callable[[str], str]) -> list[Link]:
    """A new link for everybody who has no password yet; earlier links of these people stop working.

    ``absolute`` makes a full address of a path.
    """
    users = [user for user in people if not user.has_usable_password()]
    for user in users:
        user.password = make_password(None)
    User.objects.bulk_update(users, ["password"], batch_size=BATCH)
    units: dict[int, list[str]] = {}
    for start in range(0, len(users), BATCH):
        held = Appointment.objects.filter(user__in=users[start : start + BATCH]).order_by("pk")
        for user_id, unit in held.values_list("user", "unit__name").distinct():
            units.setdefault(user_id, []).append(unit)
    return [
        Link(user.username, user.name, "、".join(dict.fromkeys(units.get(user.pk, ()))), absolute(path_for(user)))
        for user in users
    ]


def links_file(links: Iterable[Link]) -> bytes:
    """The links as an xlsx to be cut up and handed out."""
    workbook = Workbook(write_only=True)
    headers = [_("Login name"), _("Name"), _("Unit"), _("Link for setting the password")]
    sheet = new_sheet(workbook, _("Links"), headers, [20, 14, 40, 90])
    for link in links:
        append(sheet, (link.login, link.name, link.units, link.address))
    return saved(workbook)


def path_for(user: User) -> str:
    """The path of the page at which this person sets a password; works once and for ``days_valid`` days."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("set_password", kwargs={"uidb64": uid, "token": default_token_generator.make_token(user)})
