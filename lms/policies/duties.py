"""Who has which duty now: asked of the rows, never of Django's groups or ``is_superuser``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import QuerySet

from lms.models import DutyHolding, User
from lms.rules.duties import ADMINISTRATOR, LEARNING


def open_holdings(user: User, duty: str) -> QuerySet[DutyHolding]:
    """The row by which the person has the duty now; for a question that a larger one asks along."""
    return DutyHolding.objects.filter(person=user, duty=duty, until_at=None)


def has_duty(user: User, duty: str) -> bool:
    """Whether the person has the duty now; read once a request, and once more in each act of theirs.

    What an act rests on stays until it is committed: whoever would end the duty meanwhile waits (PostgreSQL; SQLite has
    one writer anyway). Queries: 1 the first time.
    """
    kept = user.__dict__.get("_duties_held")
    if kept is None:
        open_now = DutyHolding.objects.filter(person_id=user.pk, until_at=None)
        if user.__dict__.get("_acts"):
            open_now = open_now.order_by("pk").select_for_update(no_key=True)
        kept = user.__dict__["_duties_held"] = frozenset(open_now.values_list("duty", flat=True))
    return duty in kept


def forget_held(user: User) -> None:
    """The person's duties have changed: this object asks again."""
    user.__dict__.pop("_duties_held", None)


@contextmanager
def acting(user: User) -> Iterator[None]:
    """What the person holds was read before their act waited for its turn: it is asked again, in its transaction."""
    before = user.__dict__.get("_acts", False)
    forget_held(user)
    if hasattr(user, "_managing"):
        del user._managing
    user.__dict__["_acts"] = True
    try:
        yield
    finally:
        user.__dict__["_acts"] = before


def duty_holders(duty: str) -> QuerySet[User]:
    """Everybody who has the duty now."""
    open_now = DutyHolding.objects.filter(duty=duty, until_at=None)
    return User.objects.filter(is_active=True, pk__in=open_now.values("person"))


def is_learning_administrator(user: User) -> bool:
    """L&D administrators: invite, enrol, grant, countersign, revoke."""
    return user.is_active and has_duty(user, LEARNING)


def is_administrator(user: User) -> bool:
    """Administrators run the platform; they escape no rule of the ledger."""
    return user.is_active and has_duty(user, ADMINISTRATOR)


def learning_administrators() -> QuerySet[User]:
    """Everybody who is one now."""
    return duty_holders(LEARNING)


def administrators() -> QuerySet[User]:
    """Everybody who administers the platform now."""
    return duty_holders(ADMINISTRATOR)
