"""The addresses of the inspector's workplace."""

from django.urls import path

from workflows.inspection import note_pages, pages

urlpatterns = [
    path("inspection/", pages.inspection, name="inspection"),
    path("inspection/notes/", note_pages.inspection_notes, name="inspection_notes"),
    path("inspection/cases/<int:pk>/", pages.inspection_case, name="inspection_case"),
    path("inspection/cases/<int:pk>/verify/", pages.inspection_verify, name="inspection_verify"),
    path("inspection/cases/<int:pk>/compare/", pages.inspection_compare, name="inspection_compare"),
    path("inspection/cases/<int:pk>/notes/", note_pages.case_notes, name="case_notes"),
]
