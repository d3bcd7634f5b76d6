"""The addresses of county verification."""

from django.urls import path

from workflows.quality_cycle import verification_decisions as decisions
from workflows.quality_cycle import verification_pages as pages
from workflows.quality_cycle import verification_queue as queue

urlpatterns = [
    path("verifications/", queue.verifications, name="verifications"),
    path("cases/<int:pk>/verification/", pages.verification, name="verification"),
    path("cases/<int:pk>/verification/items/<str:code>/", pages.verification_item, name="verification_item"),
    path("cases/<int:pk>/verification/visit/", decisions.verification_visit, name="verification_visit"),
    path("cases/<int:pk>/verification/agree/", decisions.verification_agree, name="verification_agree"),
    path("cases/<int:pk>/verification/conclusion/", decisions.verification_conclusion, name="verification_conclusion"),
    path("cases/<int:pk>/findings/add/", decisions.finding_add, name="finding_add"),
]
