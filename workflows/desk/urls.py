"""The addresses of the desk."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, path

from workflows.desk import account_pages, case_pages, cycle_pages, delegation_pages, inbox_pages, unit_pages, verb_pages

urlpatterns: list[URLPattern] = [
    path("", inbox_pages.inbox, name="inbox"),
    path("inbox/nudge/", inbox_pages.inbox_nudge, name="inbox_nudge"),
    path("login/", account_pages.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("me/", account_pages.me, name="me"),
    path("me/appointments/<int:pk>/delegate/", delegation_pages.delegate, name="delegate"),
    path("me/delegations/<int:pk>/end/", delegation_pages.end_delegation, name="delegation_end"),
    path("cases/<int:pk>/", case_pages.case, name="case"),
    path("cases/<int:pk>/do/<slug:verb>/", verb_pages.case_verb, name="case_verb"),
    path("cycles/", cycle_pages.cycles, name="cycles"),
    path("cycles/open/", cycle_pages.open_cycles, name="open_year"),
    path("units/", unit_pages.units, name="units"),
    path("units/<int:pk>/", unit_pages.unit, name="unit"),
]
