"""The address of the demonstration's control."""

from django.urls import path

from project.demo import pages

urlpatterns = [path("demo/clock/", pages.advance, name="demo_advance")]
