"""What inspectors may do on a case of any kind: leave a note. It moves nothing, and nobody is told of it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.errors import Invalid
from cases.models import InspectionNote
from cases.saving import sign
from workflows.rules import verb
from workflows.step import Step

LONGEST_NOTE = 5000


class InspectVerbs:
    """The one verb of inspectors that every kind of case has."""

    @verb(label=gettext_lazy("Note of an inspection"), source="*", permission="inspect", deliver=False)
    def note_inspection(self, step: Step) -> None:
        """The trail says that there is a note, by whom and when; its words stand where only some may read them."""
        text = str(step.details.get("text") or "").strip()
        said = ""
        if not text:
            said = _("Write the note.")
        elif len(text) > LONGEST_NOTE:
            said = _("Keep the note under %(limit)d characters.") % {"limit": LONGEST_NOTE}
        if said or step.grant is None:
            raise Invalid("note_missing", said, faults={"text": [said]})
        note = InspectionNote(case=step.case, unit_id=step.grant.unit_id, at=step.at, by=step.actor.user, text=text)
        sign(note, step.actor.user, step.at, step.verb)
        note.save(force_insert=True)
        step.facts = {"note": note.pk}
