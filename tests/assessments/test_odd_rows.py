"""Odd values in every column of every table that verification reads: each is refused or named, none ends verifying.

The triggers stand. Somebody with the web role's rights and no key puts rows in by SQL, past every model.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models, transaction

from assessments.api import ledger_health, mail_receipts, verify_nightly
from assessments.models import Anchor, Case, Evidence, SignOffEvent, StandardVersion
from assessments.services.audit.anchors import hash_of
from assessments.services.audit.records import TABLES
from coaching.models import ObserverGrant
from lms.api import HealthFinding
from lms.models import LogEntry, OutgoingMail, RoleProfileVersion, SkillVersion
from tests.assessments import forging
from tests.assessments.forging import NOW, Scene
from tests.factories import basics, people

pytestmark = pytest.mark.django_db

HUGE, DEEP = "9" * 5000, "[" * 990 + "]" * 990
TEXT = (models.CharField, models.TextField, models.FileField)
# What no column of the kind holds, so that its row must be named wherever a database takes it.
ODD: dict[str, tuple[Any, Any]] = {
    "text in place of something else": ("zz", (models.Field,)),
    "bytes": (b"\xff\xfe", (models.Field,)),
    "the letters of another script": ("é" * 64, (models.Field,)),
    "a moment after the last year": ("infinity", (models.DateField,)),
    "a fraction": (7.5, (models.UUIDField, models.DateField, models.BooleanField, models.IntegerField)),
    "a number too long": (f'{{"a": {HUGE}}}', (models.JSONField,)),
    "nested too deep": (DEEP, (models.JSONField,)),
    "half a letter": ('{"a": "\\ud800"}', (models.JSONField,)),
    "no number": ('{"a": NaN}', (models.JSONField,)),
}
# What may stand there, and fits nothing else.
STRANGE = {
    "a list": ("[]", (models.JSONField,)),
    "an empty object": ("{}", (models.JSONField,)),
    "skills that are a number": ('{"skills": 7}', (models.JSONField,)),
    "nothing": ("null", (models.JSONField,)),
    "the last number": (9223372036854775807, (models.IntegerField,)),
    "the last number on PostgreSQL": (2147483647, (models.IntegerField,)),
    "the last moment": ("9999-12-31 23:59:59.999999+00:00", (models.DateField,)),
    "the first day": ("0001-01-01", (models.DateField,)),
    "lines of a report": ("x\n0 findings.\x1b[2J", TEXT),
}
counting = itertools.count(1)


@pytest.fixture
def scene(scene: Scene) -> Scene:
    for _one in range(2):
        people.with_duty("auditor")
    return scene


def kind_of(column: Any) -> Any:
    while isinstance(column, models.ForeignKey):
        column = column.target_field
    return column


Likes = dict[Any, Any]


def first_rows() -> Likes:
    """A row of each table, after which others are made."""
    found = {model: model._default_manager.order_by("pk").first() for model in (*TABLES, LogEntry)}
    found[SignOffEvent] = SignOffEvent.objects.get(kind="NOT_YET")
    return {model: row for model, row in found.items() if row is not None}


def fresh(column: Any, like: Any) -> object:
    """What a row like this one has in a column; something new where it may stand only once."""
    once = {name for rule in like._meta.constraints for name in getattr(rule, "fields", ())}
    once |= {column.name} if column.unique else set()
    if isinstance(column, models.OneToOneField) and column.null:
        return None
    if column.name in once or column.name == "slug":
        match column:
            case models.UUIDField():
                return basics.key().hex if connection.vendor == "sqlite" else str(basics.key())
            case models.IntegerField():
                return 1000 + next(counting)
            case models.CharField() if column.name not in ("kind", "status", "gate", "duty"):
                return f"{next(counting):064x}"[-column.max_length :]
    return column.get_db_prep_save(getattr(like, column.attname), connection)


def put_in(like: Any, column: Any = None, odd: Any = None) -> str | None:
    """A row like another one with this value in one column: its key, or None when it was refused."""
    meta = like._meta
    if isinstance(like, SignOffEvent):
        like.case = forging.copy_of(like.case, round=1000 + next(counting))
    own = (models.AutoField, models.BigAutoField)
    values = {each.column: fresh(each, like) for each in meta.concrete_fields if not isinstance(each, own)}
    if column is not None:
        values[column.column] = odd
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            key = f"CAST({meta.pk_fields[0].column} AS text)"
            row = f"INSERT INTO {meta.db_table} ({names}) VALUES ({places}) RETURNING {key}"
            cursor.execute(row, list(values.values()))
            return str(cursor.fetchone()[0])[:40]
    except Exception:  # refused, in one way or another
        return None


def change(column: Any, odd: Any) -> None:
    """The same in a row that is there, where the web role may change rows."""
    model = column.model
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            key = model._meta.pk.column
            like = model._default_manager.order_by("pk").last()
            cursor.execute(f"UPDATE {model._meta.db_table} SET {column.column} = %s WHERE {key} = %s", [odd, like.pk])
    except Exception:  # refused
        return


def columns(classes: tuple[Any, ...]) -> Iterator[Any]:
    for model in (*TABLES, LogEntry):
        for column in model._meta.concrete_fields:
            if isinstance(kind_of(column), classes) and not isinstance(column, models.AutoField | models.BigAutoField):
                yield column


def fits(column: Any, odd: Any) -> bool:
    """Whether the value could stand there by right."""
    if isinstance(odd, float) and connection.vendor == "postgresql":
        return True  # it is rounded
    if isinstance(column, models.BooleanField) and connection.vendor == "sqlite":
        return True  # whatever is not 1 reads as "no", in Python and in SQL
    if isinstance(odd, bytes) and connection.vendor == "sqlite":
        return False
    return isinstance(odd, str | bytes) and isinstance(kind_of(column), TEXT)


def everything(at: Any = NOW) -> list[str]:
    """Verify and keep an anchor, that is mailed; tell who signed, and ask for the health."""
    anchors, mails = Anchor.objects.count(), OutgoingMail.objects.count()
    ObserverGrant.objects.order_by("pk").update(reason="Because.")
    report = verify_nightly(at)
    assert report.findings
    assert Anchor.objects.count() == anchors + 1
    assert OutgoingMail.objects.count() > mails
    mail_receipts(at)
    assert isinstance(ledger_health(at), HealthFinding)
    said = [str(finding) for finding in report.findings]
    assert [text for text in said if len(text.splitlines()) != 1 or not text.isprintable()] == []
    return said


TAKEN = {SignOffEvent, Case, Evidence, StandardVersion, SkillVersion, RoleProfileVersion, LogEntry}


def test_a_row_without_an_odd_value_is_taken(scene: Scene) -> None:
    """The control: rows like these are refused because of their value."""
    with forging.taken_back():
        assert {model for model, like in first_rows().items() if put_in(like)} >= TAKEN


@pytest.mark.parametrize("name", [*ODD, *STRANGE])
def test_an_odd_value_anywhere_is_refused_or_named(scene: Scene, name: str) -> None:
    odd, classes = (ODD | STRANGE)[name]
    missed = []
    with forging.taken_back():
        likes = first_rows()
        put = [(each, put_in(likes[each.model], each, odd)) for each in columns(classes) if each.model in likes]
        said = everything()
        for column, key in put:
            if key is None or name not in ODD or fits(column, odd):
                continue
            where = f"{column.model._meta.db_table} {key}"
            if not [text for text in said if text.startswith(where)]:
                missed.append((str(column), where))
    assert missed == []


@pytest.mark.parametrize("name", ["text in place of something else", "bytes", "a moment after the last year", "a list"])
def test_an_odd_value_in_a_row_that_was_there_ends_nothing(scene: Scene, name: str) -> None:
    """Rows that may be changed: people, grants, assignments, cases, evidence, gates."""
    odd, classes = (ODD | STRANGE)[name]
    with forging.taken_back():
        for column in columns(classes):
            if column.model is not LogEntry and not column.primary_key:
                change(column, odd)
        everything()


def test_a_row_that_cannot_be_read_hides_no_other(scene: Scene) -> None:
    """What is wrong with others is found as before, and no honest row beside it becomes a finding."""
    with forging.taken_back():
        key = put_in(first_rows()[SignOffEvent], SignOffEvent._meta.get_field("payload"), f'{{"a": {HUGE}}}')
        assert key is not None
        names = ("uid", "case__uid", "subject__uid", "seq")
        uid, case, learner, seq = SignOffEvent.objects.filter(pk=key).values_list(*names).get()
        its_own = (f"event {uid}", f"case {case}", f"event {learner}/{seq}")
        first, *others = forging.found()
        assert first == f"assessments_signoffevent {key}: cannot be read: payload"
        assert [text for text in others if not text.startswith(its_own)] == []
        scene.work.assignment.__class__.objects.update(kind="cover")
        assert [text for text in forging.found() if str(scene.work.assignment.uid) in text]


NUMBERS: dict[str, dict[str, Any]] = {
    "the next number": {"number": 3},
    "the last number that there is": {"number": 2147483647},
    "the last number on SQLite": {"number": 9223372036854775807},
    "the place after the last": {"number": 2147483647, "before": "the last"},
    "no number": {"number": "zz"},
    "entries that are none": {"number": 3, "entries": "many"},
    "fewer entries than none": {"number": 3, "entries": -1},
    "a moment that is none": {"number": 3, "taken_at": "infinity"},
}


@pytest.mark.parametrize("name", NUMBERS)
def test_the_next_anchor_is_written_whatever_stands_there(scene: Scene, name: str) -> None:
    """Each night has its anchor, the honest ones stay without a finding, and the odd one is named."""
    with forging.taken_back():
        verify_nightly(NOW)
        verify_nightly(NOW)
        last = Anchor.objects.latest("number")
        odd = NUMBERS[name] | ({"before": last.this_hash} if "before" in NUMBERS[name] else {})
        values = {each.column: each.get_db_prep_save(getattr(last, each.attname), connection) for each in ANCHOR}
        values |= {"this_hash": "1" * 64, "before": "2" * 64, **odd}
        names, places = ", ".join(values), ", ".join(["%s"] * len(values))
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                row = f"INSERT INTO assessments_anchor ({names}) VALUES ({places})"
                cursor.execute(row, list(values.values()))
        except Exception:  # refused
            return
        first, second = verify_nightly(NOW), verify_nightly(NOW)
        for report in (first, second):
            said = [str(finding) for finding in report.findings]
            assert said
            assert [text for text in said if str(odd["number"]) not in text] == []
        assert second.anchor["before"] == hash_of(first.anchor)
        assert second.anchor["number"] == first.anchor["number"] + 1 < 10


ANCHOR = Anchor._meta.concrete_fields
