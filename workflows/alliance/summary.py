"""The summary report of a pilot: its words and the files that came with it (形成总结报告; pilot plan, part 3 (3))."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cases.errors import Invalid
from cases.evidence import store
from cases.models import Case, Evidence, Pilot
from workflows.alliance.deciding import save_record, text_of
from workflows.step import Step

MOST_FILES = 20  # of one report
CODE = "summary"


def keep_report(step: Step, pilot: Pilot) -> None:
    """Keep the report; a pilot that was extended reports again, and what lay with the first report stays with it.

    Raises Invalid (422) without words, or with a file that cannot be kept.
    """
    save_record(step, pilot, summary=text_of(step, "summary", _("Write the summary report.")))
    uploads = step.details.get("attached") or ()
    if len(uploads) > MOST_FILES:
        message = _("A report can have at most %(most)d files.") % {"most": MOST_FILES}
        raise Invalid("too_many_files", message, faults={"attached": [message]})
    kept = [
        store(
            case=step.case,
            upload=upload,
            purpose=Evidence.Purpose.SUMMARY_REPORT,
            by=step.person,
            at=step.at,
            item_code=CODE,
            max_mb=step.edition.settings.max_upload_mb,
        )
        for upload in uploads
    ]
    step.facts["files"] = sorted(file.sha256 for file in kept)


def files_of_report(case: Case) -> list[Evidence]:
    """The files of the report in the order in which they came; whoever reads the pilot opens them."""
    files = Evidence.objects.current().filter(case=case.pk, purpose=Evidence.Purpose.SUMMARY_REPORT)
    return list(files.order_by("pk"))
