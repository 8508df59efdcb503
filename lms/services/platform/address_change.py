"""Changing somebody's address: what they sign in with, and where a link for a new passphrase goes.

Whoever has the address has the account. So another administrator does it, for a reason; the person is told at every
address of the last thirty days; and the new mailbox has to prove itself: the old passphrase opens nothing any more, and
the link to choose a new one goes there. Log-in itself is not known here: how sessions end, and the link, are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lms.errors import Conflict, Invalid
from lms.models import FormerAddress, User
from lms.policies import people_policy
from lms.policies.duties import administrators, learning_administrators
from lms.rules.lines import one_line
from lms.rules.notices import ADDRESS_CHANGED

from .acts import act, claim_key
from .addresses import TAKEN, addresses_of, usable_address
from .language import in_language_of
from .notices import tell
from .outbox import queue_mail
from .people import organisation, send_invitation

LONGEST_REASON = 300
KEEP, REMOVE = "keep", "remove"
"""What becomes of a second factor: it is the person's and stays, or somebody else may have set it up and it goes."""


@act
def change_address(
    *,
    actor: User,
    person_uid: UUID,
    email: str,
    shown: str,
    reason: str,
    factors: str = "",
    held: Callable[[User], Sequence[object]] = lambda person: (),
    settle: Callable[[User, bool], None] = lambda person, remove: None,
    end_sessions: Callable[[User], None],
    link_for: Callable[[User], str],
    key: UUID,
    at: datetime,
) -> User:
    """Give somebody another address. ``shown``: the address that the form's page named; ``factors``: KEEP or REMOVE,
    what becomes of the second factor of whoever has one; ``held`` names what they can show, ``settle`` removes it when
    told so and raises Changed when it is not what was shown; ``end_sessions`` signs them out everywhere, ``link_for``
    makes the link at which they choose a passphrase.

    Links that went to the old address work no longer. Whoever had no passphrase yet is invited anew. The person gets a
    mail at the new address and at all they had within 30 days, the other administrators a notice.

    Raises NotFound, NotAllowed (no administrator, or oneself), Invalid (no reason, no address, somebody's, or theirs
    already, nothing said about a second factor), Conflict (it is another one by now), Changed. Queries: about 20.
    """
    person = people_policy.get(actor, "address", uid=person_uid, lock=True)
    why = one_line(reason)[:LONGEST_REASON]
    if not why:
        raise Invalid(reason=_("Say why: they and the other administrators read it."))
    new, old = usable_address(email, at, person), person.email
    names = list(held(person))
    if names and factors not in (KEEP, REMOVE):
        raise Invalid(factors=_("Say whether the second factor stays."))
    changed: dict[str, tuple[object, object]] = {"email": (shown, new)}
    gone = names if factors == REMOVE else []
    if gone:
        changed["factors"] = ([str(name) for name in gone], [])
    if not claim_key(actor=actor, name="person.address", key=key, at=at, about=person.uid, why=why, changed=changed):
        return person
    if old != shown:
        raise Conflict(_("The address changed while you were here: look again at what it is now."))
    if new == old:
        raise Invalid(email=_("This is their address already."))
    settle(person, bool(gone))
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
    usable_address(new, at, person)  # given up by somebody else while this waited
    end_sessions(person)
    _tell(person, actor, why, gone, [address for address in before if address != new], at)
    if joined:
        with in_language_of(person):
            queue_mail(_mail_to_new(person, actor, gone, link_for(person)), at)
    else:
        send_invitation(person, link_for(person), at)
    return person


def _tell(person: User, actor: User, reason: str, gone: Sequence[object], before: list[str], at: datetime) -> None:
    """A mail to each address that they had, a notice to the other administrators. Queries: 4, and 1 an address."""
    with in_language_of(person):
        for address in before:
            queue_mail(_mail_to_old(person, address, actor, reason, gone), at)
    words = {"admin": actor.full_name, "name": person.full_name, "reason": reason, "factor": bool(gone)}
    tell(ADDRESS_CHANGED, administrators().exclude(pk__in=[actor.pk, person.pk]), words=words, at=at)


def who_helps(person: User, *but: User) -> str:
    """Names to turn to: the administrators, without the person and these; L&D where there is no other. Queries: 1-2."""
    without = [person.pk, *(other.pk for other in but)]
    for people in (administrators(), learning_administrators()):
        if names := list(people.exclude(pk__in=without).order_by("name_order").values_list("full_name", flat=True)):
            return ", ".join(names)
    return ""


def _of_factors(gone: Sequence[object]) -> str:
    """What became of the second factor, as a paragraph; "" when it stays."""
    if not gone:
        return ""
    listed = "\n".join(f"* {name}" for name in gone)
    return _("Removed with it, as a second factor:\n%(factors)s\n\n") % {"factors": listed}


def _mail_to_old(person: User, address: str, actor: User, reason: str, gone: Sequence[object]) -> EmailMessage:
    """What they should know where they read mail until now. The new address is not named: a stranger may read it."""
    body = _(
        "Hello %(person)s,\n\n%(admin)s has changed the address with which you sign in at %(company)s. This one, "
        "%(old)s, opens nothing there any more: you are signed out everywhere, and links that went here do not work. "
        "The reason given: %(reason)s\n\n%(factors)sYou did not ask for this? Then somebody may be trying to get into "
        "your account. Do not answer this mail; go to somebody whom you know there: %(others)s.\n"
    ) % {
        "person": person.get_short_name(),
        "admin": actor.full_name,
        "company": organisation().name,
        "old": address,
        "reason": reason,
        "factors": _of_factors(gone),
        "others": who_helps(person, actor) or pgettext("whom to turn to", "your manager"),
    }
    return EmailMessage(subject=_("Your address was changed"), body=body, to=[address])


def _mail_to_new(person: User, actor: User, gone: Sequence[object], link: str) -> EmailMessage:
    """The new address proves itself by following the link."""
    body = _(
        "Hello %(person)s,\n\n%(admin)s has made this the address with which you sign in at %(company)s. Choose a new "
        "passphrase here; the old one works no longer:\n\n%(link)s\n\nThe link works once, for three days. "
        "%(factors)s\n\nYou are not %(name)s, or did not expect this? Then leave the link "
        "alone: nothing happens without it.\n"
    ) % {
        "person": person.get_short_name(),
        "name": person.full_name,
        "admin": actor.full_name,
        "company": organisation().name,
        "factors": _("What was set up as a second factor was removed: set up a new one when you are in.")
        if gone
        else _("What you show as a second factor stays as it is."),
        "link": link,
    }
    return EmailMessage(subject=_("Your new address"), body=body, to=[person.email])
