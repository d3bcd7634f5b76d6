"""The addresses of the registers."""

from django.urls import URLPattern, path

from workflows.alliance.registers import pages

urlpatterns: list[URLPattern] = [
    path("pilots/<int:pk>/activities/", pages.pilot_activities, name="pilot_activities"),
    path("pilots/<int:pk>/activities/export/", pages.activities_export, name="activities_export"),
    path("pilots/<int:pk>/activities/new/", pages.activity_new, name="activity_new"),
    path("pilots/<int:pk>/activities/<int:entry>/", pages.activity, name="activity"),
    path("pilots/<int:pk>/activities/<int:entry>/strike/", pages.activity_strike, name="activity_strike"),
]
