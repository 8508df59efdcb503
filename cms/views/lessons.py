"""Lessons: reading, and saying that one has read."""

from __future__ import annotations

from functools import partial
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cms.services.learner.lessons import read_lesson, reader_of
from cms.services.learner.step_pages import target_of_course
from lms import clock
from lms.addresses import address_of
from lms.api import complete_lesson
from lms.errors import NotAllowed
from lms.requests import SignedInRequest, key_of


@login_required
@require_http_methods(["GET", "POST"])
def lesson(request: SignedInRequest, lesson_uid: UUID) -> HttpResponse:
    """200 the lesson - 302 read, on to the next - 403 closed, with what opens it - 404 on none of my paths.

    Authors and L&D may read any lesson. Queries: 9 or 10 with session and user; saying that it is read: 6 to 8.
    """
    if request.method == "POST":
        return _have_read(request, lesson_uid)
    render_part = partial(render_to_string, request=request)
    found = read_lesson(request.user, lesson_uid, clock.now(), render_part, request.path)
    return render(request, "lessons/lesson.html", {"lesson": found, "key": uuid4()})


def _have_read(request: SignedInRequest, lesson_uid: UUID) -> HttpResponse:
    at = clock.now()
    try:
        reading = complete_lesson(actor=request.user, lesson_uid=lesson_uid, key=key_of(request), at=at)
    except NotAllowed:
        reader_of(request.user, lesson_uid, at)  # says what opens it
        raise
    if reading.next_lesson:
        return redirect("lesson", reading.next_lesson)
    messages.success(request, _("You have read all of this course. Here is what comes next."))
    return redirect("today")


@login_required
@require_GET
def course(request: SignedInRequest, course_uid: UUID) -> HttpResponse:
    """302 to the first unread lesson of the course - 403 closed, with what opens it - 404 on none of my paths."""
    return redirect(address_of(target_of_course(request.user, course_uid, clock.now())))
