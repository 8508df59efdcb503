"""What was done to somebody and what they were told, for the page about them."""

from __future__ import annotations

from django.db.models import QuerySet

from lms.models import Act, Notice, User
from lms.policies import people_policy
from lms.rules.act_words import ACTS


def acts_about(actor: User, person: User) -> QuerySet[Act]:
    """The acts of administration about somebody, the newest first, for themself, L&D and administrators."""
    rows = Act.objects.filter(about=person.uid, name__in=ACTS).select_related("actor").order_by("-at", "key")
    return rows if actor.pk == person.pk or people_policy.may(actor, "invite") else rows.none()


def notices_to(actor: User, person: User) -> QuerySet[Notice]:
    """What somebody was told, the newest first; nobody else reads it."""
    rows = Notice.objects.filter(person=person).select_related("person")
    return rows if actor.pk == person.pk else rows.none()
