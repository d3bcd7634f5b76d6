"""The addresses of filings."""

from django.urls import URLPattern, path

from workflows.alliance.filing import pages

urlpatterns: list[URLPattern] = [
    path("pilots/<int:pk>/filings/", pages.pilot_filings, name="pilot_filings"),
    path("pilots/<int:pk>/filings/new/", pages.filing_new, name="filing_new"),
    path("filings/<int:pk>/", pages.filing, name="filing"),
    path("filings/<int:pk>/draft/", pages.filing_draft, name="filing_draft"),
    path("filings/<int:pk>/files/", pages.filing_files, name="filing_files"),
    path("filings/<int:pk>/<slug:verb>/", pages.filing_verb, name="filing_verb"),
]
