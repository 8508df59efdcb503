"""Observing: what I saw first, then indicators and how much supervision was needed.

The order is kept by a signed note: ``write_down`` seals the text with the moment and gives it back; only with that seal
are ratings taken. So no rating is shown or entered before the words stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assessments.models import (
    Case,
    CaseReading,
    Observation,
    ObservationIndicator,
    ObservationSkill,
    Request,
)
from assessments.policies import request_policy
from assessments.rules.notices import LEARNER_SEEN, YOUR_LEARNER_SEEN
from assessments.rules.specs import StandardSpec
from coaching.api import coach_of, may_observe
from lms.api import (
    Enrolment,
    Skill,
    StepKind,
    User,
    act,
    are_one,
    claim_key,
    lock_log,
    log_row,
    open_gate,
    paths_to_be_seen_on,
    structure_of,
    tell,
)
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.rules.bounds import OBSERVED
from lms.rules.digest import digest
from lms.rules.lines import many_lines
from lms.rules.shown import require_same

from .case import case_for, refresh_case
from .requests import find_customer
from .shown import encounter_shown
from .standards import parts_of

SEAL_LASTS = timedelta(days=14)
MIN_WORDS = 5
DO_FROM = 3
SALT = "assessments.what-i-saw"


@dataclass(frozen=True, slots=True)
class SealedWords:
    """Words set down before any rating: by whom, about what (a request or an enrolment with a standard), when."""

    text: str
    written_at: datetime


def write_down(*, actor: User, about: UUID, text: str, at: datetime) -> str:
    """Seal *what I saw*; the seal is asked for with the ratings. Raises Invalid when it says too little. Queries: 0."""
    text = many_lines(text)
    if len(text.split()) < MIN_WORDS:
        raise Invalid(what_i_saw=_("Write what you saw and heard, in a sentence or two, before you rate anything."))
    return signing.dumps([str(actor.uid), str(about), text, at.isoformat()], salt=SALT)


def open_seal(*, actor: User, about: UUID, seal: str, at: datetime) -> SealedWords:
    """The sealed words.

    Raises Invalid for a seal of somebody else, of another encounter, from after ``at``, or older than 14 days.
    """
    try:
        who, what, text, written = signing.loads(seal, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise Invalid(what_i_saw=_("Write what you saw first.")) from None
    written_at = datetime.fromisoformat(written)
    if (who, what) != (str(actor.uid), str(about)) or not timedelta(0) < at - written_at <= SEAL_LASTS:
        raise Invalid(what_i_saw=_("Write what you saw first."))
    return SealedWords(text, written_at)


@act
def record_observation(
    *,
    actor: User,
    request_uid: UUID | None = None,
    enrolment_uid: UUID | None = None,
    standard_uid: UUID | None = None,
    seal: str,
    context: str,
    occurred_at: datetime,
    ratings: Mapping[str, int],
    marks: Mapping[str, str],
    customer_uid: UUID | None = None,
    shown: str,
    key: UUID,
    at: datetime,
) -> Observation:
    """Set down what was seen once: for a request, or unasked (*I just saw this*) for a learner and a standard.

    ratings: supervision needed 1-5 by skill slug, for the skills that the actor may observe; marks: by
    "skill/indicator".
    Opens Do for each skill at 3 or better. Raises NotFound, NotAllowed (no grant, oneself, has read the others),
    Conflict (observed already), Changed (``shown`` is not the standard with the skills that the actor may rate now),
    Invalid (not within 7 days, unknown place, no rating, nothing written before).
    """
    request = None
    if request_uid:
        request = request_policy.get(actor, "view", uid=request_uid, related=("case__enrolment",), lock=True)
        enrolment, standard = request.case.enrolment, request.case.standard_uid
    else:
        enrolment, standard = _learner_on(enrolment_uid, standard_uid)
    _refuse_oneself(actor, enrolment)
    if request and request.observer_id != actor.pk:
        raise NotAllowed(_("Somebody else was asked to watch this. If you saw it too, write it down as your own."))
    if not claim_key(actor=actor, name="observation.record", key=key, at=at, about=key):
        return Observation.objects.get(uid=key)
    if request and not Request.objects.filter(pk=request.pk, status__in=Request.WAITING).update(
        status=Request.Status.OBSERVED, answered_at=at
    ):
        raise Conflict(_("This request no longer waits: it was observed, withdrawn or has lapsed."))
    found = request.case if request else case_for(enrolment, standard, at)
    # Held until the end: a decision, or choosing to read the others, at this moment waits for us or we for it.
    case = Case.objects.select_for_update(of=("self",)).select_related("version", "learner").get(pk=found.pk)
    if case.status == Case.Status.DECIDED:
        raise Conflict(_("This case was decided in the meantime. What you saw belongs to the next round."))
    if CaseReading.objects.filter(case=case, person=actor).exists():
        raise NotAllowed(_("You chose to read the others' observations of this round, so you no longer add one to it."))
    about = request.uid if request else enrolment.uid
    sealed = open_seal(actor=actor, about=about, seal=seal, at=at)
    if case.observations.filter(observer=actor, written_at=sealed.written_at).exists():
        raise Conflict(_("What you wrote about this encounter is in the record already. Write anew about another one."))
    spec = StandardSpec.from_json(case.version.spec)
    lock_log()
    _refuse_oneself(actor, enrolment)  # their accounts may have been joined while this waited
    skills = _skills_to_rate(actor, case, spec, ratings, shown, at)
    OBSERVED.check_moment("occurred_at", occurred_at, at, actor.zone)
    if context not in spec.where:
        raise Invalid(context=_("Choose one of the places that the standard permits."))
    customer = find_customer(customer_uid)
    observation = Observation(
        uid=key,
        person_id=enrolment.person_id,
        observer=actor,
        version=case.version,
        case=case,
        request=request,
        context=context,
        customer=customer,
        customer_name=customer.name if customer else "",
        what_i_saw=sealed.text,
        written_at=sealed.written_at,
        occurred_at=occurred_at,
        recorded_at=at,
    )
    rated = [
        ObservationSkill(observation=observation, skill=skill, supervision=ratings[skill.slug]) for skill in skills
    ]
    marked = _indicators(observation, spec, skills, marks)
    observation.digest = observation_digest(observation, rated, marked)
    try:
        with transaction.atomic():
            observation.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("This encounter was observed already.")) from None
    ObservationSkill.objects.bulk_create(rated)
    ObservationIndicator.objects.bulk_create(marked)
    log_row(observation)
    for skill in skills:
        if ratings[skill.slug] >= DO_FROM:
            open_gate(person_id=enrolment.person_id, skill_id=skill.pk, gate="do", source=f"observation:{key}", at=at)
    coach = coach_of(enrolment)
    refresh_case(case, coach.pk if coach else None, at)
    _tell(observation, case, coach, at)
    return observation


def observation_digest(
    observation: Observation, ratings: Iterable[ObservationSkill], indicators: Iterable[ObservationIndicator]
) -> str:
    """A fingerprint of everything an observation says; decisions record it, verifying recomputes it.

    Queries: 0, or 1 for the request.
    """
    return digest(
        {
            "uid": observation.uid,
            "person": observation.person_id,
            "observer": observation.observer_id,
            "version": observation.version_id,
            "case": observation.case_id,
            "request": _asked(observation.request),
            "customer": [observation.customer_id, observation.customer_name],
            "context": observation.context,
            "what_i_saw": observation.what_i_saw,
            "written_at": observation.written_at.astimezone(UTC).isoformat(),
            "occurred_at": observation.occurred_at.astimezone(UTC).isoformat(),
            "recorded_at": observation.recorded_at.astimezone(UTC).isoformat(),
            "ratings": {row.skill.slug: row.supervision for row in ratings},
            "indicators": {f"{row.skill.slug}/{row.indicator}": row.mark for row in indicators},
        }
    )


def _asked(request: Request | None) -> list[object]:
    """Of a request what was asked: whom, where, when, with which customer; how it went on is not part of it."""
    if request is None:
        return []
    return [
        request.pk,
        request.uid,
        request.case_id,
        request.observer_id,
        request.context,
        request.customer_id,
        request.planned_on,
    ]


def _refuse_oneself(actor: User, enrolment: Enrolment) -> None:
    """NotAllowed for the learner, by another account too. Queries: 1."""
    if are_one(enrolment.person_id, actor.pk):
        raise NotAllowed(_("Nobody observes themselves."))


def _learner_on(enrolment_uid: UUID | None, standard_uid: UUID | None) -> tuple[Enrolment, UUID]:
    """The enrolment whose path holds the standard, and that standard; NotFound otherwise."""
    if enrolment_uid and standard_uid:
        enrolment = paths_to_be_seen_on().filter(uid=enrolment_uid).select_related("person").first()
    else:
        enrolment = None
    if enrolment and standard_uid:
        structure = structure_of(enrolment.path_version_id)
        if structure.steps_about(StepKind.DEMONSTRATION, standard_uid):
            return enrolment, standard_uid
    raise NotFound(_("This standard is not on that person's path."))


def _skills_to_rate(
    actor: User, case: Case, spec: StandardSpec, ratings: Mapping[str, int], shown: str, at: datetime
) -> list[Skill]:
    """The skills of the standard that the actor may observe, as their page showed them; each needs one rating 1-5.

    Authority is read here.
    """
    all_skills = {skill.pk: skill for skill in case.version.skills.all()}
    granted = may_observe(actor.pk, list(all_skills), at)
    skills = [skill for pk, skill in all_skills.items() if pk in granted]
    if not skills or not actor.is_active:
        raise NotAllowed(_("You have no observer grant for these skills now."))
    require_same(shown, encounter_shown(case.version, granted, parts_of(spec)))
    if set(ratings) != {skill.slug for skill in skills} or not all(1 <= value <= 5 for value in ratings.values()):
        raise Invalid(ratings=_("Say for each skill how much supervision was needed."))
    return skills


def _indicators(
    observation: Observation, spec: StandardSpec, skills: list[Skill], marks: Mapping[str, str]
) -> list[ObservationIndicator]:
    by_slug = {skill.slug: skill for skill in skills}
    rows = []
    for name in spec.indicators:
        slug, _slash, indicator = name.partition("/")
        mark = marks.get(name, ObservationIndicator.Mark.NO_OPPORTUNITY)
        if mark not in ObservationIndicator.Mark.values:
            raise Invalid(marks=_("Mark each sign as seen, partly, not seen or no opportunity."))
        if slug in by_slug:
            rows.append(
                ObservationIndicator(observation=observation, skill=by_slug[slug], indicator=indicator, mark=mark)
            )
    return rows


def _tell(observation: Observation, case: Case, coach: User | None, at: datetime) -> None:
    words = {
        "observer": observation.observer.get_short_name(),
        "learner": case.learner.get_short_name(),
        "standard": case.version.title,
    }
    tell(LEARNER_SEEN, [case.learner], about=case.uid, words=words, at=at)
    if coach and coach.pk != observation.observer_id:
        tell(YOUR_LEARNER_SEEN, [coach], about=case.uid, words=words, at=at)
