"""The addresses of summaries: the prefecture's page, and what it shares with the region's report."""

from django.urls import URLPattern, path

from workflows.summary import figure_pages, pages, paper_pages, sealing, text_pages, version_pages

CASE = "summaries/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path(CASE, pages.summary, name="summary"),
    path(f"{CASE}missing/", pages.summary_missing, name="summary_missing"),
    path(f"{CASE}cells/<str:code>/", figure_pages.summary_cell, name="summary_cell"),
    path(f"{CASE}texts/", text_pages.summary_texts, name="summary_texts"),
    path(f"{CASE}texts/draft/", text_pages.summary_redraft, name="summary_redraft"),
    path(f"{CASE}texts/<slug:part>/<int:no>/", text_pages.summary_text, name="summary_text"),
    path(f"{CASE}versions/", version_pages.summary_versions, name="summary_versions"),
    path(f"{CASE}versions/<int:no>/", pages.summary_version, name="summary_version"),
    path(f"{CASE}versions/<int:no>/again/", version_pages.summary_recompute, name="summary_recompute"),
    path(f"{CASE}versions/<int:no>/seal/", sealing.summary_seal, name="summary_seal"),
    path(f"{CASE}compare/", version_pages.summary_compare, name="summary_compare"),
    path(f"{CASE}paper.<slug:ending>", paper_pages.summary_paper, name="summary_paper"),
    path(f"{CASE}report.docx", paper_pages.summary_report, name="summary_report"),
    path(f"{CASE}do/<slug:verb>/", pages.summary_verb, name="summary_verb"),
]
