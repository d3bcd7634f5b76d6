"""The addresses of the proof."""

from django.urls import path

from cases.audit import event_pages, pages
from cases.audit.dossier import pages as dossier

urlpatterns = [
    path("audit/", pages.audit, name="audit"),
    path("audit/again/", pages.audit_again, name="audit_again"),
    path("audit/events/", event_pages.system_events, name="system_events"),
    path("audit/dossiers/cases/<int:pk>/", dossier.case_dossier, name="case_dossier"),
    path("audit/dossiers/units/", dossier.unit_dossier_asked, name="unit_dossier_asked"),
    path("audit/dossiers/units/<int:pk>/<int:year>/", dossier.unit_dossier, name="unit_dossier"),
]
