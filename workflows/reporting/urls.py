"""The addresses of the pages about reporting, and of the region's report."""

from django.urls import URLPattern, path

from workflows.reporting import national_pages, pages, round_pages
from workflows.summary import regional_pages

urlpatterns: list[URLPattern] = [
    path("reporting/", pages.reporting, name="reporting"),
    path("reporting/records/", pages.records, name="reporting_records"),
    path("reporting/export/", pages.export, name="reporting_export"),
    path("rounds/", national_pages.rounds, name="rounds"),
    path("rounds/<int:pk>/", round_pages.round_matrix, name="round_matrix"),
    path("rounds/<int:pk>/nudge/", round_pages.round_nudge, name="round_nudge"),
    path("rounds/<int:pk>/summaries/<int:case_pk>/<slug:verb>/", round_pages.round_decide, name="round_decide"),
    path("regional-reports/<int:pk>/", regional_pages.regional_report, name="regional_report"),
    path("regional-reports/<int:pk>/missing/", regional_pages.regional_report_missing, name="regional_report_missing"),
    path("regional-reports/<int:pk>/decide/<slug:verb>/", national_pages.report_decide, name="report_decide"),
    path("regional-reports/<int:pk>/do/<slug:verb>/", regional_pages.regional_report_verb, name="regional_report_verb"),
]
