"""The addresses of common problems."""

from django.urls import URLPattern, path

from workflows.common_problem import pages

urlpatterns: list[URLPattern] = [
    path("common-problems/", pages.common_problems, name="common_problems"),
    path("common-problems/declare/", pages.common_problem_declare, name="common_problem_declare"),
    path("common-problems/<int:pk>/", pages.common_problem, name="common_problem"),
    path("common-problems/<int:pk>/<slug:verb>/", pages.common_problem_verb, name="common_problem_verb"),
]
