"""The door of somebody else: an administrator opens it for whoever lost everything that they could show there.

Log-in itself is not known here (allauth is the views'): what is taken away, and how sessions end, is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from lms.addresses import web_address_of
from lms.errors import Conflict, Invalid
from lms.models import User
from lms.policies import people_policy
from lms.policies.duties import administrators
from lms.rules.lines import one_line
from lms.rules.notices import SECOND_FACTOR_REMOVED
from lms.rules.target import Target

from .acts import act, claim_key
from .address_change import who_helps
from .addresses import addresses_of
from .language import in_language_of
from .notices import tell
from .outbox import queue_mail
from .people import organisation

LONGEST_REASON = 300


@act
def remove_second_factor(
    *,
    actor: User,
    person_uid: UUID,
    reason: str,
    take_away: Callable[[User], Sequence[object]],
    key: UUID,
    at: datetime,
) -> User:
    """Take away all that somebody could show as a second factor, and sign them out everywhere.

    ``take_away`` does that and returns the names of what is gone (lazy: the mail says them in the person's language).
    The person gets a mail at every address of the last 30 days, the other administrators a notice; the act keeps the
    reason.

    Raises NotFound, NotAllowed (no administrator, or oneself), Invalid (no reason), Conflict (nothing to take away).
    Queries: 7, and those of taking away.
    """
    person = people_policy.get(actor, "open_door", uid=person_uid, lock=True)
    reason = one_line(reason)[:LONGEST_REASON]
    if not reason:
        raise Invalid(reason=_("Say why: they and the other administrators read it."))
    if not claim_key(actor=actor, name="person.second_factor", key=key, at=at, about=person.uid, why=reason):
        return person
    gone = take_away(person)
    if not gone:
        raise Conflict(_("%(name)s has no second factor.") % {"name": person.get_short_name()})
    with in_language_of(person):
        for address in addresses_of(person, at):
            queue_mail(_mail_to(person, address, actor, reason, gone), at)
    words = {"admin": actor.full_name, "name": person.full_name, "reason": reason}
    tell(SECOND_FACTOR_REMOVED, administrators().exclude(pk__in=[actor.pk, person.pk]), words=words, at=at)
    return person


def keep_passphrase(person: User, before: str) -> None:
    """Store the hash that ``person`` has now in the place of ``before``, and nothing else of the row.

    Raises Conflict when address or passphrase changed meanwhile, or the account was closed. Queries: 1.
    """
    same = User.objects.filter(pk=person.pk, password=before, email=person.email, is_active=True)
    if not same.update(password=person.password):
        raise Conflict(_("Your account changed meanwhile: this passphrase was not saved. Sign in again."))


def _mail_to(person: User, address: str, actor: User, reason: str, gone: Sequence[object]) -> EmailMessage:
    """What they should know, and what to do if it was not they who asked: not to tell whoever did it. Queries: 2-3."""
    body = _(
        "Hello %(person)s,\n\n%(admin)s has removed the second factor from your account at %(company)s, because you "
        "could not show it any more. The reason given: %(reason)s\n\nRemoved:\n%(gone)s\n\nYou are signed out "
        "everywhere. Sign in with your passphrase at %(site)s; where a second factor is asked of you, you set up a new "
        "one there.\n\nYou did not ask for this? Then somebody may be trying to get into your account. Choose a new "
        "passphrase at once at %(reset)s and tell %(others)s.\n"
    ) % {
        "person": person.get_short_name(),
        "admin": actor.full_name,
        "others": who_helps(person, actor) or actor.full_name,
        "company": organisation().name,
        "reason": reason,
        "gone": "\n".join(f"* {name}" for name in gone),
        "site": web_address_of(Target("log-in")),
        "reset": web_address_of(Target("new passphrase")),
    }
    return EmailMessage(subject=_("Your second factor was removed"), body=body, to=[address])
