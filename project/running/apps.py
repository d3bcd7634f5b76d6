"""The application that wakes whoever runs the sweeps, in the way that the settings name."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings


def logs_stay_as_set(**_signal: Any) -> None:
    """Celery would give its loggers lines of their own, which nothing keeps and from which nothing is taken out."""


class RunningConfig(AppConfig):
    name = "project.running"
    label = "running"

    def ready(self) -> None:
        if settings.CLOCK == "celery":
            from celery.signals import setup_logging

            from project.running.nudge import nudge_when_recorded

            setup_logging.connect(logs_stay_as_set, weak=False, dispatch_uid="logs")
            nudge_when_recorded()
