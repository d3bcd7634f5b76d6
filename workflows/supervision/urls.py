"""The addresses of supervisions."""

from django.urls import URLPattern, path

from workflows.supervision import pages

urlpatterns: list[URLPattern] = [
    path("cases/<int:pk>/supervise/", pages.supervise, name="supervise"),
    path("supervisions/<int:pk>/", pages.supervision, name="supervision"),
    path("supervisions/<int:pk>/end/", pages.end, name="supervision_end"),
]
