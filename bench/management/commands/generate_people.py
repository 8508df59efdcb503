"""Make many people to measure with."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bench.generate import generate_people
from lms import clock


class Command(BaseCommand):
    """Exit 0: made - 2: the curriculum is not loaded, or they are here already."""

    help = "Make many learners, their managers and coaches, to measure with. Not for a company at work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--learners", type=int, default=1000, metavar="N")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same people")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["learners"] < 10:
            raise CommandError("--learners is at least 10.", returncode=2)
        try:
            generate_people(
                learners=options["learners"],
                seed=options["seed"],
                passphrase=os.environ.get("VOUCH_DEMO_PASSPHRASE", ""),
                now=clock.now(),
                say=lambda text: self.stdout.write(f"  {text}"),
            )
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
