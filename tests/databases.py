"""Databases for the tests: ready in a second, and as they were after each test that commits.

Migrating from nothing takes some 17 seconds of work, nearly all of it Wagtail's. The first run keeps a copy of the
migrated database under a fingerprint of everything that shapes it; later runs begin with that copy.

A test that commits would have to empty every table and write the rows of the migrations again, which takes a second.
Here the rows that the migrations left are kept beside the database and put back; the ledger's guards, which refuse
that, step aside meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "var" / "test"


def fingerprint() -> str:
    """Of our migrations, of what runs after them, of apps and packages; empty while an app has no migrations."""
    apps = [ROOT / app for app in ("lms", "coaching", "assessments", "cms")]
    if not all((app / "migrations" / "0001_initial.py").exists() for app in apps):
        return ""
    files = [ROOT / "requirements.txt", ROOT / "lms" / "settings" / "base.py"]
    for app in apps:
        files += sorted((app / "migrations").glob("*.py"))
        files += [path for name in ("apps.py", "receivers.py") if (path := app / name).exists()]
        files += sorted(file for name in ("*guards*.py", "triggers.py") for file in (app / "services").rglob(name))
    files += [ROOT / "cms" / "services" / "authoring" / name for name in ("setup.py", "review.py")]
    files += [ROOT / "lms" / "services" / "platform" / "organisation.py"]
    sha = hashlib.sha256()
    for path in files:
        sha.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return sha.hexdigest()[:16]


def migrated(name: str) -> Path:
    """Where SQLite's template with this fingerprint lies, if it was made."""
    return TEMPLATES / f"{name}.sqlite3"


def database_of(connection: Any) -> SQLite | PostgreSQL:
    """The one that the tests run on."""
    return SQLite(connection) if connection.vendor == "sqlite" else PostgreSQL(connection)


class SQLite:
    """The template is a file, and using it means copying it to where the test database goes."""

    keepdb = True

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.file = Path(connection.settings_dict["TEST"]["NAME"])

    def use(self, name: str) -> bool:
        try:
            shutil.copyfile(migrated(name), self.file)
        except FileNotFoundError:
            return False
        return True

    def discard(self) -> None:
        """Nothing to do: the file goes with the data folder of this run."""

    def save(self, name: str) -> None:
        TEMPLATES.mkdir(parents=True, exist_ok=True)
        for old in TEMPLATES.glob("*.sqlite3"):
            old.unlink(missing_ok=True)
        new = TEMPLATES / f"{name}.{os.getpid()}.new"
        self._copy_to(new)
        new.replace(migrated(name))

    def keep(self) -> None:
        """What ``restore`` gives back: all that is there now."""
        self.kept = self.file.with_suffix(f".{os.getpid()}.kept")
        self._copy_to(self.kept)

    def restore(self) -> None:
        """As it was when it was kept, guards included."""
        self.connection.close()
        with closing(sqlite3.connect(self.kept)) as source, closing(sqlite3.connect(self.file)) as target:
            source.backup(target)

    def _copy_to(self, file: Path) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(file)])


class PostgreSQL:
    """The template is a database of its own, one a role (only its owner may copy it), copied by PostgreSQL itself."""

    keepdb = False

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.prefix = f"vouch_template_{connection.settings_dict['USER'] or 'me'}_"

    def use(self, name: str) -> bool:
        with self.connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.prefix + name])
            if not cursor.fetchone():
                return False
        self.connection.settings_dict["TEST"]["TEMPLATE"] = self.prefix + name
        return True

    def discard(self) -> None:
        """Half a database, left by a migration that failed: nobody else would remove it."""
        self.connection.close()
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{self.connection.settings_dict["TEST"]["NAME"]}"')

    def save(self, name: str) -> None:
        from django.db import ProgrammingError

        self.connection.close()  # PostgreSQL copies only a database that nobody uses
        with self.connection._nodb_cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.prefix])
            for (old,) in cursor.fetchall():
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
            try:
                source = self.connection.settings_dict["NAME"]
                cursor.execute(f'CREATE DATABASE "{self.prefix}{name}" TEMPLATE "{source}"')
            except ProgrammingError:
                pass  # another run was faster

    def keep(self) -> None:
        """What ``restore`` gives back: the rows of today, in a schema of their own."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            self.tables = [table for (table,) in cursor.fetchall()]
            self.kept = self._filled(cursor)
            cursor.execute("CREATE SCHEMA kept")
            for table in self.kept:
                cursor.execute(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"')

    def restore(self) -> None:
        """As it was when it was kept. Keys between tables are checked at the end, so that no order matters."""
        from django.db import transaction

        from assessments.services.ledger import triggers

        self.connection.close()
        triggers.remove(self.connection)
        try:
            with transaction.atomic(), self.connection.cursor() as cursor:
                for table in self._filled(cursor):
                    cursor.execute(f'DELETE FROM public."{table}"')
                for table in self.kept:
                    cursor.execute(f'INSERT INTO public."{table}" TABLE kept."{table}"')
        finally:
            triggers.install(self.connection)

    def _filled(self, cursor: Any) -> list[str]:
        """Tables that hold rows."""
        asked = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM public.\"{table}\")" for table in self.tables]
        cursor.execute(" UNION ALL ".join(asked))
        return [table for (table,) in cursor.fetchall()]
