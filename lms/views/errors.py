"""Answers to requests that no view sees: Django calls these."""

from __future__ import annotations

import errno
import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from lms.api import KeyMissing
from lms.views.acting import all_words

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)

SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")
"""What SQLite says when the fault is not in the question; "no such table" is another of its operational errors."""

STORE = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "ENOTDIR", "EMFILE", "ENFILE", "ESTALE")
}
"""What a file system says when it takes no file now."""

RETRY_AFTER = 30  # seconds


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """413 more than we take at once - 400 a request that no browser of ours makes, or a file with an endless name."""
    if isinstance(exception, TOO_MUCH):
        return render(request, "errors/413.html", status=413)
    context = {}
    if isinstance(exception, MultiPartParserError):
        context["sentence"] = _("The form did not arrive whole. If it has a file, give that a shorter name.")
    return render(request, "errors/400.html", context, status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 we can store or look up nothing at the moment - 500 our mistake. Words of the form are given back.

    Asks nobody who is there: the sessions may be what cannot be reached.
    """
    passing = will_pass(sys.exc_info()[1])
    context = {"request": request, "kept": words_of(request)}
    page = render_to_string("errors/503.html" if passing else "errors/500.html", context)
    if passing:
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"})
    return HttpResponse(page, status=500)


def will_pass(error: BaseException | None) -> bool:
    """Whether this says that the database, the disk, the cache or the key of the ledger is not there at the moment."""
    if isinstance(error, OperationalError | InterfaceError):
        said_by_sqlite = getattr(error.__cause__, "sqlite_errorname", None)
        return said_by_sqlite is None or said_by_sqlite.startswith(SQLITE)
    return isinstance(error, RedisError | KeyMissing) or (isinstance(error, OSError) and error.errno in STORE)


def words_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What was written in the form; nothing if the form itself could not be stored while it came in."""
    try:
        return all_words(request)
    except Exception:
        return []
