"""The addresses of the product."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("", include("workflows.urls")),
    path("", include("cases.urls")),
    path("", include("notifications.urls")),
    path("", include("project.demo.urls")),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
]
