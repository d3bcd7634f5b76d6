"""The addresses of certificates."""

from django.urls import URLPattern, path

from workflows.alliance.certificate import pages

urlpatterns: list[URLPattern] = [
    path("pilots/<int:pk>/certificates/", pages.certificates, name="certificates"),
    path("pilots/<int:pk>/certificates/<int:person>/", pages.certificate, name="certificate"),
    path(
        "pilots/<int:pk>/certificates/<int:person>/certificate.<slug:ending>",
        pages.certificate_file,
        name="certificate_file",
    ),
    path("certificates/check/", pages.certificate_check, name="certificate_check"),
]
