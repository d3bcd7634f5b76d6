"""What is wrong with one value of the form, in words for the person who typed it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Fault:
    """A fault in a field (``status``, ``values.record_pass_rate``, …) with a code for programs and a message."""

    field: str
    code: str
    message: StrOrPromise


def text_faults(field: str, text: str, longest: int) -> Iterator[Fault]:
    """Faults of any typed text: too long, or with characters that no keyboard types and no database keeps."""
    if len(text) > longest:
        message = _("This text has {length} characters; at most {longest} are possible.")
        yield Fault(field, "too_long", format_lazy(message, length=len(text), longest=longest))
    if _CONTROL.search(text):
        yield Fault(field, "control_characters", _("This text contains invisible control characters; type it again."))
