"""The addresses of programmes, work plans and what is asked of a year."""

from django.urls import URLPattern, path

from workflows.programme import pages, requirements_pages, work_plan_pages

urlpatterns: list[URLPattern] = [
    path("programmes/", pages.programmes, name="programmes"),
    path("programmes/start/", pages.programme_start, name="programme_start"),
    path("programmes/<int:pk>/", pages.programme, name="programme"),
    path("programmes/<int:pk>/draft/", pages.programme_draft, name="programme_draft"),
    path("programmes/<int:pk>/cycles/", pages.programme_cycles, name="programme_cycles"),
    path("programmes/<int:pk>/<str:verb>/", pages.programme_verb, name="programme_verb"),
    path("work-plans/<int:pk>/", work_plan_pages.work_plan, name="work_plan"),
    path("work-plans/<int:pk>/draft/", work_plan_pages.work_plan_draft, name="work_plan_draft"),
    path("work-plans/<int:pk>/<str:verb>/", work_plan_pages.work_plan_verb, name="work_plan_verb"),
    path("requirements/", requirements_pages.requirements, name="requirements"),
]
