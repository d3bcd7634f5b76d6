"""The addresses of the proof."""

from django.urls import path

from cases.audit import pages

urlpatterns = [
    path("audit/", pages.audit, name="audit"),
    path("audit/again/", pages.audit_again, name="audit_again"),
]
