"""The addresses of pages about records: files, the roster."""

from django.urls import path

from cases import pages

urlpatterns = [
    path("evidence/<int:pk>/", pages.evidence, name="evidence"),
]
