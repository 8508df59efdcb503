"""Addresses of judging."""

from django.urls import path

from assessments.views import calibration, decide, evidence, observe, practice, queue, recall, requests, signoffs, team

urlpatterns = [
    path("practice/", practice.practice, name="practice"),
    path("practice/<uuid:scenario_uid>/", practice.brief, name="practice_brief"),
    path("practice/attempt/<uuid:attempt_uid>/", practice.attempt, name="practice_attempt"),
    path("practice/attempt/<uuid:attempt_uid>/delete/", practice.delete, name="practice_delete"),
    path("recall/", recall.recall, name="recall"),
    path("recall/<uuid:recall_uid>/", recall.answer, name="recall_answer"),
    path("calibration/<uuid:set_uid>/", calibration.calibration, name="calibration"),
    path("calibration/results/<uuid:attempt_uid>/", calibration.result, name="calibration_result"),
    path("requests/", requests.requests, name="requests"),
    path("requests/new/<uuid:step_uid>/", requests.request_new, name="request_new"),
    path("requests/<uuid:case_uid>/", requests.case, name="case"),
    path("requests/<uuid:request_uid>/withdraw/", requests.request_withdraw, name="request_withdraw"),
    path("requests/<uuid:case_uid>/evidence/", evidence.evidence_add, name="evidence_add"),
    path("evidence/<uuid:evidence_uid>/", evidence.evidence_file, name="evidence_file"),
    path("evidence/<uuid:evidence_uid>/withdraw/", evidence.evidence_withdraw, name="evidence_withdraw"),
    path("observe/", observe.observe_index, name="observe_index"),
    path("observe/new/", observe.observe_new, name="observe_new"),
    path("observe/<uuid:request_uid>/", observe.observe, name="observe"),
    path("observe/<uuid:request_uid>/answer/", observe.observe_answer, name="observe_answer"),
    path("coach/", queue.coach_queue, name="coach_queue"),
    path("coach/cases/<uuid:case_uid>/", decide.case_decide, name="case_decide"),
    path("coach/cases/<uuid:case_uid>/claim/", decide.case_claim, name="case_claim"),
    path("coach/cases/<uuid:case_uid>/read/", decide.case_read, name="case_read"),
    path("coach/cases/<uuid:case_uid>/return/", decide.case_return, name="case_return"),
    path("signoffs/<uuid:event_uid>/", signoffs.signoff, name="signoff"),
    path("signoffs/<uuid:event_uid>/countersign/", signoffs.countersign, name="countersign"),
    path("signoffs/<uuid:event_uid>/revoke/", signoffs.revoke, name="revoke"),
    path("team/", team.team, name="team"),
    path("team/export.csv", team.team_csv, name="team_csv"),
    path("team/export.xlsx", team.team_xlsx, name="team_xlsx"),
    path("people/<uuid:person_uid>/", team.person_readiness, name="person_readiness"),
    path("people/<uuid:person_uid>/external/", team.external_done, name="external_done"),
]
