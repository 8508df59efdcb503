"""Numbers of authors have a ceiling: in fields and blocks, by every way of publishing, and in files of a curriculum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client
from wagtail import blocks
from wagtail.fields import StreamField

from cms.models import LessonPage, PathPage, StandardPage
from cms.models.values import Whole, check_values
from lms.rules.days import add_days
from tests.editing import edit_data
from tests.factories import basics, cms, people

OURS = {"CompileFailure.object_id", "Compilation.object_id", "Compilation.revision_id"}
OURS |= {"StarterCurriculum.done", "StarterCurriculum.total"}
"""Keys of rows and counts, which a program writes."""
OF_WAGTAIL = {"id", "path", "depth", "numchild", "width", "height", "file_size"}
ENDLESS = (40_000, 9_999_999_999, 2**63 - 1)


@pytest.fixture
def author(small: cms.OneOfEach) -> Client:
    client = Client()
    client.force_login(people.administrator())
    return client


def number_fields() -> Iterator[models.Field[Any, Any]]:
    """Columns of numbers of the models of authors, Wagtail's own left out."""
    for model in apps.get_app_config("cms").get_models():
        for field in model._meta.local_fields:
            number = isinstance(field, (models.IntegerField, models.FloatField, models.DecimalField))
            if number and field.model is model and not field.primary_key:
                yield field


def test_every_column_for_a_number_says_from_where_to_where_it_goes() -> None:
    """A new one fails here until somebody has said."""
    without = set()
    for field in number_fields():
        limits = {getattr(check, "code", "") for check in field._validators}
        if not isinstance(field, Whole) and not {"min_value", "max_value"} <= limits:
            without.add(f"{field.model.__name__}.{field.name}")
    focal = {
        f"CustomImage.{name}" for name in ("focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height")
    }
    assert {name for name in without if name.split(".")[1] not in OF_WAGTAIL} == OURS | focal


def number_blocks(block: blocks.Block, place: str = "") -> Iterator[tuple[str, blocks.Block]]:
    if isinstance(block, (blocks.IntegerBlock, blocks.FloatBlock, blocks.DecimalBlock)):
        yield place, block
    children = dict(getattr(block, "child_blocks", {}))
    if isinstance(block, blocks.ListBlock):
        children["item"] = block.child_block
    for name, child in children.items():
        yield from number_blocks(child, f"{place}.{name}")


def test_every_block_for_a_number_says_from_where_to_where_it_goes() -> None:
    streams = {
        f"{model.__name__}.{field.name}": field.stream_block
        for model in apps.get_app_config("cms").get_models()
        for field in model._meta.local_fields
        if isinstance(field, StreamField)
    }
    found = [(name + place, block) for name, stream in streams.items() for place, block in number_blocks(stream)]
    assert [name for name, block in found if not hasattr(block, "low") or block.high > 1_000_000_000] == []
    assert len(found) > 20


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["", "action-publish"])
@pytest.mark.parametrize("kind", ["standard", "course", "lesson", "scenario"])
def test_the_form_refuses_an_endless_number(small: cms.OneOfEach, author: Client, kind: str, action: str) -> None:
    """In a draft, too: PostgreSQL would keep none of them."""
    page = getattr(small, kind)
    url = f"/cms/pages/{page.pk}/edit/"
    fields = [field.name for field in page._meta.local_fields if isinstance(field, Whole) and not field.choices]
    assert fields
    form = edit_data(author, url, page) | ({action: "1"} if action else {})
    for number in (*ENDLESS, -1):
        answer = author.post(url, form | dict.fromkeys(fields, str(number)))
        assert answer.status_code == 200, number
        assert [name for name in fields if name not in answer.context["form"].errors] == [], number
    kept = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
    assert [getattr(kept, name) for name in fields] == [getattr(page, name) for name in fields]


@pytest.mark.django_db
def test_the_largest_number_is_taken(small: cms.OneOfEach, author: Client) -> None:
    url = f"/cms/pages/{small.standard.pk}/edit/"
    most = {"action-publish": "1", "valid_months": "120", "window_days": "2000", "minutes": "9999"}
    assert author.post(url, edit_data(author, url, small.standard, **most)).status_code == 302
    page = StandardPage.objects.get(pk=small.standard.pk)
    assert (page.valid_months, page.window_days, page.minutes) == (120, 2_000, 9_999)
    assert add_days(basics.MONDAY.date(), page.window_days).year < 3000


@pytest.mark.django_db
@pytest.mark.parametrize("number", ENDLESS)
def test_no_way_of_publishing_goes_round_it(small: cms.OneOfEach, number: int) -> None:
    """A revision from elsewhere, a script, a bulk action: all of them save what is to be live."""
    for page, name in (
        (small.standard, "valid_months"),
        (small.standard, "use_every_months"),
        (small.course, "minutes"),
    ):
        page = type(page).objects.get(pk=page.pk)
        setattr(page, name, number)
        with pytest.raises(ValidationError, match="rite a whole number from 1 to"):
            page.save_revision(clean=False).publish()
        with pytest.raises(ValidationError):
            page.save()


@pytest.mark.django_db
def test_no_draft_with_an_endless_number_in_a_block_goes_live(small: cms.OneOfEach) -> None:
    """Blocks keep their limits when a form publishes; a draft that somebody publishes from a listing has no form."""
    page = PathPage.objects.get(pk=small.path.pk)
    for change in ("day", "start_day", "minutes", "unlock"):
        found = PathPage.objects.get(pk=page.pk)
        data = [dict(item) for item in found.milestones.raw_data]
        of = data[0]["value"] if change == "day" else data[0]["value"]["steps"][0]["value"]
        if change == "unlock":
            of["unlock"]["leaves"] = [cms.raw("day", 9_999_999_999)]
        else:
            of[change] = 9_999_999_999
        found.milestones = data
        assert [str(finding) for finding in check_values(found)] != [], change
        with pytest.raises(ValidationError, match="rite a whole number from 1 to"):
            found.save_revision(clean=False).publish()
    lesson = LessonPage.objects.get(pk=small.lesson.pk)
    point = {"label": "One", "value": 1e300}
    lesson.body = [cms.raw("figure", {"kind": "bar", "title": "x", "alt": "x", "data": [point]})]
    assert [str(finding) for finding in check_values(lesson)] == [
        "Value: Write a number from -1000000000 to 1000000000."
    ]


@pytest.mark.django_db
def test_checking_values_sends_no_query(small: cms.OneOfEach, django_assert_num_queries: Any) -> None:
    page = PathPage.objects.get(pk=small.path.pk)
    with django_assert_num_queries(0):
        assert list(check_values(page)) == []
