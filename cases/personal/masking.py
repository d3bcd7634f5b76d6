"""What is shown of a person to those who need to tell people apart and no more (脱敏显示)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.personal.fields import SEXES

STAR = "＊"
HIDDEN = STAR * 3
FEWEST_DIGITS = 7
DIGIT = re.compile(r"[0-9]")
# The surnames of two characters that are still common; of any other name the first character is shown.
COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "司徒",
        "东方",
        "独孤",
        "南宫",
        "夏侯",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "宇文",
        "长孙",
        "端木",
        "轩辕",
        "百里",
        "呼延",
    ]
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What pages show of a patient; of health data only that there is some.

    ``state`` says whether it is masked, erased, or cannot be read (then the name says so and the rest is empty).
    """

    name: str
    sex: str = ""
    birth_year: str = ""
    phone: str = ""
    contact: str = ""
    contact_phone: str = ""
    grounds: str = ""
    condition: str = ""
    diagnosis: str = ""
    discharge: str = ""
    follow_up: str = ""
    state: str = "masked"

    @property
    def is_plain(self) -> bool:
        return False


def mask(values: Mapping[str, str]) -> Shown:
    return Shown(
        name=mask_name(values.get("name", "")),
        sex=sex_in_words(values.get("sex", "")),
        birth_year=mask_year(values.get("birth_year", "")),
        phone=mask_phone(values.get("phone", "")),
        contact=mask_name(values.get("contact", "")),
        contact_phone=mask_phone(values.get("contact_phone", "")),
        grounds=mask_text(values.get("grounds", "")),
        condition=mask_text(values.get("condition", "")),
        diagnosis=mask_text(values.get("diagnosis", "")),
        discharge=mask_text(values.get("discharge", "")),
        follow_up=mask_text(values.get("follow_up", "")),
    )


def mask_name(name: str) -> str:
    """The surname and one star, however long the rest is."""
    if not name:
        return ""
    surname = name[:2] if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else name[0]
    return surname + STAR


def mask_year(year: str) -> str:
    """The decade of a year."""
    return _("%(decade)ss") % {"decade": year[:3] + "0"} if year else ""


def mask_phone(phone: str) -> str:
    """The first three digits and the last two; nothing of a number too short to hide the rest."""
    digits = DIGIT.findall(phone)
    if len(digits) < FEWEST_DIGITS:
        return HIDDEN if phone else ""
    return "".join(digits[:3]) + "*" * (len(digits) - 5) + "".join(digits[-2:])


def mask_text(text: str) -> str:
    return HIDDEN if text else ""


def sex_in_words(sex: str) -> str:
    return str(SEXES.get(sex, ""))
