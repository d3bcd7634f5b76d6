"""The mail server that YIYANG_EMAIL_URL names, as Django's settings want it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BACKENDS = "django.core.mail.backends"
TIMEOUT_SECONDS = 20


def mail_settings(url: str, *, var: Path) -> dict[str, Any]:
    """Django's settings for an address such as ``smtps://user:password@mail.example.cn``; empty means no e-mail.

    ``smtp`` speaks plainly (port 25), ``smtp+tls`` changes to TLS (587), ``smtps`` is TLS from the start (465);
    ``file:`` writes each e-mail into a directory (``mail/`` below YIYANG_VAR unless it is named), ``console:`` prints
    it.
    """
    if not url:
        return {"EMAIL_BACKEND": f"{BACKENDS}.dummy.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "EMAIL_BACKEND": f"{BACKENDS}.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path) or str(var / "mail"),
        }
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": f"{BACKENDS}.console.EmailBackend"}
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if parts.scheme not in ports or not parts.hostname:
        raise ImproperlyConfigured(f"YIYANG_EMAIL_URL has an unknown scheme or no host: {parts.scheme!r}")
    return {
        "EMAIL_BACKEND": f"{BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": TIMEOUT_SECONDS,
    }
