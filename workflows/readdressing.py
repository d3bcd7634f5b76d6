"""Work follows a unit that moves: what waited at the old county or prefecture waits at the new one from then on."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from viewflow.workflow.status import STATUS

from cases.errors import Conflict
from cases.models import WorkItem
from workflows.rules import verb
from workflows.step import Step


class ReaddressVerbs:
    """The verb; the case stays where it is, and its open work goes to the unit that is in charge now."""

    @verb(label=gettext_lazy("Readdress"), source="*", deliver=False)
    def readdress(self, step: Step) -> None:
        """The unit has moved. Whoever had claimed the work belongs to the unit that it leaves."""
        item = step.item
        unit_id = unit_in_charge(item) if item is not None else None
        if item is None or unit_id == item.unit_id:
            raise Conflict("address_stands", _("The work is where it belongs."))
        step.facts = {"item": item.pk, "from": item.unit_id, "to": unit_id}
        item.unit_id, item.owner, item.assigned = unit_id, None, None
        if item.status == STATUS.ASSIGNED:
            item.status = STATUS.NEW
        item.save(update_fields=["unit"])
        step.change_item(item)


def unit_in_charge(item: WorkItem) -> int:
    """The unit whose turn it is by the node and the tree as it now is."""
    unit_id, _role = item.flow_task.seat_of(item.process)
    return int(unit_id)
