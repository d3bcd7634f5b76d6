"""What happens after events were committed: whoever delivers them may wake up, and loses nothing by sleeping on."""

from __future__ import annotations

from django.dispatch import Signal

# Sent outside the transaction, once it is committed; the rows are the truth, this is only a nudge (design, idea 5).
recorded = Signal()
