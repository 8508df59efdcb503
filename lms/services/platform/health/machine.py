"""What the machine gives: folders, room, static files, a clock, a database, a cache."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import time
from datetime import datetime
from pathlib import Path

import django
import wagtail
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.core.files.storage import storages
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.files import Folder
from lms.rules.said import how_long

from .finding import HealthFinding

STYLESHEET = "css/site.css"
CLOCKS_DIFFER = 10
"""Seconds; a second factor of the moment is taken for thirty."""
SECONDS = {
    "postgresql": "SELECT EXTRACT(EPOCH FROM clock_timestamp())",
    "sqlite": "SELECT (julianday('now') - julianday('1970-01-01')) * 86400",
}
LEAST_SHARE, LEAST_BYTES = 10, 5_000_000_000
"""A disk is nearly full when less than a tenth of it and less than this is free."""


def versions(at: datetime) -> str:
    """What runs here, and with which settings."""
    parts = f"Vouch {settings.VOUCH_VERSION}, Python {platform.python_version()}"
    parts += f", Django {django.__version__}, Wagtail {wagtail.__version__}"
    return f"{parts}, {os.environ['DJANGO_SETTINGS_MODULE']}"


def data_folder(at: datetime) -> str | HealthFinding:
    """Whether the data folder takes a file."""
    return _takes_files(
        "data-folder-unwritable",
        [settings.VOUCH_DATA_DIR],
        _("Give the folder that VOUCH_DATA_DIR names to the user that runs Vouch."),
    )


def media(at: datetime) -> str | HealthFinding:
    """Whether the folders of what people hand in take a file."""
    ours = [storages[name] for name in settings.STORAGES if name != "staticfiles"]
    return _takes_files(
        "media-unwritable",
        [Path(storage.base_location) for storage in ours if isinstance(storage, Folder)],
        _("Give the folder that MEDIA_ROOT names, with all in it, to the user that runs Vouch."),
    )


def _takes_files(code: str, folders: list[Path], what_to_do: str) -> str | HealthFinding:
    for folder in folders:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            said = _("No file can be written in %(folder)s: %(error)s.")
            return HealthFinding(code, said % {"folder": folder, "error": error.strerror or error}, what_to_do)
    return _("%(folder)s takes files.") % {"folder": os.path.commonpath(folders)}


def static_files(at: datetime) -> str | HealthFinding:
    """Whether every file of ours that pages name is there, as this installation hands them out."""
    ours = [STYLESHEET]
    for folder in map(Path, settings.STATICFILES_DIRS):
        ours += [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    missing = [name for name in ours if not _is_handed_out(name)]
    if missing:
        said = ngettext("%(n)s static file is missing: %(first)s.", "%(n)s static files are missing, %(first)s first.",
                        len(missing))  # fmt: skip
        return HealthFinding(
            "static-missing",
            said % {"n": len(missing), "first": missing[0]},
            _("Run manage.py collectstatic, and start the web server again."),
        )
    return ngettext("%(n)s file is there.", "%(n)s files are there.", len(ours)) % {"n": len(ours)}


def _is_handed_out(name: str) -> bool:
    manifest: dict[str, str] | None = getattr(staticfiles_storage, "hashed_files", None)
    if manifest is None:
        return finders.find(name) is not None
    return name in manifest and staticfiles_storage.exists(manifest[name])


def disk(at: datetime) -> str | HealthFinding:
    """How much room there is where Vouch writes."""
    left: dict[int, tuple[Path, int, int]] = {}
    for folder in (Path(settings.VOUCH_DATA_DIR), Path(settings.MEDIA_ROOT)):
        there = next(each for each in (folder, *folder.parents) if each.exists())
        usage = shutil.disk_usage(there)
        left[there.stat().st_dev] = (folder, usage.free, usage.total)
    folder, free, total = min(left.values(), key=lambda row: row[1])
    words = {"folder": folder, "free": filesizeformat(free), "total": filesizeformat(total)}
    if free * LEAST_SHARE < total and free < LEAST_BYTES:
        return HealthFinding(
            "disk-nearly-full",
            _("The disk of %(folder)s is nearly full: %(free)s of %(total)s are free.") % words,
            _("Make room, or give it a larger disk. On a full disk nothing can be signed or handed in."),
        )
    return _("%(free)s of %(total)s are free.") % words


def clocks(at: datetime) -> str | HealthFinding:
    """Whether this machine and the database agree about the time."""
    if settings.VOUCH_CLOCK_FILE:
        return _("The file %(file)s moves the clock.") % {"file": settings.VOUCH_CLOCK_FILE}
    apart = seconds_of_database() - time.time()
    if abs(apart) > CLOCKS_DIFFER:
        return HealthFinding(
            "clock-off",
            _("The clocks of this machine and of the database are %(span)s apart.") % {"span": how_long(abs(apart))},
            _("Let both follow one time server (systemd-timesyncd). Days and second factors go by these clocks."),
        )
    return _("This machine and the database agree about the time.")


def seconds_of_database() -> float:
    """What the database takes for now, in seconds since 1970. Queries: 1."""
    with connection.cursor() as cursor:
        cursor.execute(SECONDS[connection.vendor])
        return float(cursor.fetchone()[0])


def database(at: datetime) -> str:
    """Which database answers. Queries: 1."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    name = settings.DATABASES["default"]["NAME"]
    return _("%(vendor)s %(version)s answers, %(name)s.") % {
        "vendor": connection.display_name,
        "version": ".".join(map(str, connection.get_database_version())),
        "name": name,
    }


def cache_keeps(at: datetime) -> str | HealthFinding:
    """Whether the cache keeps what it is told."""
    cache.set("doctor", at.isoformat(), 10)
    if cache.get("doctor") != at.isoformat():
        return HealthFinding("cache-forgets", _("The cache forgets what it is told."), _("See CACHE_URL."))
    return _("%(kind)s keeps what it is told.") % {"kind": settings.CACHES["default"]["BACKEND"].rpartition(".")[2]}
