"""Make the demo company."""

from __future__ import annotations

import os
import secrets
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms.demo.create import create_demo
from lms import clock


class Command(BaseCommand):
    """Exit 0: made - 1: a story was not reached - 2: the curriculum is invalid, or people are here already."""

    help = "Make the demo company of the starter curriculum: people, coaches, and a history for each learner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same company")
        parser.add_argument(
            "--now", type=datetime.fromisoformat, metavar="MOMENT", help="when it is today (ISO, with zone)"
        )
        parser.add_argument("--curriculum", type=Path, default=settings.BASE_DIR / "curriculum", metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        now = options["now"] or clock.now()
        if now.tzinfo is None:
            raise CommandError("--now needs a time zone, as in 2026-03-02T09:00+00:00.", returncode=2)
        passphrase = os.environ.get("VOUCH_DEMO_PASSPHRASE") or secrets.token_urlsafe(12)
        try:
            misses = create_demo(
                folder=options["curriculum"],
                passphrase=passphrase,
                seed=options["seed"],
                now=now,
                say=lambda text: self.stdout.write(f"  {text}"),
            )
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        for miss in misses:
            self.stderr.write(f"{miss.person}: {miss.skill} should be at {miss.wanted}, is at {miss.reached}.")
        if not os.environ.get("VOUCH_DEMO_PASSPHRASE"):
            self.stdout.write(f"Passphrase: {passphrase}")
        if misses:
            sys.exit(1)
