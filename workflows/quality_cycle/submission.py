"""Submitting a self-check: what must be there, the frozen version, and the findings that come of it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.editions.quality import quality_of
from cases.errors import Invalid
from cases.models import Evidence, SelfCheck, SelfCheckSubmission
from cases.selfcheck import digest, faults_of, snapshot
from workflows.finding.ledger import sync_with_selfcheck
from workflows.step import Step


def check_complete(step: Step) -> SelfCheck:
    """Refuse an incomplete form and name every place; keys are ``item:CODE``, ``basic:CODE`` or ``report``."""
    selfcheck = SelfCheck.objects.prefetch_related("answers").get(pk=step.case.pk)
    faults = faults_of(selfcheck, quality_of(step.edition), year=step.case.year)
    if faults:
        raise Invalid(
            "form_incomplete",
            _("The form is not complete: %(count)d places need attention.") % {"count": len(faults)},
            hint=_("Each place is listed with a link to it."),
            faults=faults,
        )
    return selfcheck


def submit(step: Step) -> None:
    """Freeze the version that the head confirms, under its seal where the edition asks for one."""
    selfcheck = check_complete(step)
    content = snapshot(selfcheck)
    version = digest(content)
    if step.edition.settings.seal_required and not sealed_copies(selfcheck, version).exists():
        message = _("Upload the sealed copy of this version: print the form, seal it, and scan or photograph it.")
        raise Invalid("seal_missing", message, faults={"seal": [message]})
    last = selfcheck.submissions.order_by("-no").values_list("no", flat=True).first() or 0
    answers = content["answers"]
    submission = SelfCheckSubmission.objects.create(
        selfcheck=selfcheck,
        no=last + 1,
        at=step.at,
        by=step.person,
        snapshot=content,
        digest=version,
        medical_beds=content["basic"].get("medical_beds"),
        home_beds=content["basic"].get("home_beds"),
        problem_count=sum(answer["status"] == "problem" for answer in answers.values()),
    )
    step.facts = {"submission": submission.pk, "no": submission.no, "digest": version}
    sync_with_selfcheck(step, answers)


def sealed_copies(selfcheck: SelfCheck, version: str) -> QuerySet[Evidence]:
    """The uploaded sealed copies that show exactly this version; a later change asks for a new seal."""
    return Evidence.objects.current().filter(case=selfcheck.pk, purpose=Evidence.Purpose.SEALED, shows_digest=version)
