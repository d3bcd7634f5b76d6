"""Posting a message to the webhook: to the address that was checked, signed, without following anything.

One connection serves a batch. The body of an answer is looked at only to say why something was refused.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from typing import Any

from django.utils.translation import gettext as _

from cases.errors import Refusal
from notifications.channels.addresses import Endpoint, checked
from notifications.channels.outcome import Undelivered
from notifications.channels.signature import headers, key_of
from notifications.models import Dispatch, Webhook

TIMEOUT_SECONDS = 10
READ_BYTES = 4096
SHOWN = 200
DROPPED = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)


class Line(http.client.HTTPConnection):
    """A connection to the address that was checked, for the host that the request names."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint.host, endpoint.port, timeout=TIMEOUT_SECONDS)
        self.endpoint = endpoint
        self._held: list[bytes] = []

    def send(self, data: Any) -> None:
        """Kept until the whole request is there: head and body in one go wake the receiver once."""
        self._held.append(data)

    def flush(self) -> None:
        """Send what was kept."""
        whole, self._held = b"".join(self._held), []
        super().send(whole)

    def connect(self) -> None:
        plain = socket.create_connection((self.endpoint.address, self.endpoint.port), self.timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.endpoint.scheme == "https":
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.endpoint.host)
        else:
            self.sock = plain


class WebhookChannel:
    """The webhook for one batch; close it when the batch is over."""

    def __init__(self) -> None:
        self._lines: dict[int, Line] = {}
        self._dead: dict[int, str] = {}

    def send(self, dispatch: Dispatch, payload: dict[str, Any]) -> None:
        """Post one message; raises Undelivered with the reason."""
        webhook = dispatch.webhook
        if webhook is None or not webhook.active:
            raise Undelivered(_("The webhook is no longer in use."), for_good=True)
        if webhook.pk in self._dead:
            raise Undelivered(self._dead[webhook.pk])
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        # The receiver compares this with its own clock, so it is the real time, also where ours is a demonstration's.
        signed = headers(key_of(webhook), str(dispatch.key), int(time.time()), body)
        status, excerpt = self._post(webhook, body, signed)
        if not 200 <= status < 300:
            raise Undelivered(_("The receiver answered %(status)d. %(body)s") % {"status": status, "body": excerpt})

    def _post(self, webhook: Webhook, body: bytes, signed: dict[str, str]) -> tuple[int, str]:
        reused = webhook.pk in self._lines
        try:
            line = self._lines.get(webhook.pk) or self._connected(webhook)
            return _exchange(line, body, signed)
        except Refusal as refusal:
            self._dead[webhook.pk] = str(refusal.message)
            raise Undelivered(str(refusal.message)) from None
        except (OSError, http.client.HTTPException) as error:
            self._drop(webhook)
            if reused and isinstance(error, DROPPED):
                return self._post(webhook, body, signed)
            raise Undelivered(f"{type(error).__name__}: {error}") from None

    def _connected(self, webhook: Webhook) -> Line:
        line = Line(checked(webhook.url))
        try:
            line.connect()
        except OSError as error:
            self._dead[webhook.pk] = f"{type(error).__name__}: {error}"
            raise
        self._lines[webhook.pk] = line
        return line

    def _drop(self, webhook: Webhook) -> None:
        line = self._lines.pop(webhook.pk, None)
        if line is not None:
            line.close()

    def close(self) -> None:
        for line in self._lines.values():
            line.close()


def _exchange(line: Line, body: bytes, signed: dict[str, str]) -> tuple[int, str]:
    """The status and the beginning of the answer; a redirection is an answer like any other."""
    endpoint = line.endpoint
    sent = {"Host": endpoint.host_header, "Content-Type": "application/json; charset=utf-8", **signed}
    line.request("POST", endpoint.path, body, sent)
    line.flush()
    response = line.getresponse()
    start = response.read(READ_BYTES)
    if response.read(1):
        line.close()
    return response.status, " ".join(start.decode("utf-8", "replace").split())[:SHOWN]
