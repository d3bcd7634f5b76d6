"""The addresses of requests for more time."""

from django.urls import URLPattern, path

from workflows.extension import pages

urlpatterns: list[URLPattern] = [
    path("cases/<int:pk>/extension/", pages.ask, name="extension_ask"),
    path("extensions/<int:pk>/", pages.extension, name="extension"),
    path("extensions/<int:pk>/<slug:verb>/", pages.extension_verb, name="extension_verb"),
]
