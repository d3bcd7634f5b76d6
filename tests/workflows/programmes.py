"""What the tests about programmes share: a work plan with all its parts written."""

from __future__ import annotations

from typing import Any

from cases.models import Case, WorkPlan

PARTS = {"goals": "机构自查率达到100%。", "arrangements": "一季度部署，二季度核查。", "organisation": "分管主任负责。"}


def write_plan(case: Case, **parts: Any) -> WorkPlan:
    """Write the parts of a work plan, as its officer would have saved them."""
    plan = WorkPlan.objects.get(pk=case.pk)
    for name, text in {**PARTS, **parts}.items():
        setattr(plan, name, text)
    plan.row_version += 1
    plan.save()
    return plan
