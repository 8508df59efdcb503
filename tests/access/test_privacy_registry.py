"""Every table with a link to a person has a line in the privacy registry."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import Field, Model

from lms.api import User, personal_lines
from lms.rules import privacy

OURS = {"lms", "coaching", "assessments", "cms"}
LINES = personal_lines()
ALONG = {label for line in LINES for label in line.along}
KNOWN = {line.model for line in LINES} | ALONG

# What a link leads to and is not about anybody: published content, which people's rows point at and not the reverse.
CONTENT = {"cms.CompileFailure"}


def links(model: type[Model]) -> Iterator[Field]:
    """The fields of a table that name another row, inherited ones included."""
    return (field for field in model._meta.get_fields() if field.is_relation and field.concrete and field.related_model)


def to_people(model: type[Model]) -> set[str]:
    """The fields that name a person."""
    return {field.name for field in links(model) if field.related_model is User}


def about_people() -> set[str]:
    """Tables from which a link leads to a person, by however many steps; other people's tables: by one."""
    models = {model._meta.label: model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy}
    found = {label for label, model in models.items() if to_people(model)}
    ours = {label for label, model in models.items() if model._meta.app_label in OURS}
    grew = True
    while grew:
        more = {
            label
            for label in ours - found
            if any(field.related_model._meta.label in found & ours for field in links(models[label]))
        }
        found |= more
        grew = bool(more)
    return found


def test_every_table_that_leads_to_a_person_is_registered() -> None:
    assert about_people() - KNOWN - CONTENT == set()


def test_nothing_is_registered_that_is_not_there() -> None:
    assert {label for label in KNOWN if not apps.is_installed(apps.get_model(label)._meta.app_config.name)} == set()
    assert ALONG & {line.model for line in LINES} == set()
    assert {label for label in KNOWN - about_people() if label.split(".")[0] in OURS} == {
        "lms.User",
        "lms.OutgoingMail",
        "lms.Photo",
    }


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.model} {line.what[:30]}")
def test_a_line_names_every_field_that_names_a_person(line: privacy.Personal) -> None:
    """A new link in a table that is known already asks for its line to be read again."""
    assert set(line.people) == to_people(apps.get_model(line.model))


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.model} {line.what[:30]}")
def test_a_line_says_what_why_and_how_long(line: privacy.Personal) -> None:
    assert line.topic in privacy.TOPICS
    assert line.erased in (privacy.DELETED, privacy.NAMELESS, privacy.STAYS)
    for sentence in (line.what, line.why, line.kept):
        assert str(sentence).endswith("."), sentence


def test_practice_is_seen_by_nobody_else() -> None:
    """Only that Try opened leaves it."""
    seen = {line.model: line.seen_by for line in LINES if line.topic == privacy.PRACTICE}
    assert {model for model, seen_by in seen.items() if seen_by} == {"assessments.TryFact"}


def test_what_is_not_exported_is_not_ones_own_or_not_on_a_page() -> None:
    """One's own export leaves out what others wrote for themselves, and what only the machine needs."""
    left_out = {line.model for line in LINES if not line.exported}
    assert left_out == {
        "coaching.Session", "lms.OutgoingMail", "sessions.Session", "mfa.Authenticator", "wagtailadmin.EditingSession",
        "usersessions.UserSession", "wagtailcore.APIToken",
    }  # fmt: skip
