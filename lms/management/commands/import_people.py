"""manage.py import_people: a file of an HR system into the record."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from lms import api, clock
from lms.errors import DomainError
from lms.rules.people_files.compare import MISSING, NOBODY, STATED, Plan
from lms.rules.people_files.dates import ORDERS
from lms.rules.people_files.tables import MOST_BYTES

FINE, FINDING, INVALID = 0, 1, 2
INVITE = {"later": "later", "first-day": "first_day", "now": "now"}


class Command(BaseCommand):
    """Exit codes: 0 fine, 1 rows that cannot be read, 2 usage or an invalid file."""

    help = (
        "Brings people from a CSV or XLSX file, all or nothing; what the record says already is not written again. "
        "Exit codes: 0 fine, 1 rows cannot be read (each with its line), 2 usage or an invalid file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--mapping", metavar="NAME", default="", help="the columns as they were kept under a name")
        parser.add_argument("--by", metavar="ADDRESS", default="", help="who brings it; not needed with --dry-run")
        parser.add_argument("--dry-run", action="store_true", help="report what would change, write nothing")
        parser.add_argument("--json", action="store_true", help="the report as JSON on standard output")
        parser.add_argument("--leave-out", action="store_true", help="write the other rows when some cannot be read")
        parser.add_argument("--days", choices=list(ORDERS), default="", help="how days with strokes are written")
        parser.add_argument("--leave", choices=[NOBODY, STATED, MISSING], default="", help="who leaves by the file")
        parser.add_argument("--leaving", metavar="N", default="", help="how many leave, where these are many")
        parser.add_argument("--invite", choices=list(INVITE), default="later", help="when new people are invited")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b" " * (MOST_BYTES + 1)
        except OSError as error:
            self.stop(options, f"{path}: {error.strerror}")
            return
        try:
            self.bring(path.name, content, options)
        except DomainError as error:
            self.stop(options, str(error))

    def bring(self, name: str, content: bytes, options: dict[str, Any]) -> None:
        """Look, and write where that is asked for and there is anything to write. Raises DomainError."""
        at = clock.now()
        actor = api.active_people().filter(email=options["by"].strip().lower()).first() if options["by"] else None
        if actor is None and (options["by"] or not options["dry_run"]):
            self.stop(options, "Say with --by whose address it is brought in under: somebody who may invite people.")
            return
        if actor is not None:
            api.people_policy.require(actor, "invite")
        kept = api.mapping_named(options["mapping"]) if options["mapping"] else None
        choices = api.FileChoices(
            columns=kept.columns if kept else {},
            order=options["days"] or (kept.order if kept else ""),
            charset=kept.charset if kept else "",
            leave=options["leave"] or STATED,
        )
        look = api.look_at(content, choices, at, actor)
        if look.plan is None:
            self.stop(options, look.question)
            return
        written = False
        if actor is not None and not options["dry_run"] and look.plan.writes:
            if look.plan.problems and not options["leave_out"]:
                self.answer(options, look.plan, written=False)
                return
            with transaction.atomic():
                row = api.read_people_file(actor=actor, file=SimpleUploadedFile(name, content), key=uuid4(), at=at)
                api.choose_columns(
                    actor=actor,
                    import_uid=row.uid,
                    columns=look.columns,
                    order=choices.order,
                    charset=choices.charset,
                    leave=choices.leave,
                    key=uuid4(),
                    at=at,
                )
                api.apply_import(
                    actor=actor,
                    import_uid=row.uid,
                    shown=look.plan.fingerprint,
                    leave_out=options["leave_out"],
                    invitations=INVITE[options["invite"]],
                    typed=options["leaving"],
                    key=uuid4(),
                    at=at,
                )
            written = True
        self.answer(options, look.plan, written=written)

    def answer(self, options: dict[str, Any], plan: Plan, *, written: bool) -> None:
        """The report; leaves with 1 when rows cannot be read."""
        if options["json"]:
            problems = [
                {"line": each.line, "name": each.name, "field": each.field, "sentence": each.sentence}
                for each in plan.problems
            ]
            report = {"written": written, **plan.counts, "problems": problems, "notes": list(plan.notes)}
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            for each in plan.problems:
                self.stderr.write(f"line {each.line}: {each.name}: {each.sentence}")
            for note in plan.notes:
                self.stderr.write(note)
            verb = "Written" if written else "Would write" if options["dry_run"] else "Nothing written"
            said = ", ".join(f"{count} {kind}" for kind, count in plan.counts.items())
            self.stdout.write(f"{verb}: {said}.")
        if plan.problems:
            sys.exit(FINDING)

    def stop(self, options: dict[str, Any], problem: str) -> None:
        """Name the problem and leave with 2."""
        if options["json"]:
            self.stdout.write(json.dumps({"problems": [problem]}, ensure_ascii=False, indent=2))
        else:
            self.stderr.write(problem)
        sys.exit(INVALID)
