"""The addresses of dashboards."""

from django.urls import URLPattern, path

from workflows.dashboard import pages

urlpatterns: list[URLPattern] = [
    path("dashboard/", pages.dashboard, name="dashboard"),
    path("dashboard/records/", pages.dashboard_records, name="dashboard_records"),
]
