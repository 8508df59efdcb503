"""Is every sign-off still what was signed?"""

from __future__ import annotations

import json
import re
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.api import read_anchors, verify_ledger
from lms import clock


class Command(BaseCommand):
    """Exit 0: the ledger is whole - 1: it is not, each finding on a line - 2: an anchor or receipt cannot be read."""

    help = "Verify the ledger of sign-offs: guards, log, rows, every event judged again, files, gates, anchors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor", type=Path, metavar="FILE", help="compare with the anchors that were kept in this file"
        )
        parser.add_argument(
            "--write-anchor",
            type=Path,
            metavar="FILE",
            help="add today's anchor to this file, whatever is found; keep it outside the database",
        )
        parser.add_argument(
            "--receipt", action="append", default=[], metavar="N:HASH", help="compare with a receipt from a mail"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        write_to: Path | None = options["write_anchor"]
        kept = _anchors(write_to) if write_to and write_to.exists() else []
        given = _anchors(options["anchor"]) if options["anchor"] else []
        others = [anchor for anchor in given if anchor not in kept]
        receipts = [_receipt(text) for text in options["receipt"]]
        report = verify_ledger([*others, *kept], receipts, at=clock.now())
        if write_to:
            _write(write_to, [*kept, report.anchor])
        if options["json"]:
            findings = [{"where": item.where, "problem": item.problem} for item in report.findings]
            self.stdout.write(json.dumps({"anchor": report.anchor, "findings": findings}, indent=1))
        else:
            for finding in report.findings:
                self.stdout.write(str(finding))
            counts = f"{report.events} events, {report.entries} entries of the log"
            self.stdout.write(f"{counts}, {len(report.findings)} findings.")
        if report.findings:
            sys.exit(1)


def _anchors(path: Path) -> list[dict[str, Any]]:
    try:
        return read_anchors(json.loads(path.read_text()))
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(f"{path} holds no anchors that can be read: {error}", returncode=2) from None


def _receipt(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip())
    if not found:
        raise CommandError(f"{text} is no receipt: give it as it stands in the mail, 123:abc...", returncode=2)
    return int(found[1]), found[2]


def _write(path: Path, anchors: list[Any]) -> None:
    """Replace the file in one step: never half a list of anchors."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(anchors, indent=1) + "\n")
    beside.replace(path)
