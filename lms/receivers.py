"""What follows from signing in, from leaving, from a migrate, and from a task that ended."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_used
from celery.signals import task_failure, task_postrun
from celery.states import SUCCESS
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from wagtail.users.models import UserProfile

from lms import clock
from lms.allauth_tables import sign_out_everywhere
from lms.api import (
    Location,
    Organisation,
    User,
    call_of,
    error_line,
    known_work,
    language_of,
    note_done,
    note_failed,
    set_up_organisation,
)
from lms.requests import SECOND_FACTOR
from lms.services.platform import address_guards


@receiver([authenticator_added, authenticator_used])
def note_second_factor(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The session knows from now on that its person has shown a second factor."""
    request.session[SECOND_FACTOR] = user.pk


@receiver(authenticator_removed)
def forget_second_factor(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Whoever took the last one away is asked to set one up again."""
    if not Authenticator.objects.filter(user=user).exists():
        request.session.pop(SECOND_FACTOR, None)


@receiver(post_save, sender=User)
def end_sessions(sender: Any, instance: User, **kwargs: Any) -> None:
    """Somebody who left is signed out everywhere at once.

    The log-in already refuses inactive people; without this a session would live again when they come back.
    """
    if not instance.is_active:
        sign_out_everywhere(instance)


def lay_address_guards_aside(*, using: str, **kwargs: Any) -> None:
    """SQLite rebuilds a table to change it, and cannot while a trigger of another table reads it."""
    if connections[using].vendor == "sqlite":
        address_guards.remove(connections[using])


def install_address_guards(*, using: str, **kwargs: Any) -> None:
    """After every migrate the guards of addresses stand again."""
    connection = connections[using]
    if set(address_guards.TABLES) <= set(connection.introspection.table_names()):
        address_guards.install(connection)


def make_organisation(*, using: str, **kwargs: Any) -> None:
    """After every migrate there is the one organisation."""
    tables = {model._meta.db_table for model in (Organisation, Location)}
    if using == DEFAULT_DB_ALIAS and tables <= set(connections[using].introspection.table_names()):
        set_up_organisation()


@receiver(pre_save, sender=UserProfile)
def write_in_their_language(sender: Any, instance: UserProfile, **kwargs: Any) -> None:
    """What Wagtail writes to somebody is in their own language; without a choice of theirs it would take the language
    of whoever acts.
    """
    instance.preferred_language = instance.preferred_language or language_of(instance.user)


@task_postrun.connect(dispatch_uid="lms.note_done")
def note_task_done(sender: Any, args: Any, kwargs: Any, state: str, **rest: Any) -> None:
    """The worker carried out a task of ours."""
    if state == SUCCESS and sender.name in known_work():
        note_done(sender.name, call_of(args, kwargs), clock.now())


@task_failure.connect(dispatch_uid="lms.note_failed")
def note_task_failed(sender: Any, args: Any, kwargs: Any, exception: BaseException, **rest: Any) -> None:
    """A task of ours ended in an error; an administrator reads of it on the page Operations."""
    if sender.name in known_work():
        note_failed(sender.name, call_of(args, kwargs), error_line(exception), clock.now())
