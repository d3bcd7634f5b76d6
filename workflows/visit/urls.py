"""The addresses of visits and of what they say about self-checks."""

from django.urls import path

from workflows.visit import disagreement_pages, item_pages, pages

urlpatterns = [
    path("visits/", pages.visits, name="visits"),
    path("visits/<int:pk>/", pages.visit, name="visit"),
    path("visits/<int:pk>/step/", pages.visit_step, name="visit_step"),
    path("visits/<int:pk>/particulars/", item_pages.visit_particulars, name="visit_particulars"),
    path("visits/<int:pk>/file/", item_pages.visit_file, name="visit_file"),
    path("visits/<int:pk>/items/<str:code>/", item_pages.visit_item, name="visit_item"),
    path("disagreement/", disagreement_pages.disagreement, name="disagreement"),
    path("disagreement/records/", disagreement_pages.disagreement_records, name="disagreement_records"),
    path("disagreement/export/", disagreement_pages.disagreement_export, name="disagreement_export"),
]
