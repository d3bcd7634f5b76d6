"""A person's second factor: beginning, confirming, checking, removing.

The secret is drawn as a QR code here; nothing is asked of anybody outside. Recovery codes are kept as keyed digests.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets

import segno
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from cases.models import Appointment, OrgUnit, User

CODES = 10
NOT_FORCED = (OrgUnit.Kind.INSTITUTION, OrgUnit.Kind.HOSPITAL, OrgUnit.Kind.COMMUNITY_CENTRE)


def has_factor(user: User) -> bool:
    """Whether the person has confirmed a second factor."""
    return TOTPDevice.objects.filter(user=user.pk, confirmed=True).exists()


def is_forced(user: User, on: dt.date) -> bool:
    """Whether the person may not go without: who holds a post above the institutions, where the settings say so."""
    return bool(settings.SECOND_FACTOR_FORCED) and _posts_with_factor(user, on).exists()


def is_missing(user: User, on: dt.date) -> bool:
    """Whether the person must have one and has none; one query."""
    if not settings.SECOND_FACTOR_FORCED:
        return False
    return (
        _posts_with_factor(user, on).exclude(user__in=TOTPDevice.objects.filter(confirmed=True).values("user")).exists()
    )


def _posts_with_factor(user: User, on: dt.date) -> QuerySet[Appointment]:
    return Appointment.objects.valid(on).filter(user=user.pk).exclude(unit__kind__in=NOT_FORCED)


def begun(user: User) -> TOTPDevice:
    """The device that the person is about to confirm; made where there is none."""
    device = TOTPDevice.objects.filter(user=user.pk, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=user, name="totp", confirmed=False)


def secret_of(device: TOTPDevice) -> str:
    """The secret as people type it, in groups of four."""
    text = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def qr_code(device: TOTPDevice) -> str:
    """The otpauth address as an SVG drawing without style or script."""
    drawing: str = segno.make(address_of(device), error="m").svg_inline(
        scale=5, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return drawing


def address_of(device: TOTPDevice) -> str:
    address: str = device.config_url
    return address


@transaction.atomic
def confirm(user: User, code: str) -> list[str] | None:
    """Confirm the device with a code of it; its recovery codes, shown once, or None where the code is wrong."""
    device = TOTPDevice.objects.select_for_update().filter(user=user.pk, confirmed=False).first()
    if device is None or not device.verify_token(_digits(code)):
        return None
    TOTPDevice.objects.filter(user=user.pk, confirmed=True).delete()
    device.confirmed = True
    device.save()
    return renew_codes(user)


@transaction.atomic
def renew_codes(user: User) -> list[str]:
    """Ten new recovery codes; the old ones no longer work."""
    device, _made = StaticDevice.objects.get_or_create(user=user, name="recovery")
    device.token_set.all().delete()
    codes = [_grouped(secrets.token_hex(8)) for _ in range(CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(user, code)) for code in codes)
    return codes


def codes_left(user: User) -> int:
    return StaticToken.objects.filter(device__user=user.pk).count()


@transaction.atomic
def check(user: User, code: str) -> bool:
    """Whether the code is right: of the telephone, once each, or a recovery code, which is used up.

    After a wrong one the next is looked at only after a pause that doubles each time (django-otp).
    """
    for device in TOTPDevice.objects.select_for_update().filter(user=user.pk, confirmed=True):
        if len(_digits(code)) == device.digits and device.verify_token(_digits(code)):
            return True
    if len(_plain(code)) == 16:
        for static in StaticDevice.objects.select_for_update().filter(user=user.pk):
            if static.verify_token(_digest(user, code)):
                return True
    return False


@transaction.atomic
def remove(user: User) -> None:
    """Forget the second factor and its recovery codes."""
    TOTPDevice.objects.filter(user=user.pk).delete()
    StaticDevice.objects.filter(user=user.pk).delete()


def _digits(code: str) -> str:
    return "".join(char for char in code if char.isascii() and char.isdigit())[:8]


def _plain(code: str) -> str:
    return "".join(char for char in code.lower() if char in "0123456789abcdef")


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _digest(user: User, code: str) -> str:
    """What is kept of a recovery code: 80 bits of a keyed digest, so that a copy of the table opens nothing."""
    return base64.b32encode(salted_hmac("recovery code", f"{user.pk}:{_plain(code)}", algorithm="sha256").digest())[
        :16
    ].decode()
