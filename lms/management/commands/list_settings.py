"""Every setting that can be given from outside, as a page of Markdown: ``docs/settings.md``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from lms.management.variables import page_of


class Command(BaseCommand):
    help = "Print docs/settings.md, as the settings read it now."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page_of(settings.BASE_DIR / "lms" / "settings"), ending="")
