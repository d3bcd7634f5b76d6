"""The addresses of spot-checks."""

from django.urls import URLPattern, path

from workflows.spot_check import frame_pages, list_pages, pages, team_pages

urlpatterns: list[URLPattern] = [
    path("spot-checks/", list_pages.spot_checks, name="spot_checks"),
    path("spot-checks/new/", list_pages.spot_check_new, name="spot_check_new"),
    path("spot-checks/<int:pk>/", pages.spot_check, name="spot_check"),
    path("spot-checks/<int:pk>/plan/", pages.spot_check_revise, name="spot_check_revise"),
    path("spot-checks/<int:pk>/frame/", frame_pages.spot_check_frame, name="spot_check_frame"),
    path("spot-checks/<int:pk>/frame.xlsx", frame_pages.spot_check_export, name="spot_check_export"),
    path("spot-checks/<int:pk>/visits/<int:entry>/", team_pages.spot_check_entry, name="spot_check_entry"),
    path("spot-checks/<int:pk>/<slug:verb>/", pages.spot_check_verb, name="spot_check_verb"),
]
