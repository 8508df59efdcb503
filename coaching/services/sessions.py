"""Planning, moving, holding and cancelling sessions of a coach and a learner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from coaching.models import CoachProfile, Session
from coaching.policies import help_policy, session_policy
from coaching.rules.notices import (
    SESSION_CANCELLED,
    SESSION_HELD,
    SESSION_MISSED,
    SESSION_MOVED,
    SESSION_PLANNED,
    SESSION_SOON,
    SESSION_WITHOUT_COACH,
)
from coaching.rules.times import MAX_MINUTES, MIN_MINUTES, overlaps
from lms import clock
from lms.api import (
    OPEN,
    Enrolment,
    StepInfo,
    StepKind,
    User,
    act,
    call_off_reminders,
    claim_key,
    labels_of,
    progress_of,
    record_completion,
    remind,
    require_open,
    skills_named,
    structure_of,
    tell,
)
from lms.errors import Conflict, Invalid
from lms.rules.bounds import TALK_HELD, TALK_PLANNED
from lms.rules.lines import many_lines, one_line, shorten
from lms.rules.links import wrong_with_link
from lms.rules.notice_kind import NoticeKind
from lms.rules.said import hour

from .coaches import present_coach

PLANNED, HELD = Session.Status.PLANNED, Session.Status.HELD
RELATED = ("enrolment__person", "coach")
LONGEST_PLACE = 160
REMINDED_BEFORE = timedelta(days=1)


@act
def plan_session(
    *,
    actor: User,
    enrolment_uid: UUID,
    step_uid: UUID | None = None,
    title: str = "",
    planned_at: datetime,
    minutes: int = 30,
    place: str = "",
    skills: Iterable[str] = (),
    key: UUID,
    at: datetime,
) -> Session:
    """Put a session into both diaries; by the learner or their present coach.

    ``step_uid`` names the session step that it stands for; title and skills (slugs) default to its own. Raises
    NotFound, NotAllowed (step locked), Invalid, Conflict (no coach yet, the step has its session, or somebody is busy).
    Queries: at most 25, constant.
    """
    enrolment = help_policy.get(actor, "meet", uid=enrolment_uid, lock=True, related=("person",))
    if not claim_key(actor=actor, name="session.plan", key=key, at=at, about=enrolment.uid):
        return Session.objects.get(uid=key)
    step = _step(enrolment, step_uid, at) if step_uid else None
    coach = actor if actor.pk != enrolment.person_id else present_coach(enrolment, planned_at.date())
    if coach is None:
        raise Conflict(_("You have no coach yet. Your manager chooses one; the session can be planned after that."))
    _check_time(planned_at, minutes, actor, at)
    _check_free(coach, enrolment, planned_at, minutes, actor)
    made = Session.objects.create(
        uid=key,
        enrolment=enrolment,
        coach=coach,
        step_uid=step.uid if step else None,
        title=shorten(title, 160) or (step_title(step) if step else "") or _("Coach session"),
        planned_at=planned_at,
        minutes=minutes,
        place=_place(place),
    )
    slugs = set(skills) or set(step.skills if step else ())
    made.skills.set(skills_named(slugs))
    _tell_other(SESSION_PLANNED, made, actor, at)
    _plan_reminder(made, at)
    return made


def _place(text: str) -> str:
    """Where they meet: a room, or a link, which must be one. Raises Invalid."""
    place = shorten(text, LONGEST_PLACE)
    for word in text.split():
        if "://" in word and (wrong := wrong_with_link(word)):
            raise Invalid(place=wrong)
    return place


@act
def move_session(
    *, actor: User, session_uid: UUID, planned_at: datetime, minutes: int, place: str, key: UUID, at: datetime
) -> Session:
    """Another time or place; by either of the two. Raises NotFound, Invalid, Conflict (over, or somebody is busy)."""
    session = session_policy.get(actor, "change", uid=session_uid, lock=True, related=RELATED)
    if not claim_key(actor=actor, name="session.move", key=key, at=at, about=session.uid):
        return session
    _still_planned(session)
    _check_time(planned_at, minutes, actor, at)
    _check_free(session.coach, session.enrolment, planned_at, minutes, actor, session)
    session.planned_at, session.minutes, session.place = planned_at, minutes, _place(place)
    session.save(update_fields=["planned_at", "minutes", "place"])
    _tell_other(SESSION_MOVED, session, actor, at)
    _plan_reminder(session, at)
    return session


@act
def cancel_session(*, actor: User, session_uid: UUID, reason: str, key: UUID, at: datetime) -> Session:
    """It will not take place; the other one reads why. Raises NotFound, Invalid (no reason), Conflict (over)."""
    session = session_policy.get(actor, "change", uid=session_uid, lock=True, related=RELATED)
    reason = one_line(reason)
    if not reason:
        raise Invalid(reason=_("Say why in a few words: the other one reads it."))
    if claim_key(actor=actor, name="session.cancel", key=key, at=at, about=session.uid):
        _still_planned(session)
        session.status = Session.Status.CANCELLED
        session.save(update_fields=["status"])
        _tell_other(SESSION_CANCELLED, session, actor, at, reason=reason)
        call_off_reminders(SESSION_SOON, [session.uid])
    return session


@act
def miss_session(*, actor: User, session_uid: UUID, key: UUID, at: datetime) -> Session:
    """It did not take place, says the present coach after its time; the step stays open.

    Raises NotFound, NotAllowed (the learner), Conflict (over already, or still to come).
    """
    session = session_policy.get(actor, "hold", uid=session_uid, lock=True, related=RELATED)
    if claim_key(actor=actor, name="session.miss", key=key, at=at, about=session.uid):
        _still_planned(session)
        if session.planned_at > at:
            raise Conflict(_("This session is still to come. Move or cancel it instead."))
        session.status = Session.Status.MISSED
        session.save(update_fields=["status"])
        _tell_other(SESSION_MISSED, session, actor, at)
    return session


@act
def hold_session(
    *,
    actor: User,
    session_uid: UUID,
    shared_notes: str = "",
    private_notes: str = "",
    held_at: datetime,
    key: UUID,
    at: datetime,
) -> Session:
    """The talk took place, says the present coach; completes the step that it stood for.

    Private notes are the actor's own: the session names who held it as its coach. Raises NotFound, NotAllowed (the
    learner), Invalid (held in the future), Conflict (over already). Queries: at most 15, constant.
    """
    session = session_policy.get(actor, "hold", uid=session_uid, lock=True, related=RELATED)
    if not claim_key(actor=actor, name="session.hold", key=key, at=at, about=session.uid):
        return session
    _still_planned(session)
    TALK_HELD.check_moment("held_at", held_at, at, actor.zone)
    session.status, session.coach, session.held_at = HELD, actor, held_at
    session.shared_notes, session.private_notes = many_lines(shared_notes), many_lines(private_notes)
    session.save(update_fields=["status", "coach", "held_at", "shared_notes", "private_notes"])
    step = structure_of(session.enrolment.path_version_id).steps.get(session.step_uid) if session.step_uid else None
    if step:
        record_completion(enrolment=session.enrolment, step=step, by=actor, at=at)
    _tell_other(SESSION_HELD, session, actor, at)
    call_off_reminders(SESSION_SOON, [session.uid])
    return session


@act
def write_notes(
    *, actor: User, session_uid: UUID, shared_notes: str, private_notes: str, key: UUID, at: datetime
) -> Session:
    """Better notes on a session that the actor held and whose learner is still theirs. Raises NotFound, NotAllowed."""
    session = session_policy.get(actor, "write", uid=session_uid, lock=True, related=RELATED)
    if claim_key(actor=actor, name="session.write", key=key, at=at, about=session.uid):
        session.shared_notes, session.private_notes = many_lines(shared_notes), many_lines(private_notes)
        session.save(update_fields=["shared_notes", "private_notes"])
    return session


def next_session(enrolments: Iterable[Enrolment], at: datetime) -> Session | None:
    """The next planned session on any of these enrolments, one under way included. Queries: 1."""
    rows = Session.objects.filter(
        enrolment__in=list(enrolments), status=PLANNED, planned_at__gte=at - timedelta(hours=1)
    )
    return rows.select_related("enrolment__person", "coach").order_by("planned_at").first()


def sessions_between(coach: User, start: datetime, end: datetime) -> list[Session]:
    """What a coach planned from one moment to another, for today's list and the calendar. Queries: 1."""
    rows = Session.objects.filter(coach=coach, status=PLANNED, planned_at__gte=start, planned_at__lt=end)
    return list(rows.select_related("enrolment__person", "enrolment__path"))


