"""Put Django's groups right that were changed by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from lms.api import not_written_through, write_through


class Command(BaseCommand):
    help = "Make the groups and permissions that Wagtail asks what the duties say. Names everybody it puts right."

    def handle(self, *args: Any, **options: Any) -> None:
        for person in not_written_through():
            write_through(person)
            self.stdout.write(f"{person.full_name} <{person.email}>: put right.")
