"""Why something did not leave."""

from __future__ import annotations


class Undelivered(Exception):
    """A message that its channel could not pass on; tried again later, unless ``for_good``."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.reason = " ".join(reason.split())[:300]
        self.for_good = for_good
