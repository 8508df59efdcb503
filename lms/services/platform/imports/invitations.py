"""Invitations that wait for their moment: planned with an import, mailed by the worker, some hundred at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import QuerySet

from lms.models import ImportedRow, Invitation, OutgoingMail, PeopleImport, User
from lms.services.platform.acts import act, claim_key
from lms.services.platform.notices import MORNING
from lms.services.platform.outbox import mail_row, wake_the_worker
from lms.services.platform.people import invitation_to

from .files import import_of
from .record import BATCH

NOW, LATER, FIRST_DAY = "now", "later", "first_day"
"""When people who are new are invited: at once, when somebody says so, or on the morning before their first day."""
DAY = timedelta(days=1)

_link: list[Callable[[User], str]] = []


def register_invitation_link(link_for: Callable[[User], str]) -> None:
    """Say how the link is made at which somebody chooses a passphrase; from ``AppConfig.ready()``. Again replaces."""
    _link[:] = [link_for]


def plan_invitations(people: Iterable[User], when: str, at: datetime) -> None:
    """These people are invited at the moment that is chosen; who is planned already keeps theirs. Queries: 0, or 1 for
    500.
    """
    rows = [] if when == LATER else [Invitation(person=person, due_at=_due(person, when, at)) for person in people]
    Invitation.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def _due(person: User, when: str, at: datetime) -> datetime:
    if when == NOW or person.started_on is None:
        return at
    return max(at, datetime.combine(person.started_on - DAY, MORNING, person.zone))


def not_invited(of: PeopleImport) -> QuerySet[User]:
    """People who are new by an import, are not in yet, and whom nobody has planned to invite."""
    rows = ImportedRow.objects.filter(of=of, kind=ImportedRow.Kind.NEW).values("person")
    people = User.objects.filter(pk__in=rows, is_active=True, planned_invitation=None)
    return people.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)


@act
def invite_imported(*, actor: User, import_uid: UUID, key: UUID, at: datetime) -> int:
    """Invite now the people who are new by an import and were not invited yet; how many. Raises NotAllowed, NotFound.

    Queries: 6, and 1 for 500 people.
    """
    row = import_of(actor, import_uid)
    if not claim_key(actor=actor, name="people.import_invite", key=key, at=at, about=row.uid):
        return 0
    people = list(not_invited(row))
    plan_invitations(people, NOW, at)
    return len(people)


@transaction.atomic
def send_invitations(at: datetime, limit: int = 200) -> int:
    """Queue the mails of invitations that are due, and return how many. Whoever is in already, or is not here any more,
    gets none. Rows are locked, and skipped when locked. Queries: 6, for any number.
    """
    waiting = Invitation.objects.filter(sent_at=None, due_at__lte=at).select_related("person")
    rows = list(waiting.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk")[:limit])
    wanted = [row.person for row in rows if row.person.is_active and not row.person.has_usable_password()]
    OutgoingMail.objects.bulk_create([mail_row(invitation_to(person, _link[0](person)), at) for person in wanted])
    Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=at)
    if wanted:
        wake_the_worker()
    return len(wanted)
