"""Deciding: a coach entrusts a level or says not yet, per skill; or returns the whole case.

Authority, evidence and the state of the case are all read inside the transaction that writes the events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assessments.errors import AlreadyDecided, EvidenceMissing
from assessments.models import Case, SignOffEvent
from assessments.policies import case_policy
from assessments.rules.evidence import EvidenceFinding
from assessments.rules.notices import DECIDED, MORE_ASKED
from assessments.services.ledger.authority import to_decide
from assessments.services.ledger.chain import Chain, settle
from lms import clock
from lms.api import (
    Skill,
    StepKind,
    User,
    act,
    are_one,
    claim_key,
    content_now,
    lock_log,
    progress_of,
    skill_version_now,
    tell,
)
from lms.errors import Conflict, Invalid, NotAllowed
from lms.rules.bounds import SEEN_AGAIN_BY
from lms.rules.days import months_later
from lms.rules.lines import many_lines
from lms.rules.scales import ENTRUSTMENT
from lms.rules.shown import require_same

from .evidence import pieces_of
from .examining import CaseFinding
from .grounds import Grounds, grounds_of
from .renewing import Renewal, renewals
from .shown import decision_at, decision_shown
from .standards import parts_of

LEASE = timedelta(minutes=30)
RECIPROCAL = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Entrust:
    """Entrust a skill at a level 1-5."""

    level: int


@dataclass(frozen=True, slots=True)
class NotYet:
    """Not yet: one next step, and the day on which the learner is seen again."""

    next_step: str
    retry_on: date


Verdict = Entrust | NotYet


@transaction.atomic
def claim_case(*, actor: User, case_uid: UUID, at: datetime) -> Case:
    """Take a case to decide it, for 30 minutes; claiming again prolongs.

    Raises NotFound, NotAllowed, Conflict. Queries: 2-3.
    """
    case = case_policy.get(actor, "decide", uid=case_uid, related=("claimed_by",))
    if case.status == Case.Status.DECIDED:
        raise AlreadyDecided(_("This case is decided already."))
    free = Q(claimed_by=None) | Q(claimed_by=actor) | Q(claimed_until__lte=at)
    open_cases = Case.objects.exclude(status=Case.Status.DECIDED)
    if not open_cases.filter(free, pk=case.pk).update(claimed_by=actor, claimed_until=at + LEASE):
        name = case.claimed_by.get_short_name() if case.claimed_by else ""
        raise Conflict(_("%(name)s is deciding this case now. It comes free within half an hour.") % {"name": name})
    case.claimed_by, case.claimed_until = actor, at + LEASE
    return case


@act
def decide_case(
    *, actor: User, case_uid: UUID, verdicts: Mapping[str, Verdict], why: str, shown: str, key: UUID, at: datetime
) -> list[SignOffEvent]:
    """Decide a case: one event a skill, in the standard's order. The same key gives the same events again.

    verdicts: by skill slug, one for every skill of the standard. Opens Show and completes the demonstration unless a
    countersign is needed first: what follows once a sign-off counts is ``ledger.chain.settle``, for both. Raises
    NotFound, NotAllowed (not the present coach, no grant, oneself, step locked), AlreadyDecided, Changed (``shown`` is
    not what is there now), Conflict (claimed by somebody else, or what others saw is closed to the actor),
    EvidenceMissing, Invalid.
    """
    related = ("learner", "enrolment__person", "version")
    case = case_policy.get(actor, "decide", uid=case_uid, related=related, lock_with=("learner",))
    lock_log()  # two who decide about each other come one after the other, too
    chain, others = Chain.with_others(case.learner_id, Q(key=key) | _signed_for(actor, case.learner, at))
    if before := _made_with(key, case, actor, [*chain.events, *others]):
        return before
    grounds = grounds_of(case, actor, at)
    _check_words(grounds.finding, verdicts, why, clock.today(actor.zone, at))
    _check_authority(actor, case, grounds, at)
    if not grounds.has_read:
        raise Conflict(_("What others saw is closed to you. Open it above, or write down what you saw yourself first."))
    finding, flags = grounds.finding, _flags(actor, case.learner, grounds, others)
    renewed = renewals(finding, chain.events, at)
    _check_shown(case, shown, decision_shown(finding, pieces_of(case), parts_of(finding.spec), renewed, at))
    _close(case, actor, at)
    authority = to_decide(actor, case, finding.skills.values(), at)
    sealed = {**_looked_at(grounds), "authority": authority.rows}
    add = partial(
        chain.add,
        subject=case.learner,
        version=case.version,
        case=case,
        signer=actor,
        authority=authority.capacity,
        key=key,
        at=at,
    )
    made = [
        _add(add, finding, slug, verdicts[slug], sealed=sealed, renews=renewed.get(slug), flags=flags, why=why, at=at)
        for slug in finding.spec.skills
    ]
    counting = [event for event in made if event.kind == SignOffEvent.Kind.SIGNED and not event.flags]
    settle(chain, counting, grounds.paths, actor, key, at)
    words = {"coach": actor.get_short_name(), "standard": case.version.title}
    tell(DECIDED, [case.learner], about=case.uid, words=words, at=at, in_log=[event.uid for event in made])
    return made


def _signed_for(signer: User, learner: User, at: datetime) -> Q:
    """The sign-offs that the learner lately gave to who signs now."""
    return Q(kind=SignOffEvent.Kind.SIGNED, subject=signer, signer=learner, occurred_at__gte=at - RECIPROCAL)


def _made_with(key: UUID, case: Case, actor: User, events: Iterable[SignOffEvent]) -> list[SignOffEvent]:
    """What this form decided before. The ledger holds the key, so a decision needs no act beside it."""
    made = [event for event in events if event.key == key]
    if any((event.case_id, event.signer_id) != (case.pk, actor.pk) for event in made):
        raise Conflict(_("This form was already used for something else. Open the page again and repeat it there."))
    if any(event.payload["content"] != content_now() for event in made):
        raise AlreadyDecided(_("This form was sent before with other content, and that was signed."))
    return made


def _check_words(finding: CaseFinding, verdicts: Mapping[str, Verdict], why: str, today: date) -> None:
    problems = {
        f"{slug}-verdict": _("Decide on %(skill)s too: entrust, or not yet.") % {"skill": skill.title}
        for slug, skill in finding.skills.items()
        if slug not in verdicts
    }
    if not why.strip():
        problems["why"] = _("Say why, in one sentence.")
    for slug, verdict in verdicts.items():
        if isinstance(verdict, NotYet):
            if not verdict.next_step.strip():
                problems[f"{slug}-next_step"] = _("Say what the next step is.")
            problem = SEEN_AGAIN_BY.problem(verdict.retry_on, today)
            if problem:
                problems[f"{slug}-retry_on"] = problem
    if problems:
        raise Invalid(**problems)


def _check_authority(actor: User, case: Case, grounds: Grounds, at: datetime) -> None:
    """NotAllowed for oneself, without a grant now, and while the demonstration is locked. Queries: 2."""
    if are_one(actor.pk, case.learner_id):
        raise NotAllowed(_("Nobody signs for themselves."))
    missing = [skill.title for skill in grounds.finding.skills.values() if skill.pk not in grounds.bases]
    if missing:
        raise NotAllowed(_("You have no observer grant now for %(skills)s.") % {"skills": ", ".join(missing)})
    for state in progress_of(case.enrolment, at).steps:
        about_this = state.step.kind == StepKind.DEMONSTRATION and state.step.content_uid == case.standard_uid
        if about_this and not state.unlocked:
            raise NotAllowed(_("This demonstration is not open yet for the learner; their path says what opens it."))


def _check_shown(case: Case, shown: str, now: str) -> None:
    """The page that was read shows what is there now; whoever comes second to a decision is told that instead."""
    if case.status == Case.Status.DECIDED:
        raise AlreadyDecided(_("This case was decided in the meantime. Your sentence is kept below."))
    require_same(shown, now)


def _close(case: Case, actor: User, at: datetime) -> None:
    """Close it unless somebody else has claimed it. It was read with a lock, so nobody decides it meanwhile."""
    free = Q(claimed_by=None) | Q(claimed_by=actor) | Q(claimed_until__lte=at)
    changes = {"status": Case.Status.DECIDED, "decided_at": at, "claimed_by": None, "claimed_until": None}
    if not Case.objects.filter(free, pk=case.pk).update(**changes):
        raise Conflict(_("Somebody else is deciding this case now. It comes free within half an hour."))


def _add(
    add: Callable[..., SignOffEvent],
    finding: CaseFinding,
    slug: str,
    verdict: Verdict,
    *,
    sealed: Mapping[str, object],
    renews: Renewal | None,
    flags: list[str],
    why: str,
    at: datetime,
) -> SignOffEvent:
    skill, result = finding.skills[slug], finding.findings[slug]
    payload = _payload(result, skill, sealed)
    add = partial(add, skill=skill, payload=payload)
    if isinstance(verdict, NotYet):
        texts = {"why": why, "next_step": verdict.next_step, "retry_on": verdict.retry_on.isoformat()}
        return add(kind=SignOffEvent.Kind.NOT_YET, texts=texts)
    if not 1 <= verdict.level <= result.ceiling:
        if not result.ceiling:
            sentence = _("The evidence does not permit a sign-off of %(skill)s yet.") % {"skill": skill.title}
        else:
            sentence = _("The evidence permits “%(level)s” at most.") % {"level": ENTRUSTMENT[result.ceiling]}
        raise EvidenceMissing(**{f"{slug}-level": sentence})
    return add(
        kind=SignOffEvent.Kind.SIGNED,
        texts={"why": why},
        payload={**payload, "renews": renews.sealed} if renews else payload,
        level=verdict.level,
        valid_until=renews.until if renews else months_later(at.date(), finding.spec.valid_months),
        flags=flags,
    )


def _looked_at(grounds: Grounds) -> dict[str, dict[str, str]]:
    """Fingerprints of everything that was there to be looked at: observations and evidence, by uid."""
    return {
        "observations": {str(uid): digest for uid, digest in grounds.finding.seen.items()},
        "evidence": {str(uid): sha256 for uid, sha256 in grounds.evidence.items()},
    }


def _payload(result: EvidenceFinding, skill: Skill, sealed: Mapping[str, object]) -> dict[str, object]:
    """What the decision rested on: the satisfying set, the rule as it stood, what the skill meant, what was looked at,
    and by which rows it was signed. Queries: 1.
    """
    return {
        "satisfying": sorted(str(uid) for uid in result.satisfying),
        "by_exception": result.by_exception,
        "content": content_now(),
        "rule": {line.name: [line.have, line.need] for line in result.lines},
        "skill_version": skill_version_now(skill),
        **sealed,
    }


def _flags(signer: User, learner: User, grounds: Grounds, others: Iterable[SignOffEvent]) -> list[str]:
    """Why a decision needs a countersign (PRODUCT, invariant 3); empty when it needs none."""
    checks = {
        "provisional": "provisional" in grounds.bases.values(),
        "line_manager": signer.pk in grounds.above,
        "reports_to_learner": learner.pk in grounds.above,
        "reciprocal": any(event.subject_id == signer.pk for event in others),
    }
    return [name for name, found in checks.items() if found]


@act
def return_case(*, actor: User, case_uid: UUID, missing: str, shown: str, key: UUID, at: datetime) -> Case:
    """Give a case back to gather more evidence; nothing is decided.

    Raises NotFound, NotAllowed, AlreadyDecided, Changed, Invalid.
    """
    case = case_policy.get(actor, "decide", uid=case_uid, related=("learner", "version"), lock=True)
    if not claim_key(actor=actor, name="case.return", key=key, at=at, about=case.uid):
        return case
    missing = many_lines(missing)
    if not missing:
        raise Invalid(missing=_("Say what is missing."))
    _check_shown(case, shown, decision_at(case, actor, at))
    changed = (
        Case.objects.filter(Q(claimed_by=None) | Q(claimed_by=actor) | Q(claimed_until__lte=at), pk=case.pk)
        .exclude(status=Case.Status.DECIDED)
        .update(
            status=Case.Status.COLLECTING,
            ready_at=None,
            returned_at=at,
            return_note=missing,
            claimed_by=None,
            claimed_until=None,
        )
    )
    if not changed:
        raise AlreadyDecided(_("This case was decided, or is being decided, by somebody else."))
    words = {"coach": actor.get_short_name(), "standard": case.version.title}
    tell(MORE_ASKED, [case.learner], about=case.uid, words=words, at=at)
    case.refresh_from_db()
    return case
