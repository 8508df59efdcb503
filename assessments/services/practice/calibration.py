"""Calibration: rating the same vignettes as everybody, to see whether one sees what experienced observers see.

References and their reasons are shown for an attempt that was handed in, never before. A pass completes the step on the
person's paths. Where the set decides (``assessments.rules.calibration``) it also renews, for twelve months, a founding
or calibrated grant that the person holds for the skill; a first grant stays Learning's to give, and they are told.

Whoever may edit a set, or did within a year, may take it to learn: it renews nothing of theirs. Who that is, the floor
that holds the content says (``register_authorship``).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from django.utils.translation import gettext as _

from assessments.models import CalibrationAttempt, CalibrationVersion
from assessments.rules.calibration import agreement, decides
from assessments.rules.notices import CALIBRATION_PASSED
from assessments.rules.specs import CalibrationItemSpec, CalibrationSpec
from coaching.api import ObserverGrant, record_grants, unlapsed_grants
from coaching.rules.times import GRANT_MONTHS
from lms.api import (
    LOCKED,
    StepKind,
    User,
    accounts_of,
    act,
    claim_key,
    find_step,
    learning_administrators,
    log_row,
    open_enrolments,
    paths_to_show_on,
    record_completion,
    structure_of,
    tell,
)
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.rules.days import months_later

AGAIN_AFTER = timedelta(hours=20)
RENEWED = (ObserverGrant.Basis.FOUNDING, ObserverGrant.Basis.CALIBRATED)


Authorship = Callable[[User, UUID, datetime], bool]
_authorship: list[Authorship] = []


def register_authorship(asks: Authorship) -> None:
    """Say who could know the references of a set: ``asks`` is given a person, the set's uid and the moment."""
    _authorship.append(asks)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A set as one person meets it: the vignettes in an order of their own, and how their attempts went."""

    version: CalibrationVersion
    spec: CalibrationSpec
    items: tuple[CalibrationItemSpec, ...]
    attempts: tuple[CalibrationAttempt, ...]
    again_at: datetime | None
    for_learning: bool

    @property
    def decides(self) -> bool:
        """Whether this set ever renews a grant: its version says so, and so does the rule as it is now."""
        spec = self.spec
        return self.version.decides and decides(len(spec.items), spec.min_items, spec.kappa, spec.max_bias)

    @property
    def renews(self) -> bool:
        """Whether a pass of this person renews a grant."""
        return self.decides and not self.for_learning


@dataclass(frozen=True, slots=True)
class Rated:
    """One vignette after the attempt: what the person said and what experienced observers say, 1-5, with the reason."""

    item: CalibrationItemSpec
    rating: int

    @property
    def off(self) -> int:
        """How far apart; above 0 the person was milder."""
        return self.rating - self.item.reference

    @property
    def apart(self) -> int:
        """How far apart, without a sign."""
        return abs(self.off)


def calibration_of(actor: User, set_uid: UUID, at: datetime) -> Calibration:
    """The set for a person whose path has it, or who may observe its skill. Queries: 9.

    Raises NotFound (neither), NotAllowed (the step is locked).
    """
    version = CalibrationVersion.objects.filter(set_uid=set_uid).order_by("-number").select_related("skill").first()
    found = find_step(paths_to_show_on(actor, at), StepKind.CALIBRATION, set_uid)
    observes = version and unlapsed_grants(actor, at.date()).filter(skill=version.skill).exists()
    if version is None or not (found or observes):
        raise NotFound(_("This calibration is not on your path."))
    if found and found[1].status == LOCKED and not observes:
        raise NotAllowed(_("This step is not open yet. Your path says what opens it."))
    spec = CalibrationSpec.from_json(version.spec)
    attempts = tuple(CalibrationAttempt.objects.filter(person=actor, version__set_uid=set_uid))
    items = list(spec.items)
    random.Random(f"{actor.uid}:{len(attempts)}").shuffle(items)  # noqa: S311 - an order, not a secret
    again_at = attempts[0].taken_at + AGAIN_AFTER if attempts else None
    for_learning = any(asks(account, set_uid, at) for account in accounts_of(actor) for asks in _authorship)
    later = again_at if again_at and again_at > at else None
    return Calibration(version, spec, tuple(items), attempts, later, for_learning)


@act
def take_calibration(
    *, actor: User, set_uid: UUID, number: int, ratings: Mapping[str, int], key: UUID, at: datetime
) -> CalibrationAttempt:
    """Hand in the ratings of every vignette of one version. A replay gives the same attempt.

    ``number`` is the version that was rated. Raises NotFound, NotAllowed (locked), Conflict (published anew, less than
    20 hours after the last attempt), Invalid (a vignette without a rating 1-5).
    """
    found = calibration_of(actor, set_uid, at)
    if not claim_key(actor=actor, name="calibration.take", key=key, at=at, about=set_uid):
        return CalibrationAttempt.objects.get(uid=key)
    if found.version.number != number:
        raise Conflict(_("This set was published anew in the meantime. Open it again and rate what it says now."))
    if found.again_at:
        raise Conflict(_("Let a night lie between two attempts."))
    missing = [item.id for item in found.spec.items if not 1 <= ratings.get(item.id, 0) <= 5]
    if missing:
        raise Invalid(**{item: _("Say how much supervision was needed.") for item in missing})
    pairs = [(ratings[item.id], item.reference) for item in found.spec.items]
    result = agreement(pairs, kappa=found.spec.kappa, max_bias=found.spec.max_bias)
    attempt = CalibrationAttempt.objects.create(
        uid=key,
        person=actor,
        version=found.version,
        ratings={item.id: ratings[item.id] for item in found.spec.items},
        kappa=_rounded(result.kappa),
        bias=_rounded(result.bias),
        passed=result.passed,
        for_learning=found.for_learning,
        taken_at=at,
    )
    log_row(attempt)
    if result.passed:
        _complete(actor, set_uid, at)
        _renew(found, attempt, at)
    return attempt


def result_of(actor: User, attempt_uid: UUID) -> tuple[CalibrationAttempt, list[Rated]]:
    """One's own attempt with references and reasons, furthest apart first. Raises NotFound. Queries: 1."""
    attempt = CalibrationAttempt.objects.filter(person=actor, uid=attempt_uid).select_related("version__skill").first()
    if attempt is None:
        raise NotFound(_("There is no such attempt of yours."))
    spec = CalibrationSpec.from_json(attempt.version.spec)
    rated = [Rated(item, attempt.ratings[item.id]) for item in spec.items]
    return attempt, sorted(rated, key=lambda row: -row.apart)


