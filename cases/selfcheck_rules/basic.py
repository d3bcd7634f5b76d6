"""Rules for the basic information at the head of the form (Annex 1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.editions.form import BasicField, Form
from cases.editions.quality_rules import OTHER_SUFFIX
from cases.selfcheck_rules.faults import Fault, text_faults

MAX_LINE = 200
MOST_BEDS = 20_000
_WHOLE = re.compile(r"[+-]?\d{1,12}")


def other_key(code: str) -> str:
    """The key under which the text of a choice such as “Other (specify)” is kept."""
    return code + OTHER_SUFFIX


def normalise_basic(form: Form, raw: Mapping[str, object]) -> dict[str, object]:
    """What was typed as it is kept: trimmed, whole numbers as int, blanks and needless texts of choices left out.

    What cannot be read, and keys that the form does not have, stay as they are: :func:`check_basic` names them.
    """
    kept: dict[str, object] = {}
    for key, value in raw.items():
        fld = form.basic_fields.get(key)
        plain = value.strip() if isinstance(value, str) else value
        if plain in ("", None):
            continue
        kept[key] = _whole(plain) if fld is not None and fld.type == "int" else plain
    for fld in form.basic_fields.values():
        if fld.type == "choice" and not _wants_text(fld, kept.get(fld.code)):
            kept.pop(other_key(fld.code), None)
    return kept


def check_basic(form: Form, basic: Mapping[str, object], *, complete: bool = True) -> list[Fault]:
    """The faults of the normalised basic information; with ``complete`` false only what may not even be saved."""
    faults = list(_unknown_keys(form, basic))
    for fld in form.basic_fields.values():
        value = basic.get(fld.code)
        if value is None:
            if complete and fld.required:
                message = _("{label}: this is missing.")
                faults.append(Fault(fld.code, "missing", format_lazy(message, label=fld.full_label)))
        else:
            faults += _CHECKS[fld.type](fld, value)
        if fld.type == "choice":
            faults += _other_text_faults(fld, basic, complete)
    return faults


def _whole(value: object) -> object:
    """The whole number in a typed text, full-width digits included; anything else as it came."""
    if isinstance(value, str):
        plain = unicodedata.normalize("NFKC", value).strip()
        if _WHOLE.fullmatch(plain):
            return int(plain)
    return value


def _wants_text(fld: BasicField, chosen: object) -> bool:
    return any(option.requires_text and option.code == chosen for option in fld.options)


def _unknown_keys(form: Form, basic: Mapping[str, object]) -> Iterator[Fault]:
    known = set(form.basic_fields)
    known |= {
        other_key(fld.code) for fld in form.basic_fields.values() if any(option.requires_text for option in fld.options)
    }
    for key in basic:
        if key not in known:
            message = _("The form has no line “{key}”.")
            yield Fault(key, "unknown", format_lazy(message, key=key))


def _text_value_faults(fld: BasicField, value: object) -> Iterator[Fault]:
    if isinstance(value, str):
        yield from text_faults(fld.code, value, MAX_LINE)
    else:
        yield Fault(fld.code, "not_text", format_lazy(_("{label}: enter a text."), label=fld.full_label))


def _whole_number_faults(fld: BasicField, value: object) -> Iterator[Fault]:
    if not isinstance(value, int) or isinstance(value, bool):
        message = _("{label}: enter a whole number.")
        yield Fault(fld.code, "not_a_number", format_lazy(message, label=fld.full_label))
    elif not 0 <= value <= MOST_BEDS:
        message = _("{label}: enter a whole number from 0 to {most}.")
        yield Fault(fld.code, "out_of_range", format_lazy(message, label=fld.full_label, most=MOST_BEDS))


def _choice_faults(fld: BasicField, value: object) -> Iterator[Fault]:
    if not any(option.code == value for option in fld.options):
        message = _("{label}: this is not one of the choices.")
        yield Fault(fld.code, "unknown_choice", format_lazy(message, label=fld.full_label))


def _other_text_faults(fld: BasicField, basic: Mapping[str, object], complete: bool) -> Iterator[Fault]:
    key = other_key(fld.code)
    text = basic.get(key)
    if isinstance(text, str):
        yield from text_faults(key, text, MAX_LINE)
    elif text is not None:
        yield Fault(key, "not_text", format_lazy(_("{label}: enter a text."), label=fld.full_label))
    if complete and _wants_text(fld, basic.get(fld.code)) and not (isinstance(text, str) and text.strip()):
        message = _("{label}: specify what “other” means.")
        yield Fault(key, "missing", format_lazy(message, label=fld.full_label))


_CHECKS = {"text": _text_value_faults, "int": _whole_number_faults, "choice": _choice_faults}
