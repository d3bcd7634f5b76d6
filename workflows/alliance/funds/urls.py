"""The addresses of funds."""

from django.urls import URLPattern, path

from workflows.alliance.funds import list_pages, pages

urlpatterns: list[URLPattern] = [
    path("funds/", list_pages.funds, name="funds"),
    path("funds/new/", list_pages.fund_new, name="fund_new"),
    path("funds/<int:pk>/", pages.fund, name="fund"),
    path("funds/<int:pk>/uses/<int:use>/", pages.fund_use, name="fund_use"),
    path("funds/<int:pk>/uses/<int:use>/strike/", pages.fund_strike, name="fund_strike"),
    path("funds/<int:pk>/<slug:verb>/", pages.fund_verb, name="fund_verb"),
    path("pilots/<int:pk>/funds/", list_pages.pilot_funds, name="pilot_funds"),
]
