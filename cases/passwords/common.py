"""Common passwords, also where figures and signs were put around them to please a profile (OWASP ASVS 5.0, 6.2.4)."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth import password_validation

AROUND = re.compile(r"^[^a-z]+|[^a-z]+$")
AS_LETTERS = str.maketrans("@401357$!", "aaoiestsi")
FEWEST_LETTERS = 4


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Django's list of 20,000; “P@ssword-2021!” is on it as “password”, and so is a word that is only repeated.

    Hardly any of the list is as long as the profiles ask for: without this nothing long enough would be found on it.
    """

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        plain = password.strip().lower()
        cores = {AROUND.sub("", plain), AROUND.sub("", AROUND.sub("", plain).translate(AS_LETTERS))}
        for core in cores:
            word = _once(core)
            if len(word) >= FEWEST_LETTERS and word in self.passwords:
                super().validate(word, user)  # raises, in Django's words


def _once(core: str) -> str:
    """The word that a repetition is made of: “dragondragon” is “dragon”."""
    found = re.fullmatch(r"(.+?)[^a-z]*(?:\1[^a-z]*)*", core)
    return found[1] if found and len(found[1]) >= FEWEST_LETTERS else core
