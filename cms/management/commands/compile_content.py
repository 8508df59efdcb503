"""manage.py compile_content: does the record say what was published?"""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cms import api
from lms import clock


class Command(BaseCommand):
    """Exit codes: 0 the record is in step, 1 something failed or (with --check) is stale."""

    help = "Compiles everything that is live. Exit codes: 0 in step with the record, 1 failed or, with --check, stale."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit with 1 when something would change"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        look = api.compile_state if options["check"] else api.compile_all
        changed, failed = look(clock.now())
        for line in failed:
            self.stderr.write(line)
        verb = "would change" if options["check"] else "changed"
        self.stdout.write(f"{changed} rows {verb}, {len(failed)} sources failed.")
        if failed or (options["check"] and changed):
            sys.exit(1)
