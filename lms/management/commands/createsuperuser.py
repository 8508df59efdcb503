"""Django's command would make an administrator whose duty nobody gave: it gives way to ours."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError


class Command(createsuperuser.Command):
    help = "Not here: use create_admin."

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError("Use manage.py create_admin: an administrator has a duty with a date.")
