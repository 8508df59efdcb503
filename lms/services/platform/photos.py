"""Photos of people: setting one's own, removing it, removing somebody else's with a reason, handing them out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from lms.errors import Conflict, Invalid, NotFound
from lms.models import Photo, User
from lms.policies import people_policy, photo_policy
from lms.rules.lines import one_line
from lms.rules.notices import PHOTO_REMOVED
from lms.rules.squares import SIZES, SMALLEST_PART, Square, squares_of

from .acts import act, claim_key
from .notices import tell
from .people import lock_person


@act
def set_photo(
    *, actor: User, file: UploadedFile, left: int = 50, top: int = 50, size: int = 100, key: UUID, at: datetime
) -> User:
    """The actor's photo is this square of a picture from now on (``lms.rules.squares``); one before it goes.

    Raises Invalid (no picture, too large, too small, a square outside of it). Queries: 5, and 2 where there was one.
    """
    if not (0 <= left <= 100 and 0 <= top <= 100):
        raise Invalid(left=_("Choose a place from 0 to 100."))
    if not SMALLEST_PART <= size <= 100:
        raise Invalid(size=_("Choose a size from %(least)s to 100.") % {"least": SMALLEST_PART})
    if claim_key(actor=actor, name="photo.set", key=key, at=at, about=actor.uid):
        squares = squares_of(file.read(), Square(left, top, size))
        lock_person(actor.pk)
        let_photo_go(actor)
        actor.photo = Photo.objects.create(uid=key, kept_at=at, **squares)
        actor.save(update_fields=["photo"])
    return actor


@act
def remove_own_photo(*, actor: User, key: UUID, at: datetime) -> User:
    """The actor has no photo any more; their initials stand in its place. Queries: 5."""
    if claim_key(actor=actor, name="photo.remove_own", key=key, at=at, about=actor.uid):
        lock_person(actor.pk)
        let_photo_go(actor)
    return actor


@act
def remove_photo(*, actor: User, person_uid: UUID, reason: str, key: UUID, at: datetime) -> User:
    """Somebody else's photo is not fit to be shown: it goes at once, and they are told why.

    Raises NotFound, NotAllowed (neither L&D nor an administrator, or oneself), Invalid (no reason), Conflict (there is
    none). Queries: 7.
    """
    person = people_policy.get(actor, "photo", uid=person_uid, lock=True)
    reason = one_line(reason)[:300]
    if not reason:
        raise Invalid(reason=_("Say why: they read it."))
    if claim_key(actor=actor, name="photo.remove", key=key, at=at, about=person.uid, why=reason):
        if not let_photo_go(person):
            raise Conflict(_("%(name)s has no photo.") % {"name": person.full_name})
        tell(PHOTO_REMOVED, [person], words={"admin": actor.full_name, "reason": reason}, at=at)
    return person


def let_photo_go(person: User) -> bool:
    """The photo of a person is deleted, for an act that says so. Whether there was one. Queries: 3, or 1 for none."""
    gone, _of_each = Photo.objects.filter(person=person).delete()
    person.photo = None
    return gone > 0


def photo_of(actor: User, photo_uid: UUID, size: str) -> bytes:
    """A photo in one of its sizes, as WebP. Raises NotFound (unknown, removed, or no such size). Queries: 1."""
    rows = photo_policy.queryset(actor, "view").filter(uid=photo_uid)
    found = rows.values_list(size, flat=True).first() if size in SIZES else None
    if found is None:
        raise NotFound(_("This photo is gone."))
    return bytes(found)
