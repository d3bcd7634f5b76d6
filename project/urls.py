"""The addresses of the product."""

from django.urls import include, path

urlpatterns = [
    path("", include("workflows.urls")),
    path("", include("cases.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
