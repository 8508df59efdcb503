"""Answers to requests that no view sees: Django calls these."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import gettext as _

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """413 more than we take at once - 400 a request that no browser of ours makes, or a file with an endless name."""
    if isinstance(exception, TOO_MUCH):
        return render(request, "errors/413.html", status=413)
    context = {}
    if isinstance(exception, MultiPartParserError):
        context["sentence"] = _("The form did not arrive whole. If it has a file, give that a shorter name.")
    return render(request, "errors/400.html", context, status=400)
