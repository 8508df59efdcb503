"""Which accounts are one human's, and saying so: joinings and partings, for the act of the floors above."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import product
from uuid import UUID, uuid5

from django.db.models import Max, Q, QuerySet

from lms.models import Parting, SamePerson, User
from lms.policies.same_person import human_of, joinings, oneself

from .log import log_row


def are_one(one_id: int, other_id: int) -> bool:
    """Whether two accounts, or an account with itself, are one human's. Queries: 1, or 0 for the same one."""
    return one_id == other_id or _between({one_id}, {other_id}).exists()


def accounts_of(person: User) -> list[User]:
    """Every account of the human whose account this is, itself included, the oldest first. Queries: 1."""
    return list(User.objects.filter(oneself(person)).order_by("pk"))


def other_accounts_of_each(ids: Iterable[int]) -> dict[int, list[User]]:
    """By id of each of these people who has another account, the others. Queries: 1."""
    wanted = set(ids)
    found: dict[int, list[User]] = defaultdict(list)
    rows = joinings().filter(Q(first__in=wanted) | Q(second__in=wanted)).select_related("first", "second")
    for row in rows.order_by("first", "second"):
        found[row.first_id].append(row.second)
        found[row.second_id].append(row.first)
    return {pk: others for pk, others in found.items() if pk in wanted}


def humans_of(ids: Iterable[int]) -> dict[int, int]:
    """By id of each of these accounts whose human has others, the id of the oldest of them. Queries: 1."""
    rows = User.objects.filter(pk__in=list(ids)).annotate(human=human_of("pk")).exclude(human=None)
    return dict(rows.order_by().values_list("pk", "human"))


def joinings_of(person: User) -> QuerySet[SamePerson]:
    """Every joining of an account that ever was, the newest first, with who joined and who parted them."""
    rows = SamePerson.objects.filter(Q(first=person) | Q(second=person))
    return rows.select_related("first", "second", "joined_by", "parting__parted_by").order_by("-joined_at", "-pk")


def write_joinings(
    ones: Sequence[User], others: Sequence[User], *, by: User, reason: str, key: UUID, at: datetime
) -> list[SamePerson]:
    """Join each account of one human with each of another, who are one from now on. Queries: 2 and 1 a pair."""
    before = _numbers({person.pk for person in ones}, {person.pk for person in others})
    made = []
    for one, other in product(ones, others):
        first, second = sorted((one, other), key=lambda person: person.pk)
        row = SamePerson.objects.create(
            uid=uuid5(key, f"{first.uid} {second.uid}"),
            first=first,
            second=second,
            number=before.get((first.pk, second.pk), 0) + 1,
            joined_by=by,
            joined_at=at,
            reason=reason,
        )
        log_row(row)
        made.append(row)
    return made


def write_partings(person: User, *, by: User, reason: str, key: UUID, at: datetime) -> list[Parting]:
    """The account is somebody else's than those it is joined with, which stay joined. Queries: 1 and 1 a joining."""
    made = []
    for joining in joinings().filter(Q(first=person) | Q(second=person)):
        uid = uuid5(key, f"parted {joining.uid}")
        row = Parting.objects.create(uid=uid, joining=joining, parted_by=by, parted_at=at, reason=reason)
        log_row(row)
        made.append(row)
    return made


def _between(ones: set[int], others: set[int]) -> QuerySet[SamePerson]:
    """The joinings that hold between accounts."""
    return joinings().filter(Q(first__in=ones, second__in=others) | Q(first__in=others, second__in=ones))


def _numbers(ones: set[int], others: set[int]) -> dict[tuple[int, int], int]:
    """How often each pair was joined before."""
    every = ones | others
    rows = SamePerson.objects.filter(first__in=every, second__in=every).order_by()
    return {(one, other): n for one, other, n in rows.values_list("first", "second").annotate(Max("number"))}
