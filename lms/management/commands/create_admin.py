"""Make an administrator: the person who lets everybody else in."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from lms import clock
from lms.api import User, make_administrator, usable_address
from lms.errors import Conflict, Invalid


class Command(BaseCommand):
    help = (
        "Make the first administrator, who lets everybody else in; later ones are given the duty on the page People. "
        "Asks for what is not given; where nobody can be asked, VOUCH_ADMIN_PASSPHRASE holds "
        "the passphrase. Exit codes: 0 made, 1 not made, 2 something was not given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", default="")
        parser.add_argument("--name", default="", help="full name")
        parser.add_argument(
            "--instead-of",
            default="",
            metavar="ADDRESS",
            help="an administrator who cannot get in any more: their duty ends, and the others are told",
        )

    def handle(self, *args: Any, email: str, name: str, instead_of: str, **options: Any) -> None:
        user = User(
            email=(email or ask("E-mail address: ", "--email")).strip().lower(),
            full_name=(name or ask("Full name: ", "--name")).strip(),
        )
        passphrase = os.environ.get("VOUCH_ADMIN_PASSPHRASE") or ask_twice()
        try:
            validate_password(passphrase, user)
            user.set_password(passphrase)
            user.full_clean()
            user.email = usable_address(user.email, clock.now())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=1) from None
        except Invalid as error:
            raise CommandError(str(error), returncode=1) from None
        old = find_administrator(instead_of) if instead_of else None
        try:
            with transaction.atomic():
                user.save()
                make_administrator(person=user, at=clock.now(), instead_of=old)
        except Conflict as error:
            raise CommandError(str(error), returncode=1) from None
        self.stdout.write(f"{user.email} is an administrator and can log in.")


def find_administrator(address: str) -> User:
    """The person in whose place somebody is made administrator."""
    found = User.objects.filter(email__iexact=address.strip()).first()
    if found is None:
        raise CommandError(f"Nobody here has the address {address}.", returncode=1)
    return found


def ask(question: str, option: str) -> str:
    """Ask the person at the keyboard; where there is none, say which option is missing."""
    if not sys.stdin.isatty():
        raise CommandError(f"Nobody can be asked here: give {option}.", returncode=2)
    return input(question)


def ask_twice() -> str:
    if not sys.stdin.isatty():
        raise CommandError("Nobody can be asked here: set VOUCH_ADMIN_PASSPHRASE.", returncode=2)
    first = getpass.getpass("Passphrase: ")
    if getpass.getpass("Passphrase once more: ") != first:
        raise CommandError("The two passphrases differ.", returncode=1)
    return first