def sessions_of(actor: User, enrolment: Enrolment) -> list[Session]:
    """The sessions of an enrolment that the actor may see, newest first, without others' private notes. Queries: 1."""
    rows = session_policy.queryset(actor, "view").filter(enrolment=enrolment)
    return [without_others_notes(row, actor) for row in rows.select_related("coach").order_by("-planned_at")]


def without_others_notes(session: Session, reader: User) -> Session:
    """The row as this reader may have it: private notes only for who wrote them."""
    if session.coach_id != reader.pk:
        session.private_notes = ""
    return session


def follow_coach(enrolment: Enrolment, coach: User | None, at: datetime) -> None:
    """Planned sessions go with the learner to their new coach, or are cancelled where there is none or no time.

    Inside the transaction of the hand-over. Queries: 1, and at most 6 a planned session.
    """
    for session in Session.objects.filter(enrolment=enrolment, status=PLANNED).select_related(*RELATED):
        if coach and (
            session.planned_at < at or not busy(Q(coach=coach), session.planned_at, session.minutes, session)
        ):
            session.coach = coach
        else:
            session.status = Session.Status.CANCELLED
            _tell_other(SESSION_WITHOUT_COACH, session, None, at)
        session.save(update_fields=["coach", "status"])
        _plan_reminder(session, at)


