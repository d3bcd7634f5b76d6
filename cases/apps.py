"""The cases application."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.core.checks import register
from django.db import connections
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        from cases.audit import people, tracking
        from cases.immutability import install_after_migration
        from cases.personal.checks import keys_are_there

        tracking.connect()
        people.connect()
        register(keys_are_there)
        post_migrate.connect(install_after_migration, sender=self)
        post_migrate.connect(grants_follow_roles, sender=self)
        post_migrate.connect(layouts_are_kept, sender=self)


def grants_follow_roles(app_config: AppConfig, using: str, **kwargs: Any) -> None:
    """After a migration: the permissions of this release exist, and the posts that there are hold theirs."""
    from cases.access import complete_grants

    if app_config.models_module is not None and kwargs.get("plan"):
        create_permissions(app_config, using=using, verbosity=0)
        complete_grants()


def layouts_are_kept(app_config: AppConfig, using: str, **kwargs: Any) -> None:
    """After a migration: which columns of history the digests of this release are made of is written down."""
    from cases.audit.layouts import keep_layouts

    if "cases_rowlayout" in connections[using].introspection.table_names():
        keep_layouts(using)
