"""How can what is recorded be proved? Chains, digests of history rows, signed anchors, and their verification.

``note`` is the only writer of the system's own events; docs/audit.md describes the formats.
"""

from cases.audit.chains import note, noting

__all__ = ["note", "noting"]
