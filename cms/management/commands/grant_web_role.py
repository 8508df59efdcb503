"""What the web server and the worker may do in PostgreSQL: read and write, but never rewrite the record."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from assessments.api import ERASED_WITH_LEAVE, GUARDED


class Command(BaseCommand):
    """Exit 0: granted - 2: no such role, or a database without roles."""

    help = (
        "Give a role of PostgreSQL, which is not the tables' owner, what the web server and the worker need: all but "
        "changing and deleting what the record is made of. Run it as the owner, after each migrate."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", nargs="?", default="vouch_web")

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("This database has no roles: only PostgreSQL has.", returncode=2)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT rolname = current_user FROM pg_roles WHERE rolname = %s", [role])
            found = cursor.fetchone()
            if found is None:
                raise CommandError(f"PostgreSQL knows no role {role}: docs/installing/roles.sh makes it.", returncode=2)
            if found[0]:
                raise CommandError(f"{role} owns the tables: the owner can rewrite all of them.", returncode=2)
            name, guarded = connection.ops.quote_name(role), ", ".join(map(connection.ops.quote_name, GUARDED))
            for statement in (
                f"GRANT USAGE ON SCHEMA public TO {name}",
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
                f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
                f"REVOKE UPDATE, DELETE, TRUNCATE ON {guarded} FROM {name}",
                # A trigger lets only those go that an erasure names.
                f"GRANT DELETE ON {connection.ops.quote_name(ERASED_WITH_LEAVE)} TO {name}",
            ):
                cursor.execute(statement)
        self.stdout.write(f"{role} may read and write, and add to the record, of which it changes nothing.")
