"""What of the ledger falls when accounts turn out to be one human's: standing sign-offs that rest on the learner.

Nothing is taken out of the ledger: each such sign-off gets a REVOKED event, in the name of whoever joins the accounts
and in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID, uuid5

from assessments.models import HeldBefore, ObservationSkill, SignOffEvent
from assessments.rules.evidence import Seen
from assessments.rules.notices import ATTESTED_TAKEN_BACK, TAKEN_BACK
from assessments.rules.one_human import SignedOn, why_it_falls
from assessments.rules.specs import StandardSpec
from lms.api import User, is_learning_administrator, tell
from lms.rules.duties import ADMINISTRATOR

from .authority import LEARNING, Authority
from .chain import Chain, settle

JOINER = "administrator"
"""As what an administrator takes back who is no learning administrator: only with a joining, which the event names."""
STANDING = ("active", "awaiting")


@dataclass(frozen=True, slots=True)
class Falling:
    """A standing sign-off that rests on the learner's other account, and why (``rules.one_human``)."""

    event: SignOffEvent
    why: str


def falling_among(accounts: Sequence[int]) -> list[Falling]:
    """The standing sign-offs about any of these accounts that rest on another of them, if all are one human's.

    Queries: 1 an account, and 2 a standing sign-off.
    """
    found = []
    for account in accounts:
        chain, selves = Chain.of(account), set(accounts) - {account}
        standing = chain.standing()
        for event in chain.events:
            if event.seq in standing and standing[event.seq].status in STANDING:
                why = why_it_falls(signed_on(event, chain.events, _seen_for(event), _recorder_of(event)), selves)
                if why:
                    found.append(Falling(event, why))
    return found


def signed_on(
    event: SignOffEvent, chain: Iterable[SignOffEvent], seen: Sequence[Seen], recorder: int | None
) -> SignedOn:
    """What a sign-off was signed on; ``chain`` are the events of its learner, ``recorder`` is who recorded what was
    held before. Queries: those of its version.
    """
    rows = (row for row in chain if row.about_id == event.pk and row.kind == SignOffEvent.Kind.COUNTERSIGNED)
    second = next((row.signer_id for row in rows), recorder)
    spec = StandardSpec.from_json(event.version.spec)
    return SignedOn(event.signer_id, second, event.level or 0, event.occurred_at, spec, seen)


def _recorder_of(event: SignOffEvent) -> int | None:
    """Who recorded what was held before. Queries: 1, 0 for every other event."""
    if event.kind != SignOffEvent.Kind.HELD_BEFORE:
        return None
    return HeldBefore.objects.filter(uid=event.payload["entry"]).values_list("recorded_by_id", flat=True).first()


def take_back(
    *, actor: User, found: Sequence[Falling], joining: UUID, reason: str, key: UUID, at: datetime
) -> list[SignOffEvent]:
    """Revoke these; their gates close, learner and signer are told. Inside the act that joins the accounts, whose first
    joining is named. Queries: 1, and about 8 a learner and 3 a sign-off.
    """
    authority, made = _authority(actor, joining), []
    for subject, rows in groupby(found, key=lambda row: row.event.subject_id):
        chain, fallen = Chain.of(subject), [row.event for row in rows]
        for event in fallen:
            follow_up = chain.add(
                subject=event.subject,
                version=event.version,
                case=event.case,
                skill=event.skill,
                kind=SignOffEvent.Kind.REVOKED,
                signer=actor,
                authority=authority.capacity,
                texts={"why": reason},
                payload={"about": str(event.uid), "authority": authority.rows},
                key=uuid5(key, f"fallen:{event.uid}"),
                at=at,
                about=event,
            )
            made.append(follow_up)
        settle(chain, [], (), actor, key, at, fallen=fallen)
    for row, follow_up in zip(found, made, strict=True):
        words = {"name": actor.get_short_name(), "meaning": row.event.words}
        people = [person for person in (row.event.subject, row.event.signer) if person.pk != actor.pk]
        case = row.event.case
        kind, about = (TAKEN_BACK, case.uid) if case else (ATTESTED_TAKEN_BACK, row.event.uid)
        tell(kind, people, about=about, words=words, at=at, in_log=[follow_up.uid])
    return made


def _authority(actor: User, joining: UUID) -> Authority:
    """As Learning, or as the administrator who joined the accounts. Queries: 0-1."""
    if is_learning_administrator(actor):
        return Authority(LEARNING, {"duty": "learning"})
    return Authority(JOINER, {"duty": ADMINISTRATOR, "joining": str(joining)})


def _seen_for(event: SignOffEvent) -> list[Seen]:
    """What had been seen of the skill when it was signed. Queries: 1."""
    uids = list(event.payload.get("observations", {}))
    rows = ObservationSkill.objects.filter(observation__uid__in=uids, skill=event.skill_id)
    return [seen_of(row) for row in rows.select_related("observation")]


def seen_of(row: ObservationSkill) -> Seen:
    """One rating as the evidence rule sees it."""
    saw = row.observation
    return Seen(saw.uid, saw.observer_id, saw.context, row.supervision, saw.occurred_at, saw.pk)
