"""A new key for the record's log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lms import clock
from lms.api import KeyMissing, add_key, key_ring, rotate_key
from lms.rules.log import key_id


class Command(BaseCommand):
    """Exit 0: a new key vouches from now on - 3: the key is not in a file, or cannot be read or written."""

    help = (
        "Put a new key above the old ones in VOUCH_LEDGER_KEY_FILE. From the next entry on it vouches for the log; the "
        "old ones stay, to check what they vouched for. A key in the environment is changed there, in the same order."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.VOUCH_LEDGER_KEY:
            raise CommandError(
                "The key is in the environment: put a new one before the old one in VOUCH_LEDGER_KEY, with a space "
                "between them, and start Vouch again. The log notes the change by itself.",
                returncode=3,
            )
        try:
            before = key_ring().current_id
            new = add_key(Path(settings.VOUCH_LEDGER_KEY_FILE))
            rotate_key(new, clock.now())
        except (KeyMissing, OSError) as error:
            raise CommandError(str(error), returncode=3) from None
        self.stdout.write(f"The key {key_id(new)} vouches for the log from now on; {before} is kept below it.")
