"""Is this installation well? One line for each thing Vouch stands on."""

import os
import platform
from collections.abc import Callable, Iterator
from typing import Any

import django
import wagtail
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.checks import WARNING, run_checks
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lms import clock
from lms.api import administrators, health_checks, not_written_through, unsorted_names


class Trouble(Exception):
    """A check did not hold; says what to do."""


class Command(BaseCommand):
    help = "Look at everything Vouch stands on. Exit codes: 0 all well, 1 a finding."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        findings = 0
        for name, check in checks():
            try:
                self.stdout.write(f"ok       {name}: {check()}")
            except Exception as error:  # whatever is broken, the other lines still help
                findings += 1
                self.stdout.write(f"FINDING  {name}: {str(error).strip() or type(error).__name__}")
        if findings:
            raise SystemExit(1)


def checks() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "versions", versions
    yield "data folder", data_folder
    yield "database", database
    yield "migrations", migrations
    yield "duties", duties
    yield "system checks", system_checks
    yield "cache", cache_answers
    yield "broker", broker
    yield "mail", mail
    yield "names", names_sorted
    yield "clock", moved_clock
    yield from health_checks()


def versions() -> str:
    parts = f"Vouch {settings.VOUCH_VERSION}, Python {platform.python_version()}"
    parts += f", Django {django.__version__}, Wagtail {wagtail.__version__}"
    return f"{parts}, {os.environ['DJANGO_SETTINGS_MODULE']}"


def data_folder() -> str:
    probe = settings.VOUCH_DATA_DIR / ".writable"
    probe.write_text("")
    probe.unlink()
    return str(settings.VOUCH_DATA_DIR)


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return f"{connection.vendor}, {connection.settings_dict['NAME']}"


def migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise Trouble(f"{len(waiting)} are not applied: run manage.py migrate")
    return "all applied"


def duties() -> str:
    """Django's groups and ``is_superuser`` are what the duties say; whoever was changed behind them has no duty."""
    if differ := not_written_through():
        names = ", ".join(f"{person.full_name} <{person.email}>" for person in differ)
        raise Trouble(f"the groups of these people were changed by hand: {names}. Run manage.py write_duties")
    if not administrators().exists():
        raise Trouble("there is no administrator: run manage.py create_admin")
    return "as they were given"


def system_checks() -> str:
    messages = run_checks(databases=["default"])
    if found := [each for each in messages if each.level >= WARNING and not each.is_silenced()]:
        raise Trouble("; ".join(f"{each.id} {each.msg}" for each in found))
    return "nothing found"


def cache_answers() -> str:
    cache.set("doctor", "well", 10)
    if cache.get("doctor") != "well":
        raise Trouble("it forgets what it is told: see CACHE_URL")
    return settings.CACHES["default"]["BACKEND"].rpartition(".")[2]


def broker() -> str:
    with current_app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=3)
        return str(connection.transport_cls or connection.as_uri())


def mail() -> str:
    backend = settings.VOUCH_SMTP_BACKEND.rpartition(".")[0].rpartition(".")[2]
    return f"{backend} {settings.EMAIL_HOST}:{settings.EMAIL_PORT}" if backend == "smtp" else backend


def names_sorted() -> str:
    if rows := unsorted_names():
        raise Trouble(f"{len(rows)} stand in another order than the organisation's: run manage.py sort_names")
    return "in the order of the organisation's language"


def moved_clock() -> str:
    if not settings.VOUCH_CLOCK_FILE:
        return f"{clock.now():%Y-%m-%d %H:%M} UTC"
    return f"{clock.now():%Y-%m-%d %H:%M} UTC as {settings.VOUCH_CLOCK_FILE} moves it"