def cancel_planned(sessions: QuerySet[Session]) -> None:
    """What is still planned of these does not take place, and nobody is reminded of it. Queries: 1, or 3."""
    planned = list(sessions.filter(status=PLANNED))
    if planned:
        Session.objects.filter(pk__in=[row.pk for row in planned]).update(status=Session.Status.CANCELLED)
        call_off_reminders(SESSION_SOON, [row.uid for row in planned])


def busy(who: Q, start: datetime, minutes: int, but: Session | None = None) -> Session | None:
    """A planned session in the way, or None. Queries: 1."""
    window = Q(planned_at__lt=start + timedelta(minutes=minutes), planned_at__gt=start - timedelta(minutes=MAX_MINUTES))
    rows = Session.objects.filter(who, window, status=PLANNED).exclude(pk=but.pk if but else 0)
    return next((row for row in rows if overlaps(start, minutes, row.planned_at, row.minutes)), None)


def step_title(step: StepInfo) -> str:
    """What the step is called today. Queries: 0, or 1 for a step about other content."""
    label = labels_of([step.content_uid]).get(step.content_uid) if step.content_uid else None
    return label.title[:160] if label else step.title[:160]


def _step(enrolment: Enrolment, step_uid: UUID, at: datetime) -> StepInfo:
    state = require_open(progress_of(enrolment, at), step_uid)
    if state.step.kind != StepKind.SESSION:
        raise Invalid(step=_("This step is not a coach session."))
    if state.status != OPEN:
        raise Conflict(_("This session of the path was held already."))
    if Session.objects.filter(enrolment=enrolment, step_uid=step_uid, status__in=[PLANNED, HELD]).exists():
        raise Conflict(_("This session of the path is planned already. Move it instead."))
    return state.step


def _check_time(planned_at: datetime, minutes: int, actor: User, at: datetime) -> None:
    if planned_at <= at:
        raise Invalid(planned_at=_("Choose a moment that is still to come."))
    TALK_PLANNED.check_moment("planned_at", planned_at, at, actor.zone)
    if not MIN_MINUTES <= minutes <= MAX_MINUTES:
        raise Invalid(
            minutes=_("A session takes from %(least)s to %(most)s minutes.")
            % {"least": MIN_MINUTES, "most": MAX_MINUTES}
        )


def _check_free(
    coach: User, enrolment: Enrolment, start: datetime, minutes: int, actor: User, but: Session | None = None
) -> None:
    """Bookings never share a minute; the coach's row is locked, so that two people cannot take one hour."""
    CoachProfile.objects.select_for_update().filter(person=coach).first()
    for person, who in ((coach, Q(coach=coach)), (enrolment.person, Q(enrolment__person=enrolment.person))):
        taken = busy(who, start, minutes, but)
        if taken:
            begin = clock.local(taken.planned_at, actor.zone)
            words = {
                "who": person.get_short_name(),
                "from": hour(begin),
                "until": hour(begin + timedelta(minutes=taken.minutes)),
            }
            raise Conflict(_("%(from)s to %(until)s is taken for %(who)s. Choose another time.") % words)


def _still_planned(session: Session) -> None:
    if session.status != PLANNED:
        raise Conflict(_("This session is %(state)s already.") % {"state": session.get_status_display()})


def _tell_other(kind: NoticeKind, session: Session, actor: User | None, at: datetime, **more: str) -> None:
    """Tell the learner and the coach, but not who did it."""
    words = {"who": actor.full_name if actor else "", "when": session.planned_at, "title": session.title, **more}
    others = [person for person in (session.enrolment.person, session.coach) if actor is None or person.pk != actor.pk]
    tell(kind, others, about=session.uid, words=words, at=at)


def _plan_reminder(session: Session, at: datetime) -> None:
    """Both are reminded a day before a session that is planned; what was planned before for it is called off."""
    call_off_reminders(SESSION_SOON, [session.uid])
    if session.status != PLANNED:
        return
    learner, coach = session.enrolment.person, session.coach
    for person, other in ((learner, coach), (coach, learner)):
        words = {"who": other.full_name, "when": session.planned_at, "title": session.title}
        due_at = session.planned_at - REMINDED_BEFORE
        remind(SESSION_SOON, [person], about=session.uid, words=words, due_at=due_at, at=at)


def session_of_step(enrolment: Enrolment, step_uid: UUID) -> UUID | None:
    """The newest session that was planned or held for a step, by uid. Queries: 1."""
    kinds = (Session.Status.PLANNED, Session.Status.HELD)
    rows = Session.objects.filter(enrolment=enrolment, step_uid=step_uid, status__in=kinds)
    return rows.order_by("-planned_at").values_list("uid", flat=True).first()
