"""What may stand on a page without being translated: what people and authors wrote, and what is no word."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils.translation import get_language_info
from wagtail.fields import StreamField
from wagtail.models import Page

from assessments.models import ScenarioVersion
from lms import clock
from lms.api import PeopleImport, User
from lms.rules.names import country_name
from lms.rules.people_files.tables import read_table
from lms.rules.workdays import countries, public_holidays, regions_of
from lms.templatetags.vouch import initials
from tests.people_files import ANA

OURS = ("lms", "coaching", "assessments", "cms")
NOT_DATA = {"lms.OutgoingMail"}
"""The program wrote it: what stands in it is looked at like a page."""

NO_WORDS = re.compile(
    r"https?://\S+|[\w.+-]+@[\w.-]+|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]{32,}\b"
    r"|\b[A-Z2-7]{32}\b|sentinel-\S+"
    r"|\b(?:Vouch|CSV|XLSX|PDF|QR|UTC|[kM]B)\b"
)
LETTERS = re.compile(r"[A-Za-z]{2,}")


def strings_of(value: Any) -> Iterator[str]:
    """Every string inside a value of a row."""
    if isinstance(value, str):
        text = re.sub(r"<[^>]+>", "\n", value) if "<" in value else value
        yield from (" ".join(line.split()) for line in text.splitlines())
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings_of(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings_of(inner)


def written(field: models.Field[Any, Any], value: Any) -> Any:
    """The value of a field as plain data."""
    if isinstance(field, StreamField):
        return json.loads(json.dumps(list(value.raw_data), default=str)) if value else []
    return value


def words_of_rows() -> set[str]:
    """Every string that somebody wrote into the database. A code is no data: ``coach`` on a page is a word of ours."""
    found: set[str] = set()
    kinds = [model for model in apps.get_models() if model._meta.app_label in OURS or model is Page]
    for model in kinds:
        if model._meta.label in NOT_DATA:
            continue
        fields = [
            field for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField | StreamField)
            and not field.choices
        ]  # fmt: skip
        for row in model._base_manager.all():
            for field in fields:
                found.update(strings_of(written(field, getattr(row, field.attname))))
    people = list(User.objects.all())
    names = {initials(who.full_name) for who in people} | {who.get_short_name() for who in people}
    words = {word for version in ScenarioVersion.objects.all() for word in meters(version)}
    zones = {zone.replace("_", " ") for zone in available_timezones()}
    words |= {name for code in countries() for name in (country_name(code, "en"), *regions_of(code).values())}
    years = range(clock.now().year - 1, clock.now().year + 4)
    words |= {name for code in ("DK", "PT") for year in years for name in public_holidays(code, "", year).values()}
    words |= {get_language_info(code)["name_local"] for code, _name in settings.LANGUAGES}  # each in its own words
    found = {word for word in found if not re.fullmatch(r"[a-z_]*", word)} | words
    return found | {word[:1].upper() + word[1:] for word in found} | names | zones | {"Something new", "NN"}


def words_of_the_machine() -> set[str]:
    """What Operations says of the machine: programs, folders, and how much room there is."""
    places = {settings.VOUCH_DATA_DIR, settings.MEDIA_ROOT, connection.settings_dict["NAME"]}
    programs = {"Python", "Django", "Wagtail", os.environ["DJANGO_SETTINGS_MODULE"], connection.display_name, "memory"}
    programs.add(settings.CACHES["default"]["BACKEND"].rpartition(".")[2])
    return programs | {"GB", "TB"} | {str(place) for place in places}


def words_of_files() -> set[str]:
    """What stands in files with people that wait, and in the one that probes bring."""
    tables = [read_table(bytes(row.content)) for row in PeopleImport.objects.exclude(content=None)]
    cells = {
        cell for table in tables for cells in (table.heads, *(line.cells for line in table.lines)) for cell in cells
    }
    return cells | {*ANA, "new.csv", "en"}


def meters(version: ScenarioVersion) -> Iterator[str]:
    """The words of an author for how a meter of a scenario stands."""
    for meter in version.spec["meters"].values():
        yield from meter["words"]


class Words:
    """What is left of a text when everything is taken away that may stand there."""

    def __init__(self, data: set[str]) -> None:
        longest = sorted({word for word in data if LETTERS.search(word)}, key=len, reverse=True)
        self.known = set(longest)
        self.pattern = re.compile("|".join(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])" for word in longest))
        self.left = cache(self._left)

    def _left(self, text: str) -> str:
        if text in self.known or not LETTERS.search(text):
            return ""
        rest = NO_WORDS.sub(" ", text)
        rest = self.pattern.sub(" ", rest)
        return " ".join(LETTERS.findall(rest))
