"""The addresses of saved views."""

from django.urls import URLPattern, path

from workflows.saved import pages

urlpatterns: list[URLPattern] = [
    path("views/", pages.views, name="views"),
    path("views/<int:pk>/", pages.rename, name="view_rename"),
    path("views/<int:pk>/delete/", pages.delete, name="view_delete"),
]
