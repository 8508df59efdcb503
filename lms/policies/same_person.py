"""One human, however many accounts: what "oneself" means in every rule by which nobody acts on themself."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from lms.models import SamePerson, User


def joinings() -> QuerySet[SamePerson]:
    """The joinings that hold."""
    return SamePerson.objects.filter(parting=None)


def oneself(user: User, prefix: str = "") -> Q:
    """Rows whose person (at ``prefix``, "" for a person itself) is the user or another account of the same human."""
    name = prefix or "pk"
    return Q(**{name: user.pk}) | Q(Exists(_joined(user.pk, OuterRef(name))))


def same_human(name: str, other: str) -> Q:
    """Rows of which two columns name accounts of one human."""
    return Q(**{name: F(other)}) | Q(Exists(_joined(OuterRef(name), OuterRef(other))))


def human_of(name: str) -> Subquery:
    """Of a human with several accounts, one of which a column names, the oldest; nothing where it is the only one."""
    rows = joinings().filter(Q(first=OuterRef(name)) | Q(second=OuterRef(name)))
    return Subquery(rows.order_by("first").values("first")[:1])


def _joined(one: object, other: object) -> QuerySet[SamePerson]:
    """The joining of two accounts, whichever is older."""
    return joinings().filter(Q(first=one, second=other) | Q(first=other, second=one))
