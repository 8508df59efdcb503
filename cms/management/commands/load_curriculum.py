"""manage.py load_curriculum: the curriculum's files into pages, snippets and customers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from cms import api
from cms.rules.curriculum import read_curriculum
from lms.errors import Invalid

FINE, FINDING, INVALID = 0, 1, 2


class Command(BaseCommand):
    """Exit codes: 0 fine, 1 something could not be compiled (see the admin), 2 usage or an invalid file."""

    help = (
        "Reads the curriculum's YAML files and publishes what differs. The files win over edits made in the admin. "
        "Exit codes: 0 fine, 1 something could not be compiled, 2 an invalid file (file:line: what to change)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", metavar="DIR", default=str(Path(settings.BASE_DIR) / "curriculum"))
        parser.add_argument("--check", action="store_true", help="only read the files and check them")
        parser.add_argument("--dry-run", action="store_true", help="report what would change, write nothing")
        parser.add_argument("--json", action="store_true", help="the report as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["folder"])
        if not folder.is_dir():
            self.stop(options, [f"{folder} is not a folder."])
        curriculum, problems = read_curriculum(folder)
        if problems or curriculum is None:
            self.stop(options, [str(problem) for problem in problems])
            return
        if options["check"]:
            self.answer(options, {"problems": []}, f"{folder} is fine.")
            return
        quiet = options["json"] or options["verbosity"] == 0
        try:
            report = api.load_curriculum(
                curriculum, dry_run=options["dry_run"], say=lambda line: None if quiet else self.say(line)
            )
        except Invalid as error:
            self.stop(options, [str(error)])
            return
        verb = "Would create" if options["dry_run"] else "Created"
        for line in [] if quiet else [*(f"+ {name}" for name in report.created if options["dry_run"]),
                                      *(f"~ {name}" for name in report.updated)]:  # fmt: skip
            self.say(line)
        summary = f"{verb} {len(report.created)}, changed {len(report.updated)}, left {report.unchanged} as they were."
        self.answer(options, report.as_json(), summary)
        if report.failed:
            for line in report.failed:
                self.stderr.write(line)
            sys.exit(FINDING)

    def say(self, line: str) -> None:
        """A progress line, seen at once."""
        self.stdout.write(line)
        self.stdout.flush()

    def answer(self, options: dict[str, Any], data: dict[str, Any], sentence: str) -> None:
        """The last line, or the JSON."""
        self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) if options["json"] else sentence)

    def stop(self, options: dict[str, Any], problems: list[str]) -> None:
        """Name the problems and leave with 2."""
        if options["json"]:
            self.stdout.write(json.dumps({"problems": problems}, ensure_ascii=False, indent=2))
        else:
            for line in problems:
                self.stderr.write(line)
        sys.exit(INVALID)