def _rounded(value: Fraction) -> Decimal:
    return Decimal(str(round(float(value), 3)))


def _complete(actor: User, set_uid: UUID, at: datetime) -> None:
    for enrolment in open_enrolments(actor):
        if enrolment.is_running:
            for step in structure_of(enrolment.path_version_id).steps_about(StepKind.CALIBRATION, set_uid):
                record_completion(enrolment=enrolment, step=step, by=actor, at=at)


def _renew(found: Calibration, attempt: CalibrationAttempt, at: datetime) -> None:
    """What a pass does to the right to observe, and who learns of it."""
    skill, person = found.version.skill, attempt.person
    words = {"name": person.full_name, "set": found.spec.title, "kappa": f"{attempt.kappa:.2f}", "skill": skill.title}
    held = unlapsed_grants(person, at.date()).filter(skill=skill, basis__in=RENEWED).first()
    if found.for_learning:
        return
    if found.decides and held:
        record_grants(
            person=person,
            skills=[skill],
            basis=ObserverGrant.Basis.CALIBRATED,
            until_on=months_later(at.date(), GRANT_MONTHS),
            attempt_uid=attempt.uid,
            reason=_("Passed the calibration “%(set)s” with an agreement of %(kappa)s.") % words,
            at=at,
        )
        return
    tell(CALIBRATION_PASSED, learning_administrators().exclude(pk=person.pk), words=words, at=at)
