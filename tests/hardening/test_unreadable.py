"""Holes H14 and case 29: a NUL anywhere and numbers that no column holds get an answer, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DataError
from django.test import Client, RequestFactory

from cms.services.authoring.setup import Frame
from lms.middleware import ReadableRequests
from lms.middleware.readable import LARGEST
from tests.access.addresses import addresses
from tests.access.hostile import ask, holding
from tests.factories import basics, judging, people

pytestmark = pytest.mark.django_db

PAGE = "We did not understand this request."
TOO_LARGE = (str(LARGEST + 1), "9" * 400, "9" * 5000)


def signed_in(**fields: Any) -> Client:
    client = Client()
    client.force_login(people.person(**fields))
    return client


@pytest.fixture
def admin(frame: Frame) -> Client:
    client = Client()
    client.force_login(people.administrator())
    return client


# --- NUL ------------------------------------------------------------------------------------------------------------

NULS: dict[str, dict[str, Any]] = {
    "in a path": {"path": "/skills/a%00b/"},
    "in the path of a file": {"path": "/static/css/main.css%00"},
    "in a search": {"path": "/people/", "data": {"q": "a\0b"}},
    "in a filter": {"path": "/exchange/", "data": {"skill": "\0"}},
    "in what only Wagtail reads": {"path": "/cms/tag-autocomplete/", "data": {"term": "\0"}},
    "in the name of a value": {"path": "/team/", "data": {"a\0": "b"}},
    "in a key of the session": {"path": "/today/", "cookie": ("sessionid", "abcdefgh\0")},
    "in a language": {"path": "/today/", "cookie": ("language", "\0")},
    "in a header": {"path": "/accounts/login/", "headers": {"user-agent": "a\0b"}},
}


@pytest.mark.parametrize("where", NULS)
def test_a_nul_is_refused_before_anybody_is_asked(where: str, django_assert_num_queries: Any) -> None:
    """H14, case 29. No session is read: PostgreSQL would not even take the key."""
    sent = dict(NULS[where])
    client = Client()
    if "cookie" in sent:
        name, value = sent.pop("cookie")
        client.cookies[name] = value
    with django_assert_num_queries(0):
        answer = client.get(sent.pop("path"), **sent)
    if where != "in the path of a file":  # of those another middleware knows that there are none
        assert answer.status_code == 400
        assert PAGE in answer.content.decode()
        assert answer["Content-Security-Policy"]
    assert answer.status_code < 500


POSTED = {
    "text": {"body": "What I saw:\0"},
    "name": {"bo\0dy": "x"},
    "rich text": {"body": '{"blocks": [{"text": "a\\u0000b"}]}'},
}


@pytest.mark.parametrize("what", POSTED)
def test_a_nul_in_a_form_is_refused(what: str, django_assert_num_queries: Any) -> None:
    """H14. As a form with files and as one without."""
    with django_assert_num_queries(0):
        assert Client().post("/exchange/ask/", POSTED[what]).status_code == 400
    if what == "text":
        answer = Client().post("/exchange/ask/", "body=a%00b", "application/x-www-form-urlencoded")
        assert (answer.status_code, PAGE in answer.content.decode()) == (400, True)


def test_words_about_a_nul_are_words() -> None:
    """H14. A backslash, a u and four noughts are nothing bad in a sentence."""
    client = signed_in()
    answer = client.post("/exchange/ask/", {"key": basics.key(), "title": "Why \\u0000?", "body": "x", "skill": "none"})
    assert answer.status_code == 422


def test_every_address_answers_a_nul_in_each_of_its_arguments() -> None:
    """H14. Walks the resolver: ours, Wagtail's and allauth's."""
    client = signed_in()
    got = {raw: ask(client, raw).status_code for _address, raw in holding("a%00b")}
    assert {raw: status for raw, status in got.items() if status != 400} == {}
    assert len(got) > 250


def test_a_form_that_broke_off_is_not_our_fault() -> None:
    """H14. Reading the form so early must not turn a lost connection into an error of ours."""

    class Broken:
        def read(self, *args: Any) -> bytes:
            raise OSError("the connection is gone")

    request = RequestFactory().post("/exchange/ask/", {"body": "x"})
    request._read_started = False
    request._stream = Broken()  # type: ignore[assignment]
    request.META["wsgi.input"] = Broken()
    passed = ReadableRequests(lambda request: "passed")(request)  # type: ignore[arg-type,return-value]
    assert passed == "passed"


# --- Numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", TOO_LARGE, ids=["one more", "400 digits", "5,000 digits"])
def test_no_address_fails_on_a_number_that_no_row_has(number: str, admin: Client) -> None:
    """H14. In each argument of each address, also where Wagtail takes a text for a number."""
    got = {(str(address), raw[-40:]): ask(admin, raw).status_code for address, raw in holding(number)}
    assert {name: status for name, status in got.items() if status not in (301, 302, 400, 403, 404, 405)} == {}
    assert len(got) > 250


def test_what_is_no_number_is_no_row(admin: Client) -> None:
    """H14. The admin takes keys of rows as text."""
    for text in ("abc", "-1", "%C2%B2"):
        got = {raw: ask(admin, raw).status_code for _address, raw in holding(text, kinds=("", "str"))}
        assert [raw for raw, status in got.items() if status >= 500] == [], text


@pytest.mark.parametrize("kind", ["wagtailcore/page/publish", "wagtailcore/page/move", "wagtailcore/page/delete"])
def test_select_all_in_a_listing(kind: str, admin: Client) -> None:
    """There ``id`` is a word; elsewhere, and beside a number, it still is none."""
    assert ask(admin, f"/cms/bulk/{kind}/", "next=/cms/pages/&id=all").status_code == 200
    assert ask(admin, "/cms/pages/", "id=all").status_code == 400
    assert ask(admin, f"/cms/bulk/{kind}/", "id=alle").status_code == 400
    assert ask(admin, f"/cms/bulk/{kind}/", "id=all&id=1x").status_code == 400


@pytest.mark.parametrize("where", ["//[", "http://[", "http://[::1", "https://a]b", "//\u2100.com", "http://a:b:c/"])
def test_an_address_to_go_to_next_that_cannot_be_read(where: str) -> None:
    """It leads nowhere: not to an error, and not away from here."""
    person = people.person()
    person.set_password("correct horse battery")
    person.save(update_fields=["password"])
    for path in ("/accounts/login/", "/accounts/logout/", "/accounts/reauthenticate/"):
        for client in (Client(), signed_in()):
            client.raise_request_exception = False
            assert client.get(path, {"next": where}).status_code < 500, path
    sent = {"next": where, "login": person.email, "password": "correct horse battery"}
    answer = Client().post("/accounts/login/", sent)
    assert (answer.status_code, "[" in answer["Location"]) == (302, False)


NAMES = (
    "page p user id pk action collection_id tag page_type parent_page_id limit offset child_of uploader object_type "
    "team path learners enrolment locale ordering fields item_id lang"
).split()


def without_arguments() -> list[str]:
    """Addresses that show something without being told of what."""
    routes = [address.route.replace("^", "").replace("$", "") for address in addresses() if not address.names]
    left = [route for route in routes if not any(word in route for word in "( < * logout test404 failwhale".split())]
    return sorted({f"/{route}" for route in left})


@pytest.mark.parametrize("value", [str(LARGEST), "9" * 400, "abc"])
def test_no_page_fails_on_a_value_that_it_reads_from_its_address(value: str, admin: Client) -> None:
    """H14, case 29. All names together: whatever a page reads, it reads this."""
    query = "&".join(f"{name}={value}" for name in NAMES)
    got = {path: ask(admin, path, query).status_code for path in without_arguments()}
    assert {path: status for path, status in got.items() if status >= 500} == {}
    assert len(got) > 100
    if value == "9" * 400:
        assert {path for path, status in got.items() if status != 400} == {"/healthz"}, "it reads nothing at all"


@pytest.mark.parametrize("name", ["page", "p", "user", "id", "collection_id", "ordering", "parent_page_id"])
def test_reports_take_each_name_alone(name: str, admin: Client) -> None:
    """H14. The largest number that a column holds, one name after the other: a page may stop at the first."""
    pages = ("/cms/reports/site-history/", "/cms/pages/", "/cms/images/", "/cms/choose-page/", "/people/", "/exchange/")
    for value in (LARGEST, "a", "1,2", "%C2%B2", "9999-99-99"):
        for path in pages:
            assert ask(admin, path, f"{name}={value}").status_code < 500, (path, name, value)


def test_anybody_may_look_for_a_long_number(admin: Client) -> None:
    """H14. A search compares text: an account number of 30 digits is found or not."""
    for path in ("/people/?q=", "/cms/pages/search/?q="):
        assert admin.get(path + "4" * 30).status_code == 200, path


SEARCHED = (
    "/people/?q=", "/observe/new/?q=", "/cms/pages/search/?q=", "/cms/pages/search/results/?q=", "/cms/images/?q=",
    "/cms/images/chooser/results/?q=", "/cms/documents/?q=", "/cms/users/?q=", "/cms/snippets/cms/skillsource/?q=",
    "/cms/snippets/lms/customer/?q=", "/cms/choose-page/search/?q=", "/cms/api/main/pages/?search=",
    "/cms/api/main/images/?search=", "/cms/tag-autocomplete/?term=",
)  # fmt: skip


@pytest.mark.parametrize("path", SEARCHED)
def test_no_search_fails_on_its_words(path: str, admin: Client) -> None:
    """A quotation mark and hundreds of words: SQLite reads the one, and counts the others."""
    words = ['"', '""', 'a"b', '"a b', "a+" * 190, "a+" * 1500, "ab+" * 340, "a%22+" * 400, "x" * 9000, "(^*:-", "%27"]
    words += ["%E2%80%9C", "NEAR(", "a+OR+", "%5C", "{a}:b"]
    if path.startswith("/observe/"):
        admin.force_login(judging.scene().observer)
    got = {text[:20]: ask(admin, *(path + text).split("?", 1)).status_code for text in words}
    assert {text: status for text, status in got.items() if status >= 400} == {}


def test_a_search_keeps_its_words_as_far_as_it_goes() -> None:
    """Cut where it is too long, and nothing else about it changes."""
    asked: list[Any] = []
    middleware = ReadableRequests(asked.append)  # type: ignore[arg-type]
    for path, q in (
        ("/people/", 'Anna "Zoë"'),
        ("/cms/images/", 'Anna "Zoë"'),
        ("/people/", "a " * 21),
        ("/", "b" * 201),
    ):
        middleware(RequestFactory().get(path, {"q": q, "team": "3", "why": "a " * 30}))
    assert [request.GET["q"] for request in asked] == ['Anna "Zoë"', "Anna  Zoë", " ".join("a" * 20), "b" * 200]
    assert {(request.GET["team"], request.GET["why"]) for request in asked} == {("3", "a " * 30)}


@pytest.mark.parametrize(
    "error", [DataError("out of range"), OverflowError(), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "")]
)
def test_what_only_the_database_finds_out_gives_the_words_back(error: Exception) -> None:
    """H14. 400, and nothing that somebody wrote is lost."""
    request = RequestFactory().post("/exchange/ask/", {"body": "What I saw on Tuesday."})
    answer = ReadableRequests(lambda request: None).process_exception(request, error)  # type: ignore[arg-type,return-value]
    assert answer is not None
    assert answer.status_code == 400
    assert "What I saw on Tuesday." in answer.content.decode()
    assert ReadableRequests(lambda request: None).process_exception(request, KeyError()) is None  # type: ignore[arg-type,return-value]
