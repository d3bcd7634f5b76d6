"""The addresses of the ledger and its findings."""

from django.urls import URLPattern, path

from workflows.finding import finding_pages, pages

urlpatterns: list[URLPattern] = [
    path("ledger/", pages.ledger, name="ledger"),
    path("ledger/export/", pages.ledger_export, name="ledger_export"),
    path("ledger/nudge/", pages.ledger_nudge, name="ledger_nudge"),
    path("findings/<int:pk>/", finding_pages.finding, name="finding"),
    path("findings/<int:pk>/evidence/", finding_pages.finding_evidence, name="finding_evidence"),
    path("findings/<int:pk>/<slug:verb>/", finding_pages.finding_verb, name="finding_verb"),
]
