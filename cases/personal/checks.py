"""What Django's own check says before anything starts to work: the keys are there and well formed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured

from cases.personal.box import operators_keys


def keys_are_there(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[Error]:
    """Production without a key stops at ``migrate``, not at the first patient; a malformed one stops anywhere."""
    try:
        operators_keys()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="personal.E001")]
    return []
