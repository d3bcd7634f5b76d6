"""The versions of a filing beside each other: what each reader may read of one, and what changed since the last."""

from __future__ import annotations

from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.models import Case, CaseEvent, Filing

Change = tuple[str, str, str]  # where, what stood there, what stands there now
OF_THE_ALLIANCE = ("party:lead", "party:member")


def before(filing: Filing) -> Filing | None:
    """The version that was in force before this one, which stays to be read; None for the first."""
    older = Filing.objects.filter(pilot=filing.pilot_id, kind=filing.kind, number__lt=filing.number)
    return older.exclude(accepted_at=None).order_by("-number").first()


def text_for(viewer: Viewer, case: Case, filing: Filing) -> str | None:
    """The text that the viewer may read; None where it has not been filed yet.

    The alliance reads what is being written; everybody else what was filed last, also while it is worked over.
    """
    if any(viewer.may(part, case) for part in OF_THE_ALLIANCE):
        return filing.text
    last = CaseEvent.objects.filter(case=case.pk, verb__in=("submit", "withdraw")).order_by("-seq").first()
    if last is None or last.verb == "withdraw":
        return None
    if case.state not in ("returned", "lapsed"):
        return filing.text
    then = filing.history.filter(history_date__lte=last.at).order_by("-history_date", "-history_id").first()
    return str(then.text) if then is not None else filing.text


def changes(old: str, new: str) -> list[Change]:
    """What differs between two texts, paragraph by paragraph, each with its place in the new one."""
    was, now = ([line.strip() for line in text.splitlines() if line.strip()] for text in (old, new))
    found = SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
    return [
        (_("Paragraph %(number)d") % {"number": start + 1}, "\n".join(was[first:last]), "\n".join(now[start:end]))
        for kind, first, last, start, end in found
        if kind != "equal"
    ]
