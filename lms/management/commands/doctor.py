"""Is this installation well? The list of the page Operations, in a terminal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lms import clock
from lms.api import examine


class Command(BaseCommand):
    help = "Look at everything Vouch stands on. Exit codes: 0 all well, 1 a finding."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        looked = examine(clock.now())
        for each in looked:
            if each.finding is None:
                self.stdout.write(f"ok       {each.label}: {each.well}")
            else:
                self.stdout.write(f"FINDING  {each.label}: {each.finding.sentence} {each.finding.what_to_do}")
        if any(each.finding for each in looked):
            raise SystemExit(1)
