"""The addresses of summarys."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
