"""What gunicorn logs (``--logger-class``): into the same files as everything else, without queries and names."""

from __future__ import annotations

import logging
import logging.config
import os
from typing import Any
from urllib.parse import quote

from django.conf import settings
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

UNTOLD = {"/healthz", "/readyz"}  # asked every few seconds by the machines inside


class ServerLog(Logger):
    """The server's faults, and a line a request: address, method, path, status, milliseconds."""

    def setup(self, cfg: Any) -> None:
        """Called by gunicorn at its start and when it reads its configuration again."""
        super().setup(cfg)
        logging.config.dictConfig(settings.LOGGING)
        for log in (self.error_log, self.access_log):
            log.handlers = list(logging.getLogger().handlers)

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> None:
        """The proxy's own log is not kept for long; this one is, as long as the others."""
        path = environ.get("PATH_INFO", "")
        if path in UNTOLD:
            return
        self.access_log.info(
            "%s %s %s %s %d ms",
            environ.get("REMOTE_ADDR", "-"),
            environ.get("REQUEST_METHOD", "-"),
            quote(path),
            str(resp.status).partition(" ")[0],
            request_time.total_seconds() * 1000,
        )
