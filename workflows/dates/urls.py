"""The addresses of pages about dates."""

from django.urls import URLPattern, path

from workflows.dates import closure_pages, pages

urlpatterns: list[URLPattern] = [
    path("work-items/<int:pk>/due/", pages.work_item_due, name="work_item_due"),
    path("cases/<int:pk>/limit/", pages.finding_limit, name="finding_limit"),
    path("closures/", closure_pages.closures, name="closures"),
    path("closures/<int:pk>/withdraw/", closure_pages.withdraw, name="closure_withdraw"),
]
