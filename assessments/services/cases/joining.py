"""Two accounts are one human's: what that changes is shown, then done in one act; and putting a mistake right.

From the joining on each account is oneself to the other in every rule (``lms.policies.same_person``). What was signed
before by the learner's other account is taken back, coaching and requests between the two end. Both histories stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assessments.models import Case, Request
from assessments.rules.notices import ACCOUNTS_JOINED, ACCOUNTS_PARTED
from assessments.services.ledger.same_person import Falling, falling_among, take_back
from coaching.api import CoachAssignment, coaching_among, end_coaching_among
from lms.api import (
    SamePerson,
    User,
    accounts_of,
    act,
    claim_key,
    joinings_of,
    lock_log,
    lock_person,
    people_policy,
    people_to_choose,
    tell,
    write_joinings,
    write_partings,
)
from lms.errors import Conflict, Invalid
from lms.rules.lines import one_line
from lms.rules.notice_kind import NoticeKind
from lms.rules.shown import fingerprint, require_same

from .requests import ask_no_more

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class JoiningLook:
    """What joining two accounts would do. ``ones``, ``others``: every account of each of the two humans, the chosen one
    among them; ``shown``: the fingerprint of all of it.
    """

    person: User
    other: User
    ones: tuple[User, ...]
    others: tuple[User, ...]
    falling: tuple[Falling, ...]
    coaching: tuple[CoachAssignment, ...]
    requests: tuple[Request, ...]
    shown: str

    @property
    def accounts(self) -> tuple[User, ...]:
        """All accounts that are one human's afterwards."""
        return (*self.ones, *self.others)


def accounts_to_join(actor: User, person: User, words: str) -> list[User]:
    """Whose account could be the same human's, by name, those who left too. Queries: 2."""
    known = [account.pk for account in accounts_of(person)]
    return people_to_choose(people_policy.queryset(actor, "join").exclude(pk__in=known), words)


def look_at_joining(actor: User, person_uid: UUID, other_uid: UUID) -> JoiningLook:
    """What joining these two would do. Raises NotFound, NotAllowed (neither L&D nor an administrator, or oneself),
    Invalid (one account), Conflict (they are joined). Queries: about 8, 1 an account and 2 a standing sign-off.
    """
    person = people_policy.get(actor, "join", uid=person_uid)
    other = people_policy.get(actor, "join", uid=other_uid)
    if person == other:
        raise Invalid(other=_("Choose another account."))
    ones, others = accounts_of(person), accounts_of(other)
    if other in ones:
        raise Conflict(_("These two are known to be one person already."))
    ids = [account.pk for account in (*ones, *others)]
    falling, coaching, requests = falling_among(ids), list(coaching_among(ids)), list(_requests_among(ids))
    shown = fingerprint(
        "joining",
        [str(account.uid) for account in (*ones, *others)],
        [[str(row.event.uid), row.why] for row in falling],
        [[str(row.uid), row.status] for row in coaching],
        [str(row.uid) for row in requests],
    )
    texts = (tuple(ones), tuple(others), tuple(falling), tuple(coaching), tuple(requests))
    return JoiningLook(person, other, *texts, shown)


@act
def join_accounts(
    *, actor: User, person_uid: UUID, other_uid: UUID, reason: str, shown: str, key: UUID, at: datetime
) -> list[SamePerson]:
    """Write down that two accounts are one human's, with all that follows.

    Raises NotFound, NotAllowed (neither L&D nor an administrator, or oneself), Invalid (no reason, one account),
    Conflict (they are joined already), Changed (``shown`` is not what would be done now). Queries: about 40, and about
    10 a sign-off and 15 a learner whose coach it was.
    """
    person = people_policy.get(actor, "join", uid=person_uid)
    reason = one_line(reason)[:LONGEST_REASON]
    if not reason:
        raise Invalid(reason=_("Say why: both accounts and the record keep it."))
    if not claim_key(actor=actor, name="person.join", key=key, at=at, about=person.uid, why=reason):
        return list(joinings_of(person))
    other = people_policy.get(actor, "join", uid=other_uid)
    for account in sorted({account.pk for account in (*accounts_of(person), *accounts_of(other))}):
        lock_person(account)
    lock_log()
    look = look_at_joining(actor, person_uid, other_uid)
    require_same(shown, look.shown)
    made = write_joinings(look.ones, look.others, by=actor, reason=reason, key=key, at=at)
    take_back(actor=actor, found=look.falling, joining=made[0].uid, reason=reason, key=key, at=at)
    ids = [account.pk for account in look.accounts]
    end_coaching_among(ids, reason, at)
    ask_no_more(look.requests, at)
    Case.objects.filter(learner__in=ids, claimed_by__in=ids).update(claimed_by=None, claimed_until=None)
    _tell(ACCOUNTS_JOINED, actor, look.accounts, reason, at)
    return made


@act
def part_accounts(*, actor: User, person_uid: UUID, reason: str, key: UUID, at: datetime) -> list[SamePerson]:
    """A joining was a mistake: the account is somebody else's than those that it is joined with. What was taken back
    with the joining stays so.

    Raises NotFound, NotAllowed (neither L&D nor an administrator, or oneself), Invalid (no reason), Conflict (it is
    joined with none). Queries: about 15.
    """
    lock_log()
    person = people_policy.get(actor, "join", uid=person_uid)
    reason = one_line(reason)[:LONGEST_REASON]
    if not reason:
        raise Invalid(reason=_("Say why: both accounts and the record keep it."))
    if not claim_key(actor=actor, name="person.part", key=key, at=at, about=person.uid, why=reason):
        return list(joinings_of(person))
    accounts = accounts_of(person)
    if not write_partings(person, by=actor, reason=reason, key=key, at=at):
        raise Conflict(_("This account is joined with no other."))
    _tell(ACCOUNTS_PARTED, actor, accounts, reason, at)
    return list(joinings_of(person))


def _requests_among(ids: Sequence[int]) -> QuerySet[Request]:
    """Requests that wait, from one of these accounts to another."""
    rows = Request.objects.filter(status__in=Request.WAITING, case__learner__in=ids, observer__in=ids).order_by("pk")
    return rows.select_related("observer", "case__learner", "case__version")


def _tell(kind: NoticeKind, actor: User, accounts: Sequence[User], reason: str, at: datetime) -> None:
    named = " / ".join(f"{account.full_name} ({account.email})" for account in accounts)
    words = {"admin": actor.full_name, "accounts": named, "reason": reason}
    tell(kind, [account for account in accounts if account.is_active], words=words, at=at)
