"""Write anew what every name is sorted by and found by."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lms.api import sort_names


class Command(BaseCommand):
    help = "Write the order of every name anew: after the organisation's language has changed, or ICU was renewed."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{sort_names()} names stood in another order, and are sorted now.")
