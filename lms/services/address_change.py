"""Changing somebody's address: what they sign in with, and where a link for a new passphrase goes.

Whoever has the address has the account. So another administrator does it, for a reason; the person is told at every
address of the last thirty days; and the new mailbox has to prove itself: the old passphrase opens nothing any more, and
the link to choose a new one goes there. Log-in itself is not known here: how sessions end, and the link, are handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lms.errors import Conflict, Invalid
from lms.models import FormerAddress, User
from lms.policies import people_policy
from lms.policies.duties import administrators, forget_held, learning_administrators
from lms.rules.lines import one_line, shorten

from .acts import act, once
from .addresses import TAKEN, addresses_of, usable_address
from .language import in_language_of
from .outbox import notify, queue_mail
from .people import organisation, send_invitation

LONGEST_REASON = 300


@act
def change_address(
    *,
    actor: User,
    person_uid: UUID,
    email: str,
    shown: str,
    reason: str,
    end_sessions: Callable[[User], None],
    link_for: Callable[[User], str],
    key: UUID,
    at: datetime,
) -> User:
    """Give somebody another address. ``shown``: the address that the form's page named; ``end_sessions`` signs them out
    everywhere, ``link_for`` makes the link at which they choose a passphrase.

    Links that went to the old address work no longer. Whoever had no passphrase yet is invited anew. The person gets a
    mail at the new address and at all they had within 30 days, the other administrators a notice.

    Raises NotFound, NotAllowed (no administrator, or oneself), Invalid (no reason, no address, somebody's, or theirs
    already), Conflict (it is another one by now). Queries: about 15.
    """
    forget_held(actor)
    person = people_policy.get(actor, "address", uid=person_uid, lock=True)
    why = one_line(reason)[:LONGEST_REASON]
    if not why:
        raise Invalid(reason=_("Say why: they and the other administrators read it."))
    new, old = usable_address(email, at, person), person.email
    changed = {"email": (shown, new)}
    if not once(actor=actor, name="person.address", key=key, at=at, about=person.uid, why=why, changed=changed):
        return person
    if old != shown:
        raise Conflict(_("The address changed while you were here: look again at what it is now."))
    if new == old:
        raise Invalid(email=_("This is their address already."))
    before = addresses_of(person, at)
    joined = person.has_usable_password()
    FormerAddress.objects.create(person=person, email=old, until_at=at)
    person.email = new
    person.set_unusable_password()
    try:
        with transaction.atomic():
            person.save(update_fields=["email", "password"])
    except IntegrityError:  # somebody else got it at the same moment
        raise Invalid(email=str(TAKEN)) from None
    end_sessions(person)
    _tell(person, actor, why, [address for address in before if address != new], at)
    if joined:
        with in_language_of(person):
            queue_mail(_mail_to_new(person, actor, link_for(person)), at)
    else:
        send_invitation(person, link_for(person), at)
    return person


def _tell(person: User, actor: User, reason: str, before: list[str], at: datetime) -> None:
    """A mail to each address that they had, a notice to the other administrators. Queries: 4, and 1 an address."""
    with in_language_of(person):
        for address in before:
            queue_mail(_mail_to_old(person, address, actor, reason), at)
    words = {"admin": actor.full_name, "name": person.full_name, "reason": reason}
    notify(
        administrators().exclude(pk__in=[actor.pk, person.pk]),
        lambda: shorten(_("%(admin)s changed the address of %(name)s: %(reason)s") % words, 300),
        reverse("people"),
        at,
    )


def who_helps(person: User, *but: User) -> str:
    """Names to turn to: the administrators, without the person and these; L&D where there is no other. Queries: 1-2."""
    without = [person.pk, *(other.pk for other in but)]
    for people in (administrators(), learning_administrators()):
        if names := list(people.exclude(pk__in=without).order_by("name_order").values_list("full_name", flat=True)):
            return ", ".join(names)
    return ""


def _mail_to_old(person: User, address: str, actor: User, reason: str) -> EmailMessage:
    """What they should know where they read mail until now. The new address is not named: a stranger may read it."""
    body = _(
        "Hello %(person)s,\n\n%(admin)s has changed the address with which you sign in at %(company)s. This one, "
        "%(old)s, opens nothing there any more: you are signed out everywhere, and links that went here do not work. "
        "The reason given: %(reason)s\n\nYou did not ask for this? Then somebody may be trying to get into your "
        "account. Do not answer this mail; go to somebody whom you know there: %(others)s.\n"
    ) % {
        "person": person.get_short_name(),
        "admin": actor.full_name,
        "company": organisation().name,
        "old": address,
        "reason": reason,
        "others": who_helps(person, actor) or pgettext("whom to turn to", "your manager"),
    }
    return EmailMessage(subject=_("Your address was changed"), body=body, to=[address])


def _mail_to_new(person: User, actor: User, link: str) -> EmailMessage:
    """The new address proves itself by following the link."""
    body = _(
        "Hello %(person)s,\n\n%(admin)s has made this the address with which you sign in at %(company)s. Choose a new "
        "passphrase here; the old one works no longer:\n\n%(link)s\n\nThe link works once, for three days. What you "
        "show as a second factor stays as it is.\n\nYou are not %(name)s, or did not expect this? Then leave the link "
        "alone: nothing happens without it.\n"
    ) % {
        "person": person.get_short_name(),
        "name": person.full_name,
        "admin": actor.full_name,
        "company": organisation().name,
        "link": link,
    }
    return EmailMessage(subject=_("Your new address"), body=body, to=[person.email])
