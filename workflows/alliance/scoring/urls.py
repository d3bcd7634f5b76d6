"""The addresses of scorecards: columns, the joint score, and the table on paper."""

from django.urls import URLPattern, path

from workflows.alliance.scoring import joint_pages, pages, paper_pages

urlpatterns: list[URLPattern] = [
    path("scorings/<int:pk>/", pages.scoring, name="scoring"),
    path("scorings/<int:pk>/rows/<slug:code>/", pages.scoring_row, name="scoring_row"),
    path("scorings/<int:pk>/step/", pages.scoring_step, name="scoring_step"),
    path("scorings/<int:pk>/records/<slug:code>/", pages.scoring_records, name="scoring_records"),
    path("scorings/<int:pk>/table.<slug:ending>", paper_pages.scoring_paper, name="scoring_paper"),
    path("pilots/<int:pk>/scoring/", joint_pages.pilot_scoring, name="pilot_scoring"),
    path("pilots/<int:pk>/scoring/rows/<slug:code>/", joint_pages.pilot_scoring_row, name="pilot_scoring_row"),
    path("pilots/<int:pk>/scoring/step/", joint_pages.pilot_scoring_step, name="pilot_scoring_step"),
    path("pilots/<int:pk>/scoring/table.<slug:ending>", paper_pages.pilot_paper, name="pilot_scoring_paper"),
]
