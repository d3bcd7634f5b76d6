"""The addresses of pages about records: files, the roster."""

from django.urls import include, path

from cases import pages, quarantine_pages, vacancy_pages
from cases.accounts import appointment_pages
from cases.accounts import pages as accounts
from cases.passwords import pages as passwords
from cases.roster import pages as roster
from cases.second_factor import pages as second_factor

urlpatterns = [
    path("", include("cases.audit.urls")),
    path("evidence/<int:pk>/", pages.evidence, name="evidence"),
    path("quarantine/", quarantine_pages.quarantine, name="quarantine"),
    path("vacancies/", vacancy_pages.list_vacancies, name="vacancies"),
    path("roster/", roster.roster, name="roster"),
    path("roster/template.xlsx", roster.template, name="roster_template"),
    path("roster/checks/<slug:digest>/", roster.check, name="roster_check"),
    path("roster/checks/<slug:digest>/report.xlsx", roster.report, name="roster_report"),
    path("roster/checks/<slug:digest>/apply/", roster.apply, name="roster_apply"),
    path("roster/imports/<int:pk>/", roster.imported, name="roster_import"),
    path("roster/imports/<int:pk>/links/", roster.links, name="roster_links"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.account_new, name="account_new"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/<slug:act>/", accounts.account_do, name="account_do"),
    path("appointments/", appointment_pages.appointments, name="appointments"),
    path("appointments/new/", appointment_pages.appointment_new, name="appointment_new"),
    path("appointments/imports/<int:pk>/", appointment_pages.roster_confirm, name="roster_confirm"),
    path("appointments/<int:pk>/end/", appointment_pages.appointment_end, name="appointment_end"),
    path("proposals/<int:pk>/", appointment_pages.proposal, name="proposal"),
    path("proposals/<int:pk>/<slug:act>/", appointment_pages.proposal_do, name="proposal_do"),
    path("login/second/", second_factor.second_step, name="second_step"),
    path("me/second-factor/", second_factor.second_factor, name="second_factor"),
    path("me/password/", passwords.password_change, name="password_change"),
    path("set-password/<uidb64>/<token>/", roster.SetPassword.as_view(), name="set_password"),
]
