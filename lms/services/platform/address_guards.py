"""The database's own guards of addresses: the log-in's table holds one row a person, and it is the person's address.

That table (allauth's) decides what opens an account and where links for a new passphrase go. Triggers write its row
with the person's, and refuse one that holds anything else, whoever speaks SQL. Django drops the triggers of a table
that it rebuilds on SQLite: they are laid aside before every migrate and put back after it, and a system check compares
what stands, text for text.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from lms.models import User

PEOPLE, LOG_IN = User._meta.db_table, "account_emailaddress"
TABLES = (PEOPLE, LOG_IN)
SENTENCE = "This is not the address of this person."
ADD = f'INSERT INTO {LOG_IN} (user_id, email, verified, "primary") VALUES (NEW.id, NEW.email, TRUE, TRUE);'  # noqa: S608
FOLLOW = f'UPDATE {LOG_IN} SET email = NEW.email, verified = TRUE, "primary" = TRUE WHERE user_id = NEW.id;'  # noqa: S608
ANOTHER = f"NOT EXISTS (SELECT 1 FROM {PEOPLE} WHERE id = NEW.user_id AND email = NEW.email)"  # noqa: S608
WRONG = f'{ANOTHER} OR NOT NEW.verified OR NOT NEW."primary"'

SQLITE = {
    f"{PEOPLE}_address_added": f"AFTER INSERT ON {PEOPLE} BEGIN {ADD} END",
    f"{PEOPLE}_address_changed": f"AFTER UPDATE OF email ON {PEOPLE} WHEN NEW.email <> OLD.email BEGIN {FOLLOW} END",
    f"{LOG_IN}_added": f"BEFORE INSERT ON {LOG_IN} WHEN {ANOTHER} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END",
    f"{LOG_IN}_changed": f"BEFORE UPDATE ON {LOG_IN} WHEN {WRONG} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END",
}
REFUSE = f"RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation';"
POSTGRESQL = {
    f"{PEOPLE}_address_added": ("AFTER INSERT", PEOPLE, f" BEGIN {ADD} RETURN NULL; END "),
    f"{PEOPLE}_address_changed": ("AFTER UPDATE OF email", PEOPLE, f" BEGIN {FOLLOW} RETURN NULL; END "),
    f"{LOG_IN}_added": ("BEFORE INSERT", LOG_IN, f" BEGIN IF {ANOTHER} THEN {REFUSE} END IF; RETURN NEW; END "),
    f"{LOG_IN}_changed": ("BEFORE UPDATE", LOG_IN, f" BEGIN IF {WRONG} THEN {REFUSE} END IF; RETURN NEW; END "),
}
PUT_RIGHT = (
    "DELETE FROM account_emailconfirmation",
    f"DELETE FROM {LOG_IN} WHERE NOT EXISTS "  # noqa: S608 - our own names
    f"(SELECT 1 FROM {PEOPLE} person WHERE person.id = user_id AND person.email = {LOG_IN}.email)",
    f'INSERT INTO {LOG_IN} (user_id, email, verified, "primary") SELECT id, email, TRUE, TRUE FROM {PEOPLE} person '  # noqa: S608
    f"WHERE NOT EXISTS (SELECT 1 FROM {LOG_IN} WHERE user_id = person.id)",
    f'UPDATE {LOG_IN} SET verified = TRUE, "primary" = TRUE',  # noqa: S608
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place, anew, and the rows right that were written before there were any. Idempotent."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in (*(_sqlite() if connection.vendor == "sqlite" else _postgresql()), *PUT_RIGHT):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every guard away; for what rebuilds tables, and for ``install``."""
    with connection.cursor() as cursor:
        for name, (_when, table, _body) in POSTGRESQL.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{'' if connection.vendor == 'sqlite' else f' ON {table}'}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The guards that do not stand, on their table and with their text. Queries: 1."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = dict(cursor.fetchall())
            return [name for name, text in zip(SQLITE, _sqlite(), strict=True) if found.get(name) != text]
        cursor.execute(
            "SELECT tgname, relname, prosrc, pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger "
            "JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgenabled = 'A'"
        )
        standing = {name: (table, body, text) for name, table, body, text in cursor.fetchall()}
    return [
        name
        for name, (when, table, body) in POSTGRESQL.items()
        if standing.get(name, ("", "", ""))[:2] != (table, body) or f" {when} ON " not in standing[name][2]
    ]


def _sqlite() -> list[str]:
    return [f"CREATE TRIGGER {name} {rest}" for name, rest in SQLITE.items()]


def _postgresql() -> list[str]:
    statements = []
    for name, (when, table, body) in POSTGRESQL.items():
        statements += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
            f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        ]
    return statements
