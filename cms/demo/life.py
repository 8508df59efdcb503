"""One learner's hands: what a learner and the people around them do, at a given moment, through the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from assessments.api import (
    Attempt,
    Case,
    Entrust,
    NotYet,
    ScenarioVersion,
    SignOffEvent,
    StandardVersion,
    add_evidence,
    choose_in_attempt,
    claim_case,
    countersign,
    decide_case,
    decision_at,
    encounter_at,
    mark_response,
    record_observation,
    request_observation,
    revoke_signoff,
    signoff_shown,
    start_attempt,
    write_down,
    write_response,
)
from assessments.rules.specs import ScenarioSpec, StandardSpec
from coaching.api import (
    Commitment,
    Post,
    Thread,
    accept_post,
    answer_challenge,
    answer_thread,
    ask_challenge,
    challenge_shown,
    commitment_now,
    confirm_commitment,
    customers_to_choose,
    hold_session,
    make_commitment,
    plan_session,
    post_shown,
    report_commitment,
)
from lms.api import Enrolment, StepInfo, User, complete_lesson, mark_external_done, steering_shown, waive_step

from .company import Company
from .routes import Route


class Life:
    """A learner on a path. Every method is one act, or the few that belong together, at the moment given."""

    def __init__(self, company: Company, enrolment: Enrolment, coach_at: Callable[[datetime], User | None]) -> None:
        self.company = company
        self.key = company.key
        self.enrolment = enrolment
        self.learner = enrolment.person
        self.coach_at = coach_at

    def read(self, step: StepInfo, at: datetime, lessons: int | None = None) -> None:
        """Read the lessons of a course, a quarter of an hour each; ``lessons`` stops after so many."""
        for number, lesson in enumerate(step.lessons[:lessons]):
            complete_lesson(
                actor=self.learner, lesson_uid=lesson.uid, key=self.key(), at=at + timedelta(minutes=15 * number)
            )

    def bring_example(self, skill: str, words: str, at: datetime, accepted_at: datetime) -> None:
        """Answer the prompt of a skill with an example, which the coach accepts."""
        thread = Thread.objects.get(skill__slug=skill, is_prompt=True)
        post = answer_thread(
            actor=self.learner, thread_uid=thread.uid, kind=Post.Kind.EXAMPLE, body=words, key=self.key(), at=at
        )
        accept_post(
            actor=self._coach(accepted_at), post_uid=post.uid, shown=post_shown(post), key=self.key(), at=accepted_at
        )

    def discuss(self, step: StepInfo, words: str, at: datetime) -> None:
        """Say something in the prompt's thread."""
        thread = Thread.objects.get(skill__uid=step.content_uid, is_prompt=True)
        answer_thread(
            actor=self.learner, thread_uid=thread.uid, kind=Post.Kind.ANSWER, body=words, key=self.key(), at=at
        )

    def practise(self, step: StepInfo, route: Route, at: datetime) -> Attempt:
        """Play a scenario along a route, a minute a turn."""
        attempt = start_attempt(
            actor=self.learner, scenario_uid=step.content_uid or UUID(int=0), restart=True, key=self.key(), at=at
        )
        spec = ScenarioSpec.from_json(attempt.version.spec)
        choices = dict(route)
        while attempt.finished_at is None:
            at += timedelta(minutes=1)
            node = spec.node(attempt.node)
            if node.kind == "decision":
                attempt = choose_in_attempt(
                    actor=self.learner,
                    attempt_uid=attempt.uid,
                    node=node.id,
                    choice=choices[node.id],
                    confidence="think",
                    key=self.key(),
                    at=at,
                )
                continue
            words = "Thank you for the hour. You said what that summer cost; I will bring one page by Friday week."
            write_response(actor=self.learner, attempt_uid=attempt.uid, node=node.id, text=words, key=self.key(), at=at)
            attempt = mark_response(
                actor=self.learner,
                attempt_uid=attempt.uid,
                node=node.id,
                ticks=[line.id for line in node.look_for[:2]],
                key=self.key(),
                at=at + timedelta(seconds=30),
            )
        return attempt

    def meet(self, step: StepInfo, at: datetime, notes: str) -> None:
        """A planned session that was held."""
        session = plan_session(
            actor=self._coach(at),
            enrolment_uid=self.enrolment.uid,
            step_uid=step.uid,
            planned_at=at,
            key=self.key(),
            at=at - timedelta(hours=1),
        )
        after = at + timedelta(minutes=40)
        hold_session(
            actor=self._coach(at), session_uid=session.uid, shared_notes=notes, held_at=at, key=self.key(), at=after
        )

    def book(self, step: StepInfo, planned_at: datetime, at: datetime) -> None:
        """A session that lies ahead."""
        plan_session(
            actor=self.learner,
            enrolment_uid=self.enrolment.uid,
            step_uid=step.uid,
            planned_at=planned_at,
            key=self.key(),
            at=at,
        )

    def commit(
        self, step: StepInfo, at: datetime, report: str = "", confirm: tuple[str, ...] = (), days: int = 4
    ) -> None:
        """Promise something; with a report it was done, with skills the coach confirmed these."""
        customers = customers_to_choose()
        commitment = make_commitment(
            actor=self.learner,
            enrolment_uid=self.enrolment.uid,
            step_uid=step.uid,
            what=step.title,
            customer_uid=customers[self.learner.pk % len(customers)].uid,
            by_on=(at + timedelta(days=days)).date(),
            key=self.key(),
            at=at,
        )
        done = at + timedelta(days=max(days - 1, 0), hours=2)
        if report:
            report_commitment(actor=self.learner, commitment_uid=commitment.uid, report=report, key=self.key(), at=done)
        if confirm:
            at = done + timedelta(hours=20)
            confirm_commitment(
                actor=self._coach(at),
                commitment_uid=commitment.uid,
                skill_slugs=confirm,
                shown=commitment_now(Commitment.objects.get(pk=commitment.pk)),
                key=self.key(),
                at=at,
            )

    def finish_external(self, step: StepInfo, manager: User, at: datetime) -> None:
        """The manager says that training elsewhere is done."""
        mark_external_done(actor=manager, enrolment_uid=self.enrolment.uid, step_uid=step.uid, key=self.key(), at=at)

    def spare(self, step: StepInfo, manager: User, why: str, at: datetime) -> None:
        """The manager says that a step need not be done."""
        waive_step(
            actor=manager,
            enrolment_uid=self.enrolment.uid,
            step_uid=step.uid,
            reason=why,
            shown=steering_shown(self.enrolment),
            key=self.key(),
            at=at,
        )

    def ask(self, step: StepInfo, observer: User, context: str, planned: datetime, at: datetime) -> UUID:
        """Ask somebody to watch; the uid of the request."""
        request = request_observation(
            actor=self.learner,
            enrolment_uid=self.enrolment.uid,
            step_uid=step.uid,
            observer_uid=observer.uid,
            context=context,
            planned_on=planned.date(),
            customer_uid=self._customer(context),
            key=self.key(),
            at=at,
        )
        return request.uid

    def seen(
        self,
        observer: User,
        ratings: dict[str, int],
        words: str,
        at: datetime,
        *,
        context: str,
        request: UUID | None = None,
        standard: UUID | None = None,
        marks: dict[str, str] | None = None,
    ) -> None:
        """An observation, asked for or not: the words first, ratings five minutes later."""
        version = self._asked_for(request, standard)
        about = request or self.enrolment.uid
        seal = write_down(actor=observer, about=about, text=words, at=at)
        record_observation(
            actor=observer,
            request_uid=request,
            enrolment_uid=None if request else self.enrolment.uid,
            standard_uid=None if request else standard,
            seal=seal,
            context=context,
            occurred_at=at - timedelta(hours=1),
            ratings=ratings,
            marks=marks or {},
            customer_uid=self._customer(context),
            shown=encounter_at(version, observer, at),
            key=self.key(),
            at=at + timedelta(minutes=5),
        )

    def attach(self, case_uid: UUID, item: str, words: str, at: datetime) -> None:
        """A piece of written evidence."""
        add_evidence(actor=self.learner, case_uid=case_uid, text=words, item=item, key=self.key(), at=at)

    def decided(
        self, case_uid: UUID, verdicts: dict[str, Entrust | NotYet], why: str, at: datetime
    ) -> list[SignOffEvent]:
        """The coach decides."""
        coach = self._coach(at)
        claim_case(actor=coach, case_uid=case_uid, at=at - timedelta(minutes=10))
        shown = decision_at(Case.objects.select_related("version").get(uid=case_uid), coach, at)
        return decide_case(
            actor=coach, case_uid=case_uid, verdicts=verdicts, why=why, shown=shown, key=self.key(), at=at
        )

    def countersigned(self, events: list[SignOffEvent], by: User, at: datetime) -> None:
        """Somebody else stands behind flagged decisions."""
        for event in events:
            if event.flags and event.kind == SignOffEvent.Kind.SIGNED:
                words = "Read both observations and the evidence; they carry the decision."
                countersign(
                    actor=by,
                    event_uid=event.uid,
                    agree=True,
                    why=words,
                    shown=signoff_shown(event),
                    key=self.key(),
                    at=at,
                )

    def taken_back(self, event: SignOffEvent, by: User, reason: str, at: datetime) -> None:
        """A sign-off is revoked."""
        revoke_signoff(actor=by, event_uid=event.uid, reason=reason, shown=signoff_shown(event), key=self.key(), at=at)

    def ask_early(self, step: StepInfo, why: str, at: datetime, answer: str, answered_at: datetime) -> None:
        """Ask to be seen before the path opens a demonstration; the coach says yes."""
        asked = ask_challenge(
            actor=self.learner, enrolment_uid=self.enrolment.uid, step_uid=step.uid, why=why, key=self.key(), at=at
        )
        answer_challenge(
            actor=self._coach(answered_at),
            challenge_uid=asked.uid,
            accept=True,
            words=answer,
            shown=challenge_shown(asked),
            key=self.key(),
            at=answered_at,
        )

    def _asked_for(self, request: UUID | None, standard: UUID | None) -> StandardVersion:
        """The standard as an observer reads it: of the case that is open, else the newest."""
        cases = Case.objects.filter(enrolment=self.enrolment).exclude(status=Case.Status.DECIDED)
        wanted = cases.filter(requests__uid=request) if request else cases.filter(standard_uid=standard)
        case = wanted.select_related("version").first()
        return case.version if case else StandardVersion.objects.filter(standard_uid=standard).latest("number")

    def _coach(self, at: datetime) -> User:
        coach = self.coach_at(at)
        if coach is None:
            raise ValueError(f"{self.learner} has no coach.")
        return coach

    def _customer(self, context: str) -> UUID | None:
        customers = customers_to_choose()
        return customers[self.learner.pk % len(customers)].uid if "customer" in context or "call" in context else None


def scenario_spec(step: StepInfo) -> ScenarioSpec:
    """The newest version of the scenario that a practice step is about."""
    version = ScenarioVersion.objects.filter(scenario_uid=step.content_uid).latest("number")
    return ScenarioSpec.from_json(version.spec)


def standard_spec(step: StepInfo) -> StandardSpec:
    """The newest version of the standard that a demonstration step is about."""
    return StandardSpec.from_json(StandardVersion.objects.filter(standard_uid=step.content_uid).latest("number").spec)
