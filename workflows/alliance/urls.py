"""The addresses of alliance pilots; each part of a pilot has its own list."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

PARTS: tuple[str, ...] = (
    "scoring",
    "survey",
    "guidance",
    "filing",
    "registers",
    "committee",
    "certificate",
    "funds",
    "referral",
)

urlpatterns: list[URLPattern | URLResolver] = [path("", include(f"workflows.alliance.{part}.urls")) for part in PARTS]
