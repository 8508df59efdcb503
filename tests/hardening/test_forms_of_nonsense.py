"""What no editor of the admin sends: an answer of 400 with the words given back, and no error of ours."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.db import IntegrityError
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page

from cms.models import CoursePage, CustomImage, LessonPage
from lms.middleware import ReadableRequests
from tests.editing import edit_data
from tests.factories import cms, people

pytestmark = pytest.mark.django_db

DEEP = "[" * 50_000


@pytest.fixture
def author() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(people.administrator())
    return client


@pytest.mark.parametrize(
    ("kind", "stream"),
    [
        ("lesson", "body"),
        ("path", "milestones"),
        ("path", "milestones-0-value-steps"),
        ("scenario", "nodes"),
        ("scenario", "meters"),
        ("scenario", "nodes-0-value-choices"),
    ],
)
def test_two_blocks_of_one_order(small: cms.OneOfEach, author: Client, kind: str, stream: str) -> None:
    page = getattr(small, kind)
    if kind == "lesson":
        page.body = [cms.raw("paragraph", f"<p>{text}</p>") for text in ("One.", "Two.", "Three.")]
        page = cms.publish(page)
    url = f"/cms/pages/{page.pk}/edit/"
    data = edit_data(author, url, page)
    orders = [name for name in data if re.fullmatch(re.escape(stream) + r"-\d+-order", name)]
    answer = author.post(url, data | dict.fromkeys(orders, "0"))
    assert len(orders) > 1
    assert answer.status_code == 400 or (answer.status_code, stream) == (302, "milestones-0-value-steps")


def block(**fields: Any) -> str:
    base = {"key": "a", "text": "abc", "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
    return json.dumps({"blocks": [base | fields], "entityMap": {}})


NO_WORDS = {
    "a word": "abc", "nothing": "", "a list": "[]", "null": "null", "a number": "7", "no blocks": "{}",
    "a number of blocks": '{"blocks": 1}', "a block that is a number": '{"blocks": [1]}', "no text": block(text=None),
    "a link to nowhere": block(entityRanges=[{"offset": 0, "length": 2, "key": 5}]), "depths": DEEP,
    "a style that is none": block(inlineStyleRanges=[{"offset": "x", "length": 2, "style": 5}]),
}  # fmt: skip


@pytest.mark.parametrize("what", NO_WORDS)
def test_rich_text_that_is_none(small: cms.OneOfEach, author: Client, what: str) -> None:
    """The other words of the form are given back."""
    url = f"/cms/pages/{small.lesson.pk}/edit/"
    sent = edit_data(author, url, small.lesson, **{"body-0-value": NO_WORDS[what], "gist": "What I wrote today."})
    answer = author.post(url, sent)
    assert answer.status_code in (200, 302, 400)
    if answer.status_code == 400:
        assert "What I wrote today." in answer.content.decode()
        assert LessonPage.objects.get(pk=small.lesson.pk).get_latest_revision_as_object().gist != "What I wrote today."


@pytest.mark.parametrize("value", ["abc", "", "[]", "1.5", "\u00b2", "9" * 400])
def test_words_where_a_chooser_sends_a_number(small: cms.OneOfEach, author: Client, value: str) -> None:
    for page, name in (
        (small.path, "role"), (small.path, "milestones-0-value-steps-0-value-target"),
        (small.standard, "skills-0-value"), (small.lesson, "overwrite_revision_id"), (small.lesson, "body-count"),
        (small.lesson, "body-0-order"),
    ):  # fmt: skip
        url = f"/cms/pages/{page.pk}/edit/"
        data = edit_data(author, url, page)
        assert author.post(url, data | {name: value}).status_code in (200, 302, 400), name


def test_a_copy_below_nothing_asks_where_it_shall_stand(small: cms.OneOfEach, author: Client) -> None:
    """An honest author meets it: another one deletes the page in the meantime. The words stay."""
    url = f"/cms/pages/{small.course.pk}/copy/"
    sent = {"new_title": "What I call the copy", "new_slug": "copy"}
    for parent in ({"new_parent_page": ""}, {"new_parent_page": "99999"}, {"new_parent_page": "abc"}, {}):
        answer = author.post(url, sent | parent)
        assert answer.status_code == 409, parent
        assert "Choose below which page" in answer.content.decode()
        assert "What I call the copy" in answer.content.decode()
    assert author.post(url, sent | {"new_parent_page": str(small.course.get_parent().pk)}).status_code == 302
    assert CoursePage.objects.get(slug="copy").title == "What I call the copy"


def test_addresses_and_posts_of_nonsense(small: cms.OneOfEach, author: Client) -> None:
    page = small.lesson.pk
    image = CustomImage.objects.create(title="B", file=get_test_image_file())
    asked = [
        "choose-page/?target_pages[]=abc", "images/chooser/chosen-multiple/?id=",
        "api/main/pages/?search_operator=x&search=a", "workflows/usage/1/?p=abc", "choose-external-link/?link_url=http://[",
    ]  # fmt: skip
    sent: list[tuple[str, Any]] = [
        (f"pages/{page}/lock/", {"next": "abc"}), (f"pages/{page}/unlock/", {"next": "abc"}),
        (f"editing-sessions/ping/cms/lessonpage/{page}/0/", {"revision_id": "abc"}),
        (f"bulk/wagtailcore/page/move/?id={page}", {"chooser": "abc"}), ("workflows/add/", {"name": "x"}),
        ("workflows/edit/1/", {"workflow_tasks-TOTAL_FORMS": "x", "workflow_pages-TOTAL_FORMS": ""}),
        (f"bulk/cms/customimage/add_to_collection/?id={image.pk}", {"collection": "abc"}),
        ("choose-external-link/", {}),
    ]  # fmt: skip
    got = {path: author.get(f"/cms/{path}").status_code for path in asked}
    got |= {path: author.post(f"/cms/{path}", data).status_code for path, data in sent}
    assert {path: status for path, status in got.items() if status >= 500} == {}


def test_words_among_the_pictures_of_a_tag(author: Client) -> None:
    """No nonsense at all: somebody chose a tag and then typed."""
    cms.site()
    for title in ("Bridge at noon", "Harbour"):
        image = CustomImage.objects.create(title=title, file=get_test_image_file())
        image.tags.add("summer")
        image.save()
    answer = author.get("/cms/images/chooser/results/?tag=summer&q=bridge")
    assert ("Bridge at noon" in answer.content.decode(), "Harbour" in answer.content.decode()) == (True, False)
    assert "Harbour" in author.get("/cms/images/chooser/results/?q=summer").content.decode()


def test_deeply_nested_json_never_fails_with_500(small: cms.OneOfEach, author: Client) -> None:
    """Also of whoever is not signed in."""
    stranger = Client(raise_request_exception=False)
    assert stranger.post("/accounts/2fa/webauthn/login/", {"credential": DEEP}).status_code < 500
    for path in (f"api/main/pages/{small.lesson.pk}/action/copy/", "dismissibles/"):
        answer = author.generic("POST", f"/cms/{path}", DEEP, content_type="application/json")
        assert answer.status_code < 500, path
    count = Page.objects.count()
    author.post(f"/cms/pages/{small.lesson.pk}/edit/", {"body-0-value": DEEP})
    assert Page.objects.count() == count


TAKEN = [BadRequest(), ValueError("abc"), LessonPage.DoesNotExist(), NoReverseMatch("abc"), IntegrityError("twice")]


@pytest.mark.parametrize("error", TAKEN, ids=lambda error: type(error).__name__)
def test_a_mistake_of_ours_stays_one_elsewhere_and_is_logged(error: Exception, caplog: Any) -> None:
    """400 only in the admin and only for what was sent there; the log has the reason with all that led to it."""
    middleware = ReadableRequests(lambda request: None)  # type: ignore[arg-type,return-value]
    words = {"title": "What I saw on Tuesday."}
    assert middleware.process_exception(RequestFactory().post("/exchange/ask/", words), error) is None
    assert middleware.process_exception(RequestFactory().get("/cms/pages/3/"), error) is None
    with caplog.at_level(logging.WARNING):
        answer = middleware.process_exception(RequestFactory().post("/cms/pages/3/edit/", words), error)
    assert answer is not None
    assert (answer.status_code, "What I saw on Tuesday." in answer.content.decode()) == (400, True)
    assert [record.exc_info[1] for record in caplog.records if record.exc_info] == [error]
    for mistake in (KeyError("x"), TypeError("x"), AttributeError("x")):
        assert middleware.process_exception(RequestFactory().post("/cms/pages/3/edit/", words), mistake) is None
