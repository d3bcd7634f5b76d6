"""The addresses of practices and of the bulletin."""

from django.urls import URLPattern, path

from workflows.practice import bulletin_pages, pages

urlpatterns: list[URLPattern] = [
    path("practices/", pages.practices, name="practices"),
    path("practices/new/", pages.practice_new, name="practice_new"),
    path("practices/<int:pk>/", pages.practice, name="practice"),
    path("practices/<int:pk>/save/", pages.practice_save, name="practice_save"),
    path("practices/<int:pk>/<slug:verb>/", pages.practice_verb, name="practice_verb"),
    path("bulletin/", bulletin_pages.bulletin, name="bulletin"),
    path("bulletin/<int:pk>/", bulletin_pages.article, name="article"),
]
