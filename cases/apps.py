"""The cases application."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        from cases.immutability import install_after_migration

        post_migrate.connect(install_after_migration, sender=self)
