"""Addresses that a file has for people who sign in with another one: an administrator applies them, or not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from lms.errors import NotFound
from lms.models import AddressProposal, User
from lms.policies import people_policy
from lms.services.platform.acts import act, claim_key


def open_proposals() -> QuerySet[AddressProposal]:
    """Those that wait: not declined, of people who are here and have another address still."""
    rows = AddressProposal.objects.filter(declined_at=None, person__is_active=True).exclude(email=F("person__email"))
    return rows.select_related("person", "of")


def proposed_address(person: User) -> str:
    """The newest address that waits for somebody; "" for none. Queries: 1."""
    found = open_proposals().filter(person=person).order_by("-proposed_at", "-pk").first()
    return found.email if found else ""


@act
def decline_address(*, actor: User, proposal_uid: UUID, key: UUID, at: datetime) -> AddressProposal:
    """Somebody keeps the address that they have; the same one is not proposed again.

    Raises NotFound, NotAllowed (no administrator, or their own).
    """
    people_policy.require(actor, "invite")
    row = AddressProposal.objects.select_related("person").filter(uid=proposal_uid).first()
    if row is None:
        raise NotFound(_("There is no such proposal."))
    people_policy.get(actor, "address", pk=row.person_id)
    if claim_key(actor=actor, name="person.address_kept", key=key, at=at, about=row.person.uid) and not row.declined_at:
        row.declined_by, row.declined_at = actor, max(at, row.proposed_at)  # where the clock was set back
        row.save(update_fields=["declined_by", "declined_at"])
    return row
