"""Is every sign-off still what was signed?"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.api import verify_ledger
from lms import clock


class Command(BaseCommand):
    """Exit 0: the ledger is whole - 1: it is not, each finding on a line - 2: the anchor file cannot be read."""

    help = "Verify the ledger of sign-offs: guards, chains, texts, observations, evidence files, authority."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor", type=Path, metavar="FILE", help="compare with an anchor that was kept elsewhere"
        )
        parser.add_argument("--write-anchor", type=Path, metavar="FILE", help="write today's anchor to keep elsewhere")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        anchor = None
        if options["anchor"]:
            try:
                anchor = json.loads(options["anchor"].read_text())
                for seq, head in dict(anchor["chains"]).values():
                    if not (isinstance(seq, int) and isinstance(head, str)):
                        raise ValueError("a chain is a number and a hash")
            except (OSError, ValueError, TypeError, KeyError) as error:
                raise CommandError(
                    f"{options['anchor']} is not an anchor that can be read: {error}", returncode=2
                ) from None
        report = verify_ledger(anchor, clock.now())
        if options["write_anchor"]:
            options["write_anchor"].write_text(json.dumps(report.anchor, indent=1) + "\n")
        if options["json"]:
            findings = [{"where": item.where, "problem": item.problem} for item in report.findings]
            self.stdout.write(json.dumps({"anchor": report.anchor, "findings": findings}, indent=1))
        else:
            for finding in report.findings:
                self.stdout.write(str(finding))
            self.stdout.write(f"{report.events} events in {report.chains} chains, {len(report.findings)} findings.")
        if report.findings:
            sys.exit(1)
