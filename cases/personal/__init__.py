"""Answers: what is known of a patient, who may read it, and how is it forgotten? (design, Personal data)

A patient is an opaque uid to everything outside this package. What is known of the person is one box, encrypted with a
key of the person's own; erasing deletes the key. Cases, events, messages and logs name the uid and nothing else.

``seal`` and ``amend`` take what a form sent, ``masked`` is what pages show, ``unmask`` opens the box for whoever has
said why on the record, ``erase`` forgets.
"""

from cases.personal.erasing import due_for_erasure, erase, keep_for
from cases.personal.fields import NAMES, hidden_from_reports
from cases.personal.keeping import amend, seal
from cases.personal.masking import Shown, mask_phone
from cases.personal.opening import UNMASKED_FOR, Plain, masked, note_unmasking, shown, unmask

__all__ = [
    "NAMES",
    "UNMASKED_FOR",
    "Plain",
    "Shown",
    "amend",
    "due_for_erasure",
    "erase",
    "hidden_from_reports",
    "keep_for",
    "mask_phone",
    "masked",
    "note_unmasking",
    "seal",
    "shown",
    "unmask",
]
