"""The addresses of pages that act on cases; each area has its own list."""

from django.urls import include, path

AREAS = (
    "desk",
    "dashboard",
    "quality_cycle",
    "finding",
    "saved",
    "extension",
    "supervision",
    "common_problem",
    "dates",
    "programme",
    "summary",
    "spot_check",
    "visit",
    "practice",
    "reporting",
    "alliance",
    "inspection",
)

urlpatterns = [path("", include(f"workflows.{area}.urls")) for area in AREAS]
