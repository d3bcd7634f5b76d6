"""The application that wakes whoever runs the sweeps, in the way that the settings name."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings


class RunningConfig(AppConfig):
    name = "project.running"
    label = "running"

    def ready(self) -> None:
        if settings.CLOCK == "celery":
            from project.running.nudge import nudge_when_recorded

            nudge_when_recorded()
