"""What stands in the database of a site: read only, to say what an act has changed in it."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager

from .site import Site

OWN_LIFE = {
    "django_session": "a session is not the record; looking at a page may touch it",
    "lms_heartbeat": "the worker and the schedule show that they live",
    "lms_taskrun": "the worker notes when each task last went through",
    "wagtailadmin_editingsession": "an open editor says every few seconds that it is still open",
}
"""Tables that may change without an act, and why."""
IN_ITS_OWN_TIME = {
    "lms_outgoingmail": ("leased_until", "attempts", "last_error", "sent_at", "given_up_at"),
}
"""Columns in which the worker notes what it does meanwhile; a mail more, or another text, is still a change."""

UNMAILED = """
SELECT 1 FROM lms_notice WHERE mailed_at IS NULL
UNION ALL
SELECT 1 FROM assessments_signoffevent WHERE id NOT IN (SELECT event_id FROM assessments_receipt)
"""
MAILED_WITHIN = 100

Rows = dict[str, Counter[bytes]]


def rows(site: Site) -> Rows:
    """Every row of every table, as a digest."""
    found: Rows = {}
    with closing(sqlite3.connect(f"file:{site.folder / 'vouch.sqlite3'}?mode=ro", uri=True)) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (table,) in names:
            if table in OWN_LIFE:
                continue
            known = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
            columns = ", ".join(f'"{name}"' for name in known if name not in IN_ITS_OWN_TIME.get(table, ()))
            found[table] = Counter(
                hashlib.sha256(repr(row).encode()).digest()
                for row in database.execute(f'SELECT {columns} FROM "{table}"')
            )
    return found


def changes(before: Rows, after: Rows) -> dict[str, tuple[int, int]]:
    """Table to the numbers of rows that came and that went (a row that changed did both)."""
    return {
        table: ((after[table] - before[table]).total(), (before[table] - after[table]).total())
        for table in after
        if after[table] != before[table]
    }


@contextmanager
def nothing_changes(site: Site) -> Iterator[None]:
    """Whatever is done inside, no row of the site may come, go or change.

    Before that the worker makes mails of the notices and receipts that there are: this is still the act before.
    """
    until = time.monotonic() + MAILED_WITHIN
    while read(site, UNMAILED):
        assert time.monotonic() < until, "The worker makes no mails of notices and receipts."
        time.sleep(0.2)
    before = rows(site)
    yield
    found = changes(before, rows(site))
    assert not found, f"changed although nothing should have (rows that came, rows that went): {found}"


def read(site: Site, query: str, *values: object) -> list[tuple[object, ...]]:
    """Rows of the site's database, for finding an address that no page shows."""
    with closing(sqlite3.connect(f"file:{site.folder / 'vouch.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute(query, values).fetchall()
