"""The application that carries the operator's commands."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "project.operations"
    label = "operations"
