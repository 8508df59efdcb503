"""In whose language something is said: notices and mail are for whoever reads them, not for whoever acted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.users.models import UserProfile

from lms.errors import Invalid
from lms.models import User

from .acts import act, claim_key

Sentence = Callable[[], str]
"""How a text is made: it is made once for each language in which somebody reads it. Days are said inside it, too."""


def is_offered(language: str) -> bool:
    """Whether this installation speaks the language."""
    return language in dict(settings.LANGUAGES)


def language_of(person: User) -> str:
    """The language that somebody reads; the installation's own when theirs is not offered (any more). Queries: 0."""
    return person.locale if is_offered(person.locale) else str(settings.LANGUAGE_CODE)


@contextmanager
def in_language_of(person: User) -> Iterator[None]:
    """What is translated and formatted meanwhile is in this person's language."""
    with translation.override(language_of(person)):
        yield


def said_in(language: str, sentence: Sentence) -> str:
    """The sentence in a language."""
    with translation.override(language):
        return sentence()


@act
def choose_language(*, actor: User, language: str, key: UUID, at: datetime) -> User:
    """From now on a person reads this language: pages, notices, mail, and what Wagtail writes to them.

    Raises Invalid (not offered here). Queries: 5.
    """
    if not is_offered(language):
        raise Invalid(language=_("Choose one of these languages."))
    if claim_key(actor=actor, name="person.language", key=key, at=at, about=actor.uid):
        actor.locale = language
        actor.save(update_fields=["locale"])
        UserProfile.objects.update_or_create(user=actor, defaults={"preferred_language": language})
    return actor
