"""The addresses of surveys: for those who run one, and for those who are asked."""

from django.urls import URLPattern, path

from workflows.alliance.survey import answer_pages, pages

urlpatterns: list[URLPattern] = [
    path("pilots/<int:pk>/survey/", pages.pilot_survey, name="pilot_survey"),
    path("pilots/<int:pk>/survey/step/", pages.pilot_survey_step, name="pilot_survey_step"),
    path("survey/<slug:token>/", answer_pages.survey_answer, name="survey_answer"),
]
