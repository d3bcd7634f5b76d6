"""The addresses of pages about records: files, the roster."""

from django.urls import path

from cases import pages, vacancy_pages
from cases.roster import pages as roster

urlpatterns = [
    path("evidence/<int:pk>/", pages.evidence, name="evidence"),
    path("vacancies/", vacancy_pages.list_vacancies, name="vacancies"),
    path("roster/", roster.roster, name="roster"),
    path("roster/template.xlsx", roster.template, name="roster_template"),
    path("roster/checks/<slug:digest>/", roster.check, name="roster_check"),
    path("roster/checks/<slug:digest>/report.xlsx", roster.report, name="roster_report"),
    path("roster/checks/<slug:digest>/apply/", roster.apply, name="roster_apply"),
    path("roster/imports/<int:pk>/", roster.imported, name="roster_import"),
    path("roster/imports/<int:pk>/links/", roster.links, name="roster_links"),
    path("set-password/<uidb64>/<token>/", roster.SetPassword.as_view(), name="set_password"),
]
