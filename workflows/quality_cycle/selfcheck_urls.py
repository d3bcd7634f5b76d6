"""The addresses of the self-check: the form, its report, checking and sealing it, and its paper."""

from django.urls import path

from workflows.quality_cycle import paper_pages, selfcheck_check, selfcheck_files, selfcheck_pages, selfcheck_report

FORM = "cases/<int:pk>/selfcheck/"
PAPER = "cases/<int:pk>/paper/"

urlpatterns = [
    path(FORM, selfcheck_pages.form, name="selfcheck"),
    path(f"{FORM}basic/", selfcheck_pages.basic, name="selfcheck_basic"),
    path(f"{FORM}items/<str:code>/", selfcheck_pages.item, name="selfcheck_item"),
    path(f"{FORM}items/<str:code>/evidence/", selfcheck_files.add, name="selfcheck_evidence"),
    path(
        f"{FORM}items/<str:code>/evidence/<int:file>/remove/", selfcheck_files.remove, name="selfcheck_evidence_remove"
    ),
    path(f"{FORM}take-over/", selfcheck_pages.take_over, name="selfcheck_take_over"),
    path(f"{FORM}report/", selfcheck_report.report, name="selfcheck_report"),
    path(f"{FORM}report/draft/", selfcheck_report.draft, name="selfcheck_report_draft"),
    path(f"{FORM}check/", selfcheck_check.check, name="selfcheck_check"),
    path(f"{FORM}check/seal/", selfcheck_check.seal, name="selfcheck_seal"),
    path(f"{FORM}check/seal/<int:file>/remove/", selfcheck_check.remove_seal, name="selfcheck_seal_remove"),
    path(f"{PAPER}annex1.<str:ending>", paper_pages.annex1, name="paper"),
    path(f"{PAPER}report.<str:ending>", paper_pages.report, name="paper_report"),
]
