"""Hole H18: one line means one line, whichever way a text comes in, and the text of mail cannot be forged."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import unicodedata
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import models
from django.test import Client

import assessments.forms
import coaching.forms
import lms.forms
from lms.api import LEARNING_ADMINISTRATORS, ManyLines, Notice, OneLine, OutgoingMail, Team, User, invite_person
from lms.errors import Invalid
from lms.forms.people import InviteForm
from lms.rules.lines import many_lines, one_line, shorten
from tests.factories import basics, notices, people

APPS = ("lms", "coaching", "assessments", "cms")
FORGED = {
    "a header": "Anna\r\nBcc: evil@example.com",
    "a line of its own": "Anna\nYour passphrase has run out: https://evil.example",
    "other separators": "Anna\u2028Bcc:\u2029x\x85y\x0bz\x0c",
    "turned around": "Anna \u202egnp.exe\u202c",
    "isolated": "An\u2066na\u2069\u200f\u061c",
    "unseen": "An\u200bna\ufeff\u2060",
    "orders to a terminal": "An\x1b[2Jna\x07\x7f\x9b",
    "half a character": "Anna\ud800",
}
BAD = {*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0x202E, 0x202C, 0x2066, 0x2069, 0x200F, 0x61C, 0x200B, 0xFEFF}


@pytest.mark.parametrize("what", FORGED)
def test_what_stands_on_one_line_has_nothing_else_in_it(what: str) -> None:
    """H18."""
    line = one_line(FORGED[what])
    assert not {*map(ord, line)} & BAD
    assert "\ud800" not in line
    assert "na" in line or "Anna" in line
    assert one_line(line) == line
    assert not {*map(ord, shorten(FORGED[what] * 9, 20))} & BAD


@pytest.mark.parametrize(
    "name",
    ["Zoë Ångström", "محمد", "נועה", "Nguyễn Thị Ánh", "王 小明", "می\u200cخواهم", "👩\u200d🏫 Kim", "O’Brien-Løw"],
)
def test_names_of_all_scripts_stay_as_they_are(name: str) -> None:
    """H18. Joiners included: some names are wrong without them."""
    assert one_line(name) == name


@pytest.mark.parametrize(
    "name",
    ["❤\ufe0f Kim", "👨\u200d👩\u200d👧", "❤\ufe0f\u200d🔥", "क्\u200dष", "نام\u200cها", "C++", "+", "🙂", "\u0600١٢"],
)
def test_signs_that_one_sees_stay_as_they_are(name: str) -> None:
    """H18. An emoji keeps its style and its family; a title may be a sign alone."""
    assert one_line(name) == many_lines(name) == name


UNSEEN = (
    "\U000e0041", "\u3164", "\u115f", "\u1160", "\u00ad", "\u180e", "\u206a", "\u2800", "\ufe0f", "\ufe0e", "\ufe00",
    "\u034f", "\u17b4", "\U0001d173", "\uffa0", "\U000e0100", "\u200c", "\u200d", "\u2065", "\U00013430", "\ufff9",
)  # fmt: skip


@pytest.mark.parametrize("unseen", UNSEEN, ids=lambda letter: f"{ord(letter):X}")
def test_no_mark_that_takes_no_room_is_kept(unseen: str) -> None:
    """H18. By a rule and not by a list: two names that look alike are alike, and nothing is no name."""
    assert one_line(f"Anna{unseen} Berg") == one_line(f"An{unseen}na {unseen}Berg{unseen}") == "Anna Berg"
    assert one_line(unseen) == one_line(f" {unseen} {unseen}") == ""
    assert many_lines(f"{unseen}\n{unseen}") == ""


def test_every_mark_of_unicode_that_only_formats_is_gone() -> None:
    """H18. Those that are to come, too; eleven that one sees stay."""
    marks = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
    left = [mark for mark in marks if one_line(f"a{mark}b") != "ab"]
    assert {unicodedata.name(mark).split()[0] for mark in left} <= {"ARABIC", "SYRIAC", "KAITHI"}
    assert len(left) < 15 < 150 < len(marks)


def test_an_accent_alone_is_no_name() -> None:
    """H18."""
    assert one_line("\u0301") == one_line(" \u0301\u0302 ") == ""
    assert one_line("e\u0301") == "e\u0301"


def test_several_lines_stay_several_and_keep_their_direction() -> None:
    """H18."""
    assert many_lines(" One\r\n\tTwo\n\u202bשלום\u202c\x1b[2J\x00\ud800 ") == "One\r\n\tTwo\n\u202bשלום\u202c[2J"


# --- Nobody can forget it -------------------------------------------------------------------------------------------

MACHINES = {
    # what a program of ours writes: kinds, hashes, zones, and copies of content that was cleaned where it was written
    "assessments.Observation.context", "assessments.SignOffEvent.authority", "assessments.SignOffEvent.meaning",
    "assessments.SignOffText.name", "assessments.SignOffText.salt", "assessments.SignOffText.value",
    "assessments.SignOffEvent.prev_hash", "assessments.SignOffEvent.this_hash", "assessments.Evidence.item",
    "assessments.Evidence.file_name", "assessments.Evidence.content_type", "assessments.Evidence.sha256",
    "assessments.Evidence.text", "assessments.Observation.what_i_saw", "assessments.Request.context",
    "assessments.RecallAnswer.option", "assessments.StandardVersion.title", "assessments.ScenarioVersion.title",
    "assessments.ObservationIndicator.indicator", "assessments.Attempt.node", "assessments.AttemptChoice.node",
    "assessments.AttemptChoice.choice", "assessments.AttemptChoice.confidence", "assessments.OpenResponse.node",
    "coaching.Challenge.why", "cms.CompileFailure.title", "cms.CompileFailure.message",
    "lms.Act.name", "lms.Act.content", "lms.Label.locale", "lms.Label.kind", "lms.Label.title", "lms.Label.summary",
    "lms.MailTurnedOff.kind", "lms.Notice.kind", "lms.Reminder.kind",
    "lms.OutgoingMail.sender", "lms.OutgoingMail.message", "lms.OutgoingMail.last_error",
    "lms.Location.country", "lms.Location.region",
    "lms.Organisation.locale", "lms.Organisation.time_zone", "lms.User.locale", "lms.User.time_zone",
    "lms.User.password", "lms.Path.title", "lms.Milestone.title", "lms.Step.title", "lms.RoleProfile.title",
    "lms.SkillGate.source", "lms.Skill.title",
    "assessments.Observation.customer_name", "assessments.SignOffEvent.words", "assessments.ErasedText.name",
    "assessments.Anchor.before", "assessments.Anchor.findings_hash", "assessments.Anchor.head",
    "assessments.Anchor.this_hash", "lms.LogEntry.fingerprint", "lms.LogEntry.key_id", "lms.LogEntry.kind",
    "lms.LogEntry.mac", "lms.LogEntry.prev_hash", "lms.LogEntry.this_hash",
    "lms.FailedTask.call", "lms.FailedTask.error", "lms.FailedTask.task", "lms.TaskRun.task",
    # one of a few codes, which the reading of a file checks
    "lms.ImportMapping.charset", "lms.ImportMapping.order", "lms.PeopleImport.charset", "lms.PeopleImport.leave",
    "lms.PeopleImport.order", "lms.PeopleImport.sha256",
    # what names are sorted and searched by, made from the name
    "lms.Customer.name_order", "lms.Path.name_order", "lms.RoleProfile.name_order", "lms.Skill.name_order",
    "lms.Location.name_order", "lms.Team.name_order", "lms.User.name_folded", "lms.User.name_order",
}  # fmt: skip
OF_AUTHORS = {
    # Wagtail's own columns, and keys that authors choose
    "cms.CustomImage.description", "cms.CustomImage.file_hash",
    "cms.CustomDocument.file_hash", "cms.CustomRendition.filter_spec", "cms.CustomRendition.focal_point_key",
    "cms.SpeakerSource.portrait", "cms.ScenarioPage.start",
}  # fmt: skip
SHAPED = (models.SlugField, models.EmailField, models.URLField)


def texts_of_people() -> list[models.Field[Any, Any]]:
    """Columns of text of ours, but for choices, keys, addresses and fingerprints."""
    found = []
    for model in apps.get_models():
        if model._meta.app_label in APPS:
            for field in model._meta.local_fields:
                text = isinstance(field, (models.CharField, models.TextField)) and not isinstance(field, SHAPED)
                if text and not field.choices and field.name != "digest" and field.model is model:
                    found.append(field)
    return found


def test_every_column_for_a_line_is_cleaned_or_written_by_a_program() -> None:
    """H18. A new column fails here until somebody has said which it is."""
    unclean = {
        f"{field.model._meta.label}.{field.name}"
        for field in texts_of_people()
        if not isinstance(field, (OneLine, ManyLines))
        and not (field.model._meta.app_label == "cms" and isinstance(field, models.TextField))  # of authors alone
    }
    assert unclean - MACHINES - OF_AUTHORS == set()


def test_every_field_of_a_form_for_a_line_is_cleaned() -> None:
    """H18. Those of our own pages; keys, seals and searches are compared and never kept."""
    kept_apart = {"node", "choice", "confidence", "option", "next", "seal", "shown", "held", "key", "uidb36", "url"}
    rooms = (assessments.forms, coaching.forms, lms.forms)
    names = [f"{room.__name__}.{module.name}" for room in rooms for module in pkgutil.iter_modules(room.__path__)]
    unclean = []
    for name in names:
        for form in vars(importlib.import_module(name)).values():
            if inspect.isclass(form) and issubclass(form, forms.Form) and form.__module__ == name:
                for label, field in form.base_fields.items():
                    if type(field) is forms.CharField and label not in kept_apart:
                        unclean.append(f"{name}.{form.__name__}.{label}")
    assert unclean == []


@pytest.mark.django_db
@pytest.mark.parametrize("what", FORGED)
def test_a_row_holds_one_line_however_it_was_written(what: str) -> None:
    """H18. Saved, updated, in bulk, and the object in hand says what the database says."""
    text = FORGED[what]
    team = Team.objects.create(name=text, slug="t")
    assert team.name == one_line(text)
    team.name = text
    Team.objects.bulk_update([team], ["name"])
    Team.objects.bulk_create([Team(name=text, slug="u")])
    assert set(Team.objects.values_list("name", flat=True)) == {one_line(text)}
    assert Team.objects.filter(name=text).count() == 2


# --- Invitations, notices, mail -------------------------------------------------------------------------------------


def invite(name: str, **fields: Any) -> User:
    return invite_person(
        actor=people.in_group(LEARNING_ADMINISTRATORS), email="anna@example.com", full_name=name,
        team_id=people.team().pk,
        link_for=lambda person: "https://vouch.example/in/", key=basics.key(), at=basics.MONDAY, **fields,
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("what", sorted(FORGED.keys() - {"half a character"}))  # that comes through no form
def test_a_name_does_not_write_the_mail_that_invites(what: str) -> None:
    """H18. Full name, preferred name and job: the mail has as many lines as that to anybody else."""
    text = FORGED[what]
    person = invite(text, preferred_name=text[:50], job=text)
    person.refresh_from_db()
    assert person.full_name == person.job == one_line(text)
    mail = OutgoingMail.objects.get()
    OutgoingMail.objects.all().delete()
    User.objects.filter(pk=person.pk).update(email="other@example.com")
    invite("Anna", preferred_name="Anna")
    assert len(mail.message.splitlines()) == len(OutgoingMail.objects.get().message.splitlines())
    assert not {*map(ord, mail.subject)} & BAD


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["", " ", "\r\n", "\u202e", "\u200b\ufeff", "\x07", "\u3164", "\u2800\u00ad", "\u0301"]
)
def test_a_name_of_nothing_is_refused(name: str) -> None:
    """H18. Also one that only looks like something before it is cleaned; by the service and by the form."""
    with pytest.raises(Invalid) as error:
        invite(name)
    assert list(error.value.fields) == ["full_name"]
    form = InviteForm({"full_name": name, "email": "a@example.com"})
    assert "full_name" in form.errors


@pytest.mark.django_db
def test_the_form_of_an_invitation_takes_one_line() -> None:
    """H18, as it was tried."""
    client = Client()
    client.force_login(people.in_group(LEARNING_ADMINISTRATORS))
    sent = {
        "key": basics.key(), "full_name": FORGED["a header"], "email": "anna@example.com",
        "job": FORGED["turned around"], "team": people.team().pk, "time_zone": "Europe/Riga",
    }  # fmt: skip
    assert client.post("/people/invite/", sent).status_code == 302
    person = User.objects.get(email="anna@example.com")
    assert (person.full_name, person.job) == ("Anna Bcc: evil@example.com", "Anna gnp.exe")


@pytest.mark.django_db
def test_a_notice_is_one_line_whoever_it_names() -> None:
    """H18. Also where a name is older than the rule."""
    notices.said(people.person(), "New from Anna\r\nYou are dismissed\u202e.", basics.MONDAY)
    assert Notice.objects.get().text == "New from Anna You are dismissed."
