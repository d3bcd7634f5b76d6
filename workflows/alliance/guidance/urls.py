"""The addresses of guidance centres and targets."""

from django.urls import URLPattern, path

from workflows.alliance.guidance import list_pages, year_pages

urlpatterns: list[URLPattern] = [
    path("guidance/", list_pages.guidance, name="guidance"),
    path("guidance/open/", list_pages.guidance_open, name="guidance_open"),
    path("guidance/reading/", list_pages.guidance_reading, name="guidance_reading"),
    path("guidance/<int:pk>/", year_pages.guidance_year, name="guidance_year"),
    path("guidance/<int:pk>/enter/", year_pages.guidance_enter, name="guidance_enter"),
    path("guidance/<int:pk>/close/", year_pages.guidance_close, name="guidance_close"),
    path("guidance/<int:pk>/entries/<int:entry>/", year_pages.guidance_entry, name="guidance_entry"),
    path("guidance/<int:pk>/entries/<int:entry>/strike/", year_pages.guidance_strike, name="guidance_strike"),
]
