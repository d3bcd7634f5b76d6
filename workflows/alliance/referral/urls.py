"""The addresses of referrals."""

from __future__ import annotations

from django.urls import URLPattern, path

from workflows.alliance.referral import figure_pages, pages

urlpatterns: list[URLPattern] = [
    path("pilots/<int:pk>/referrals/", pages.pilot_referrals, name="pilot_referrals"),
    path("pilots/<int:pk>/referrals/new/", pages.referral_request, name="referral_request"),
    path("pilots/<int:pk>/referrals/figures/", figure_pages.pilot_referral_figures, name="pilot_referral_figures"),
    path("pilots/<int:pk>/referrals/figures.xlsx", figure_pages.pilot_referral_export, name="pilot_referral_export"),
    path("referrals/<int:pk>/", pages.referral, name="referral"),
    path("referrals/<int:pk>/unmask/", pages.referral_unmask, name="referral_unmask"),
    path("referrals/<int:pk>/<slug:verb>/", pages.referral_verb, name="referral_verb"),
]
