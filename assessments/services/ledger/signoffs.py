"""After the decision: countersigning, revoking, and reading a person's sign-offs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assessments.models import Observation, SignOffEvent
from assessments.policies import signoff_policy
from assessments.rules.ledger import SETTLED, SignOff
from assessments.rules.notices import ATTESTED_TAKEN_BACK, COUNTERSIGNED, TAKEN_BACK
from lms.api import (
    User,
    act,
    active_people,
    claim_key,
    expiring_days,
    lock_log,
    lock_person,
    open_paths,
    people_with_ids,
    tell,
)
from lms.errors import Conflict, Invalid, NotAllowed
from lms.rules.shown import fingerprint, require_same

from .authority import to_follow
from .chain import Chain, folded, settle


@dataclass(frozen=True, slots=True)
class SignOffStanding:
    """One SIGNED or HELD_BEFORE event with what became of it.

    ``status`` adds due and expired, which follow from the day alone.
    """

    event: SignOffEvent
    signoff: SignOff
    status: str


@act
def countersign(
    *, actor: User, event_uid: UUID, agree: bool, why: str, shown: str, key: UUID, at: datetime
) -> SignOffEvent:
    """A second person stands behind a flagged decision, or refuses it with a reason.

    Raises NotFound, NotAllowed (learner, signer, observer of the evidence, no grant), Conflict (done before), Changed,
    Invalid.
    """
    event = signoff_policy.get(
        actor, "view", uid=event_uid, related=("case__learner", "case__version", "version", "subject")
    )
    if not claim_key(actor=actor, name="signoff.countersign", key=key, at=at, about=event.uid):
        return SignOffEvent.objects.get(key=key)
    lock_person(event.subject_id)
    lock_log()
    _require_here(actor)
    if event.followed_by.filter(kind__in=SETTLED).exists():
        raise Conflict(_("This decision no longer waits for a countersign."))
    signoff_policy.get(actor, "countersign", uid=event_uid)
    require_same(shown, signoff_shown(event))
    if not why.strip():
        raise Invalid(why=_("Say in one sentence what you looked at, or why you refuse."))
    kind = SignOffEvent.Kind.COUNTERSIGNED if agree else SignOffEvent.Kind.COUNTERSIGN_REFUSED
    chain = Chain.of(event.subject_id)
    follow_up = _follow(chain, event, kind, actor, why, key, at)
    paths = open_paths().filter(person=event.subject_id)
    settle(chain, [event] if agree else [], paths, actor, key, at)
    words = {"name": actor.get_short_name(), "meaning": event.words, "agreed": agree}
    people = [event.subject, event.signer]
    about = event.case.uid if event.case else None
    tell(COUNTERSIGNED, people, about=about, words=words, at=at, in_log=[follow_up.uid])
    return follow_up


@act
def revoke_signoff(*, actor: User, event_uid: UUID, reason: str, shown: str, key: UUID, at: datetime) -> SignOffEvent:
    """Take a sign-off back, with a reason: a new event says so. Show closes; a completed step stays done.

    Raises NotFound, NotAllowed (neither own act nor L&D, or the learner), Conflict (no longer standing), Changed,
    Invalid (no reason).
    """
    event = signoff_policy.get(
        actor, "view", uid=event_uid, related=("case__learner", "case__version", "version", "subject")
    )
    if not claim_key(actor=actor, name="signoff.revoke", key=key, at=at, about=event.uid):
        return SignOffEvent.objects.get(key=key)
    lock_person(event.subject_id)
    lock_log()
    _require_here(actor)
    signoff_policy.get(actor, "revoke", uid=event_uid)
    if not reason.strip():
        raise Invalid(reason=_("A reversal needs a reason. The learner reads it."))
    chain = Chain.of(event.subject_id)
    if chain.standing()[event.seq].status not in ("active", "awaiting"):
        raise Conflict(_("This sign-off no longer stands, so there is nothing to take back."))
    require_same(shown, signoff_shown(event))
    try:
        with transaction.atomic():
            follow_up = _follow(chain, event, SignOffEvent.Kind.REVOKED, actor, reason, key, at)
            settle(chain, [], (), actor, key, at, fallen=[event])
    except IntegrityError:
        raise Conflict(_("This sign-off was revoked in the meantime.")) from None
    words = {"name": actor.get_short_name(), "meaning": event.words}
    people = [person for person in (event.subject, event.signer) if person.pk != actor.pk]
    kind, about = (TAKEN_BACK, event.case.uid) if event.case else (ATTESTED_TAKEN_BACK, event.uid)
    tell(kind, people, about=about, words=words, at=at, in_log=[follow_up.uid])
    return follow_up


def _require_here(actor: User) -> None:
    """Somebody whose account ended while the page was open no longer acts. Queries: 1."""
    if not active_people().filter(pk=actor.pk).exists():
        raise NotAllowed(_("Your account has ended, so this is no longer yours to do."))


def _follow(
    chain: Chain, event: SignOffEvent, kind: str, actor: User, why: str, key: UUID, at: datetime
) -> SignOffEvent:
    authority = to_follow(actor, event, at)
    return chain.add(
        subject=event.subject,
        version=event.version,
        case=event.case,
        skill=event.skill,
        kind=kind,
        signer=actor,
        authority=authority.capacity,
        texts={"why": why},
        payload={"about": str(event.uid), "authority": authority.rows},
        key=key,
        at=at,
        about=event,
    )


def signers_of(person: User) -> QuerySet[User]:
    """Whoever signed an event about somebody, by name. Queries: 1 when read."""
    return people_with_ids(SignOffEvent.objects.filter(subject=person).values("signer"))


def standings_on(person_ids: Iterable[int], on: date) -> dict[int, list[SignOffStanding]]:
    """Every sign-off of these people as it stands on a day, newest first. Queries: 1-2."""
    by_person: dict[int, list[SignOffEvent]] = {person_id: [] for person_id in person_ids}
    rows = SignOffEvent.objects.filter(subject__in=list(by_person)).select_related("skill", "version", "case", "signer")
    for event in rows.order_by("subject", "seq"):
        by_person[event.subject_id].append(event)
    found, days = {}, expiring_days()
    for person_id, events in by_person.items():
        standing = folded(events)
        signed = [event for event in reversed(events) if event.seq in standing]
        found[person_id] = [
            SignOffStanding(event, standing[event.seq], status_on(standing[event.seq], on, days)) for event in signed
        ]
    return found


def status_on(signoff: SignOff, on: date, days: int) -> str:
    """Its status on a day: an active one is due so many days before its end and expired after its last day."""
    if signoff.status != "active":
        return signoff.status
    left = (signoff.valid_until - on).days
    return "expired" if left < 0 else "due" if left <= days else "active"


def signoff_shown(event: SignOffEvent) -> str:
    """What the page of a sign-off shows: the event, its words, what followed, and what it rests on.

    Queries: 1, and 3 when its words and follow-ups are not fetched yet.
    """
    uids = event.payload.get("satisfying", [])
    rests_on = Observation.objects.filter(uid__in=uids).values_list("uid", "digest")
    later = sorted(event.followed_by.all(), key=lambda row: row.seq)
    return fingerprint("sign-off", *map(_said, (event, *later)), sorted((str(uid), digest) for uid, digest in rests_on))


def _said(event: SignOffEvent) -> list[object]:
    return [event.uid, event.this_hash, {row.name: row.value for row in event.texts.all()}]
