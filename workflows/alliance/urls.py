"""The addresses of alliance pilots; each part of a pilot has its own list."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from workflows.alliance import experience, list_pages, pages

PARTS: tuple[str, ...] = (
    "scoring",
    "survey",
    "guidance",
    "filing",
    "registers",
    "committee",
    "certificate",
    "funds",
    "referral",
)

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(f"workflows.alliance.{part}.urls")) for part in PARTS),
    path("pilots/", list_pages.pilots, name="pilots"),
    path("pilots/programmes/new/", list_pages.programme_new, name="pilot_programme_new"),
    path("pilots/programmes/<int:pk>/", list_pages.programme, name="pilot_programme"),
    path("pilots/programmes/<int:pk>/finish/", list_pages.programme_finish, name="pilot_programme_finish"),
    path("pilots/programmes/<int:pk>/apply/", list_pages.pilot_apply, name="pilot_apply"),
    path("pilots/experience/", experience.experiences, name="pilot_experiences"),
    path("pilots/experience/<int:pk>/", experience.experience, name="pilot_experience"),
    path("pilots/<int:pk>/", pages.pilot, name="pilot"),
    # After every part, whose addresses are longer or named.
    path("pilots/<int:pk>/do/<slug:verb>/", pages.pilot_verb, name="pilot_verb"),
]
