"""The addresses of pages about records: files, the roster."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
