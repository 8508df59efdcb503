"""Web server, worker and schedule as one command: what a demo or a small company runs."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from lms import supervisor


class Command(BaseCommand):
    help = (
        "Serve Vouch: web server, and worker with the schedule, in one process group. Whichever ends is started again. "
        "Ctrl-C stops all of them (exit 130), so does SIGTERM (exit 0). Logs are kept in log/ of the data folder."
    )
    requires_system_checks = []  # the server checks itself when it starts

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        given = ["--data", str(settings.VOUCH_DATA_DIR), "--host", host, "--port", str(port)]
        os.execv(sys.executable, [sys.executable, "-P", supervisor.__file__, *given])  # keeps our number and our output
