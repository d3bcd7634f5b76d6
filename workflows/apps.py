"""The workflows application."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register


class WorkflowsConfig(AppConfig):
    name = "workflows"


@register()
def lifecycles_are_sound(**kwargs: Any) -> list[CheckMessage]:
    """``manage.py check`` refuses lifecycles that could strand a case."""
    from workflows.soundness import lifecycle_faults

    return [Error(fault, id="workflows.E001") for fault in lifecycle_faults()]
