"""Make an administrator: the person who lets everybody else in."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction


class Command(BaseCommand):
    help = (
        "Make an administrator. Asks for what is not given; where nobody can be asked, VOUCH_ADMIN_PASSPHRASE holds "
        "the passphrase. Exit codes: 0 made, 1 not made, 2 something was not given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", default="")
        parser.add_argument("--name", default="", help="full name")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        user = get_user_model()(
            email=(email or ask("E-mail address: ", "--email")).strip().lower(),
            full_name=(name or ask("Full name: ", "--name")).strip(),
            is_superuser=True,
        )
        passphrase = os.environ.get("VOUCH_ADMIN_PASSPHRASE") or ask_twice()
        try:
            validate_password(passphrase, user)
            user.set_password(passphrase)
            user.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=1) from None
        with transaction.atomic():
            user.save()
        self.stdout.write(f"{user.email} is an administrator and can log in.")


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
