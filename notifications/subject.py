"""What the messages know of the cases that they speak of.

``notifications`` does not import ``workflows``; whoever puts the two together names in ``settings.CASE_NAMING`` the
module that knows how cases, their work and their verbs are called.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol, cast

from django.conf import settings

from cases.models import Case, WorkItem


class Naming(Protocol):
    """What that module answers; titles and words in the language that is active."""

    def verbs(self) -> dict[str, frozenset[str]]: ...
    def work_title(self, item: WorkItem) -> str: ...
    def case_title(self, case: Case) -> str: ...
    def verb_word(self, case: Case, verb: str) -> str: ...
    def state_word(self, case: Case, state: str) -> str: ...
    def work_address(self, item: WorkItem) -> str: ...
    def case_address(self, case: Case) -> str: ...


def naming() -> Naming:
    """The module that names cases and their work."""
    found: Any = import_module(settings.CASE_NAMING)
    return cast("Naming", found)
