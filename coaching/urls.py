"""Addresses of helping."""

from django.urls import path

from coaching.views import (
    challenges,
    coach,
    coaches,
    commitments,
    enrolments,
    exchange,
    grants,
    people,
    roll,
    sessions,
    standing,
)

urlpatterns = [
    path("exchange/", exchange.exchange, name="exchange"),
    path("exchange/ask/", exchange.exchange_ask, name="exchange_ask"),
    path("exchange/example/", exchange.exchange_example, name="exchange_example"),
    path("exchange/<uuid:thread_uid>/", exchange.exchange_thread, name="exchange_thread"),
    path("sessions/plan/", sessions.session_plan, name="session_plan"),
    path("sessions/<uuid:session_uid>/", sessions.session, name="session"),
    path("commitments/new/", commitments.commitment_new, name="commitment_new"),
    path("commitments/<uuid:commitment_uid>/", commitments.commitment, name="commitment"),
    path("challenges/new/", challenges.challenge_new, name="challenge_new"),
    path("challenges/<uuid:challenge_uid>/", challenges.challenge, name="challenge"),
    path("coach/people/<uuid:enrolment_uid>/propose/", people.coach_propose, name="coach_propose"),
    path("coach/away/", coach.coach_away, name="coach_away"),
    path("team/enrol/", people.team_enrol, name="team_enrol"),
    path("team/coach/<uuid:enrolment_uid>/", people.team_coach, name="team_coach"),
    path("people/", roll.people, name="people"),
    path("enrolments/many/", enrolments.enrolments_many, name="enrolments_many"),
    path("enrolments/rules/", enrolments.enrolments_rules, name="enrolments_rules"),
    path("enrolments/rules/new/", enrolments.enrolments_rule_new, name="enrolments_rule_new"),
    path("enrolments/rules/<uuid:rule_uid>/", enrolments.enrolments_rule, name="enrolments_rule"),
    path("people/coach-profile/", coaches.coach_profiles, name="coach_profiles"),
    path("people/coach-profile/<uuid:person_uid>/end/", coaches.coach_end, name="coach_profiles_end"),
    path("people/grants/", grants.observer_grants, name="observer_grants"),
    path("people/grants/give/", grants.observer_grants_give, name="observer_grants_give"),
    path("people/grants/<uuid:person_uid>/", grants.observer_grants_person, name="observer_grants_person"),
    path("roles/<uuid:holding_uid>/coach/", standing.role_coach, name="role_coach"),
    path("my-people/", people.my_people, name="my_people"),
]
