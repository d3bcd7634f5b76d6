"""E-mail through Django's own mail: one connection a batch, and a Message-ID that stays the same when tried again."""

from __future__ import annotations

import smtplib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from notifications.channels.outcome import Undelivered
from notifications.models import Dispatch
from notifications.wording import Rendered, framed


class EmailChannel:
    """The mail server for one batch; close it when the batch is over."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._dead = ""

    def send(self, dispatch: Dispatch, to: str, words: Rendered, language: str) -> None:
        """Send one e-mail, text and HTML; raises Undelivered with the reason."""
        if self._dead:
            raise Undelivered(self._dead)
        host = urlsplit(settings.BASE_URL).hostname or "localhost"
        letter = EmailMultiAlternatives(
            words.subject,
            words.text,
            to=[to],
            connection=self._open(),
            # Nobody's holiday note shall answer it, and a second try is known by the identifier.
            headers={"Message-ID": f"<{dispatch.key}@{host}>", "Auto-Submitted": "auto-generated"},
        )
        letter.attach_alternative(framed(words.subject, words.html, language), "text/html")
        try:
            letter.send()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Undelivered(f"{type(error).__name__}: {error}") from None

    def _open(self) -> Any:
        if self._connection is None:
            connection = get_connection()
            try:
                connection.open()
            except (OSError, smtplib.SMTPException) as error:
                self._dead = f"{type(error).__name__}: {error}"
                raise Undelivered(self._dead) from None
            self._connection = connection
        return self._connection

    def close(self) -> None:
        """Let the server go; a connection that is broken already may be closed all the same."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
