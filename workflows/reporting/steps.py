"""The steps of the year that somebody reports: which cases they are, when one is done, and by which date (part 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access import Viewer
from cases.editions.pinned import edition_of
from cases.editions.quality import quality_of
from cases.models import Case, OrgUnit, Round

KINDS_OF_UNIT = OrgUnit.Kind
LEVELS = ("nation", "region", "prefecture", "county")  # the areas that there is a table for, the widest first


@dataclass(frozen=True)
class Step:
    """One step: its cases (kind, and which of them), the states in which it is done, and where its date stands.

    ``rules`` and ``outcomes`` find the work item whose date says whether it was in time (``cases.punctuality``);
    ``at_level`` is the kind of unit that reports.
    """

    code: str
    label: Any
    kind: str
    at_level: str
    done: tuple[str, ...]
    rules: tuple[str, ...]
    outcomes: tuple[str, ...]
    last: bool = False
    dropped: tuple[str, ...] = ("cancelled",)
    of_round: str = ""

    def cases(self, viewer: Viewer, year: int, path: str) -> QuerySet[Case]:
        """The step's cases of a year in a subtree, as far as the viewer may see them."""
        found = Case.objects.visible_to(viewer).filter(kind=self.kind).exclude(state__in=self.dropped)
        found = found.filter(unit__path__gte=path, unit__path__lte=path + "ZZZZ")
        if self.of_round:
            programme = {"summary__round__programme__case__year": year}
            return found.filter(summary__round__code=self.of_round, **programme)
        return found.filter(year=year)


SELF_CHECK = Step(
    "self_check",
    gettext_lazy("Self-check filed"),
    "quality_cycle",
    "institution",
    ("submitted", "returned", "approving", "rectifying", "verified", "archived"),
    ("confirm",),
    ("submit",),
)
VERIFICATION = Step(
    "verification",
    gettext_lazy("County verification"),
    "quality_cycle",
    "institution",
    ("rectifying", "verified", "archived"),
    ("verify",),
    ("conclude",),
    last=True,
)
RECTIFICATION = Step(
    "rectification",
    gettext_lazy("Rectification"),
    "finding",
    "institution",
    ("closed", "referred"),
    ("rectify",),
    ("fix",),
    last=True,
    dropped=("cancelled", "rejected"),
)
WORK_PLAN = Step(
    "work_plan",
    gettext_lazy("Work plan"),
    "work_plan",
    "prefecture",
    ("filed", "accepted"),
    ("work_plan",),
    ("submit",),
)


def summary_step(of: str, label: str) -> Step:
    """The prefectures' summaries of one round."""
    done = ("submitted", "accepted", "archived")
    words = _("Prefecture summary · %(round)s") % {"round": label}
    return Step(f"summary-{of}", words, "summary", "prefecture", done, ("summary_confirm",), ("submit",), of_round=of)


def report_step(of: str, label: str) -> Step:
    """The regions' reports of one round; the date is that of the officer's work, of which the head approves."""
    done = ("submitted", "acknowledged")
    words = _("Regional report · %(round)s") % {"round": label}
    rules, outcomes = ("regional_report",), ("request_confirmation",)
    return Step(f"regional_report-{of}", words, "regional_report", "region", done, rules, outcomes, of_round=of)


def steps_of(area: OrgUnit, rounds: Iterable[tuple[str, str]]) -> list[Step]:
    """The steps that something below an area, or the area itself, reports; ``rounds`` are codes with their labels."""
    rounds = list(rounds)
    steps = [SELF_CHECK, VERIFICATION, RECTIFICATION, WORK_PLAN]
    steps += [summary_step(code, label) for code, label in rounds]
    steps += [report_step(code, label) for code, label in rounds]
    return [step for step in steps if step.at_level == "institution" or _reaches(area, step.at_level)]


def _reaches(area: OrgUnit, level: str) -> bool:
    return area.kind in LEVELS and LEVELS.index(area.kind) <= LEVELS.index(level)


def rounds_of(area: OrgUnit, year: int) -> list[tuple[str, str]]:
    """The rounds of the year's programmes above or below an area, each code once with its label; one query."""
    found = Round.objects.filter(programme__case__year=year).select_related("programme__case__unit")
    labels: dict[str, str] = {}
    for each in found.order_by("due_on", "pk"):
        region = each.programme.case.unit
        if area.path.startswith(region.path) or region.path.startswith(area.path):
            labels.setdefault(each.code, label_of(each))
    return list(labels.items())


def label_of(of: Round) -> str:
    """What the edition calls the round."""
    rule = quality_of(edition_of(of.programme.case)).rounds.get(of.code)
    return rule.label if rule is not None else of.code
