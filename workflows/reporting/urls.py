"""The addresses of the pages about reporting."""

from django.urls import URLPattern, path

from workflows.reporting import pages

urlpatterns: list[URLPattern] = [
    path("reporting/", pages.reporting, name="reporting"),
    path("reporting/records/", pages.records, name="reporting_records"),
    path("reporting/export/", pages.export, name="reporting_export"),
]
