"""Refusals: what was refused, why, and what to do about it (design, Errors)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any


class Refusal(Exception):
    """An action that is refused; carries the HTTP status, a stable code, and words for the person who asked.

    ``message`` says what and why, ``hint`` what to do; both are translated. ``faults`` name single fields.
    """

    status = HTTPStatus.BAD_REQUEST

    def __init__(
        self, code: str, message: Any, *, hint: Any = "", faults: Mapping[str, Sequence[Any]] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.hint = hint
        self.faults = faults or {}

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class OutOfScope(Refusal):
    """There is no such thing for this person: 404, whether or not it exists."""

    status = HTTPStatus.NOT_FOUND


class WrongRole(Refusal):
    """The person sees the case and may not do this: 403."""

    status = HTTPStatus.FORBIDDEN


class Conflict(Refusal):
    """The case is not in a state, or no longer at the version, that allows this: 409."""

    status = HTTPStatus.CONFLICT


class Invalid(Refusal):
    """What was sent is incomplete or wrong: 422."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
