"""Are the gates that we keep those that the facts open?"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from assessments.api import rebuild_gates


class Command(BaseCommand):
    """Exit 0: kept and rebuilt agree, or were made to - 1: ``--check`` found a difference."""

    help = "Rebuild the gates of every skill from lessons, practice, commitments, observations and sign-offs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        missing, extra = rebuild_gates(check=options["check"])
        for word, gates in (("missing", missing), ("too many", extra)):
            for gate in gates:
                self.stdout.write(f"{word}: person {gate.person_id} skill {gate.skill_id} {gate.gate} by {gate.source}")
        self.stdout.write(f"{len(missing)} missing, {len(extra)} too many.")
        if options["check"] and (missing or extra):
            sys.exit(1)
