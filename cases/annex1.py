"""What a case's Annex 1 shows on paper: from the draft or from a submitted version, with the header of the form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from cases.clock import local_date
from cases.editions.quality import quality_of
from cases.models import Case, OrgUnit, SelfCheck, SelfCheckSubmission, User
from cases.paper import Annex1Answer, Annex1Content, answer_texts
from cases.selfcheck import snapshot
from cases.selfcheck_drafts import last_change


def draft_content(case: Case, selfcheck: SelfCheck) -> Annex1Content:
    """The draft as it stands; it is dated when it was last changed, so that the same content prints the same."""
    changed = last_change(selfcheck)
    return _content(case, selfcheck.filler, snapshot(selfcheck), local_date(changed) if changed else None)


def submitted_content(case: Case, submission: SelfCheckSubmission) -> Annex1Content:
    """A submitted version as it was frozen, with who had filled it in then, dated on the day when it was reported."""
    past = submission.selfcheck.history.filter(history_date__lte=submission.at).select_related("filler")
    then = past.order_by("-history_date", "-history_id").first()
    filler = then.filler if then is not None else submission.selfcheck.filler
    return _content(case, filler, submission.snapshot, local_date(submission.at))


def _content(case: Case, filler: User | None, content: Mapping[str, Any], day: dt.date | None) -> Annex1Content:
    form = quality_of(case.edition).form
    places = {
        unit.kind: unit.division or unit.name
        for unit in OrgUnit.objects.get_ancestors(case.unit)
        if unit.kind in (OrgUnit.Kind.PREFECTURE, OrgUnit.Kind.COUNTY)
    }
    return Annex1Content(
        form=form,
        prefecture=places.get(OrgUnit.Kind.PREFECTURE, ""),
        county=places.get(OrgUnit.Kind.COUNTY, ""),
        reporting_unit=case.unit.name,
        filler_name=filler.name if filler else "",
        filler_phone=filler.phone if filler else "",
        filled_on=day,
        basic=content["basic"],
        answers={
            code: _answer(item, content["answers"][code])
            for code, item in form.items.items()
            if code in content["answers"]
        },
    )


def _answer(item: Any, said: Mapping[str, Any]) -> Annex1Answer:
    planned = said.get("planned_on")
    return answer_texts(
        item,
        said["status"],
        said["problem"],
        said["rectification"],
        fixed=said["fixed_on_spot"],
        measure=said["measure"],
        responsible=said["responsible"],
        planned_on=dt.date.fromisoformat(planned) if planned else None,
        reason=said["reason"],
        values=said["values"],
        facets=said["facets"],
    )
