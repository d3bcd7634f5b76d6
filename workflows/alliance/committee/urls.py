"""The addresses of the committee and its meetings."""

from django.urls import URLPattern, path

from workflows.alliance.committee import pages

urlpatterns: list[URLPattern] = [
    path("pilots/<int:pk>/meetings/", pages.pilot_meetings, name="pilot_meetings"),
    path("pilots/<int:pk>/meetings/new/", pages.meeting_new, name="meeting_new"),
    path("pilots/<int:pk>/meetings/<int:number>/", pages.meeting, name="meeting"),
    path("pilots/<int:pk>/committee/seat/", pages.seat_new, name="seat_new"),
    path("pilots/<int:pk>/committee/end/", pages.seat_end, name="seat_end"),
    path("pilots/<int:pk>/annual-plan/", pages.plan_write, name="plan_write"),
]
