"""Requests that nothing here can read: a NUL, which PostgreSQL takes in no text, and numbers that no column holds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import BadRequest, ObjectDoesNotExist
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.datastructures import MultiValueDictKeyError

from .refusals import kept_words

logger = logging.getLogger(__name__)

LARGEST = 2**63 - 1
"""What a column of the database holds, and its negative."""
NUL = "\0"
ESCAPED = "\\u0000"
"""NUL as JSON writes it: rich text of the admin and keys of passkeys come as JSON in a field."""
NONSENSE = (DataError, OverflowError, RecursionError, UnicodeEncodeError, MultiValueDictKeyError)
TAKEN_FOR_GRANTED = (BadRequest, ValueError, ObjectDoesNotExist, NoReverseMatch, IntegrityError)
SEARCHES = frozenset({"q", "who", "term", "search"})
"""In these anybody may look for a long number: they are compared as text."""
MOST_LETTERS, MOST_WORDS = 200, 20
"""Of a search: each word is one more condition, and SQLite takes so many of them."""


class ReadableRequests:
    """Answers 400 before a session or a row is asked for, and 404 where an address names a row that cannot be.

    What only the database finds out, in a field of a form, is 400 too, and the words are given back. Queries: 0.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if any(NUL in text for text in texts(request)) or any(wrong(name, text) for name, text in numbers(request)):
            raise BadRequest
        limit_searches(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Raises Http404 for a number that no row has."""
        named = {name: str(value) for name, value in kwargs.items()}
        if any(map(too_large, (*map(str, args), *named.values()))):
            raise Http404
        if any(names_a_row(name) and not value.isdecimal() for name, value in named.items()):
            raise Http404

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A number or a letter that the database refused, or a field that the form of a package takes for granted.

        Wagtail takes more for granted: below its address a form or a query of nonsense is 400, too. A mistake of our
        own would look the same, so the log has it with all that led there.
        """
        told_wagtail = in_admin(request) and (request.method == "POST" or request.GET)
        if not isinstance(exception, NONSENSE + TAKEN_FOR_GRANTED if told_wagtail else NONSENSE):
            return None
        logger.warning("Not understood: %s", request.path, exc_info=exception)
        return render(request, "errors/400.html", {"kept": kept_words(request)}, status=400)


def texts(request: HttpRequest) -> Iterator[str]:
    """All that came with a request and that somebody reads; the body only where it is a form."""
    yield request.path_info
    yield from (value for name, value in request.META.items() if name.startswith("HTTP_"))
    yield from request.COOKIES.values()
    fields = [*request.GET.lists(), *form_of(request)]
    for name, values in fields:
        yield name
        for value in values:
            yield value if ESCAPED not in value or not value.startswith("{") else NUL


def form_of(request: HttpRequest) -> list[tuple[str, list[str]]]:
    """The fields of a form that was sent; none when it broke off on its way.

    Raises BadRequest for one with a name in a charset that is none.
    """
    try:
        return list(request.POST.lists())
    except UnreadablePostError:
        return []
    except (LookupError, UnicodeError) as error:
        request._mark_post_parse_error()  # type: ignore[attr-defined]
        raise BadRequest from error


def numbers(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """What may be a number in the query of an address, by name."""
    for name, values in request.GET.lists():
        if name not in SEARCHES and not takes_all(request, name, values):
            yield from ((name, text) for value in values for text in value.split(","))


def limit_searches(request: HttpRequest) -> None:
    """Look for the first words only, and in the admin without quotation marks: SQLite reads those as its own."""
    for name in SEARCHES & request.GET.keys():
        found = [searched(value, quotes=not in_admin(request)) for value in request.GET.getlist(name)]
        if found != request.GET.getlist(name):
            fields = request.GET.copy()
            fields.setlist(name, found)
            request.GET = fields  # type: ignore[assignment]


def searched(text: str, *, quotes: bool) -> str:
    """The words that are looked for."""
    kept = text[:MOST_LETTERS] if quotes or '"' not in text else text[:MOST_LETTERS].replace('"', " ").strip()
    return kept if len(kept.split()) <= MOST_WORDS else " ".join(kept.split()[:MOST_WORDS])


def in_admin(request: HttpRequest) -> bool:
    """Whether this is an address of the authors' admin."""
    return request.path_info.startswith(reverse("wagtailadmin_home"))


def takes_all(request: HttpRequest, name: str, values: list[str]) -> bool:
    """Whether somebody chose "select all in listing" in the admin: no number then, but a word."""
    return name == "id" and values == ["all"] and request.path_info.startswith(reverse("wagtailadmin_home") + "bulk/")


def wrong(name: str, text: str) -> bool:
    """Whether a value of a query is a number that no column holds, or should be one and is not."""
    return too_large(text) or (names_a_row(name) and text != "" and not text.isdecimal())


def names_a_row(name: str) -> bool:
    """Whether an argument of this name, which Wagtail takes as text, stands for a row: those have a number here."""
    return name in ("id", "pk") or name.endswith("_id")


def too_large(text: str) -> bool:
    """Whether this is a whole number that no column holds."""
    digits = text.strip().lstrip("+-")
    return digits.isdecimal() and (len(digits) > len(str(LARGEST)) or int(digits) > LARGEST)
