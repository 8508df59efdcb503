"""Addresses of judging."""

from django.urls import path

from assessments.views import practice, recall

urlpatterns = [
    path("practice/", practice.practice, name="practice"),
    path("practice/<uuid:scenario_uid>/", practice.brief, name="practice_brief"),
    path("practice/attempt/<uuid:attempt_uid>/", practice.attempt, name="practice_attempt"),
    path("practice/attempt/<uuid:attempt_uid>/delete/", practice.delete, name="practice_delete"),
    path("recall/", recall.recall, name="recall"),
    path("recall/<uuid:recall_uid>/", recall.answer, name="recall_answer"),
]
