"""Answers to requests that no view sees: Django calls these."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """413 more than we take at once - 400 a request that no browser of ours makes."""
    too_much = isinstance(exception, TOO_MUCH)
    template = "errors/413.html" if too_much else "errors/400.html"
    return render(request, template, status=413 if too_much else 400)
