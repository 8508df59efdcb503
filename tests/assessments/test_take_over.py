"""A request to somebody who is away stands in the queue of whoever covers, and can be taken over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from assessments.api import take_over_request
from assessments.models import Request
from coaching.api import CoachProfile, set_away
from lms.api import Notice, User
from lms.clock import now
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.clients import log_in, words_of
from tests.factories import basics, coaching, judging

pytestmark = pytest.mark.django_db


def away(of: Any) -> tuple[Request, User]:
    """A request to the coach, who is away; another coach covers and may observe."""
    cover = judging.granted(coaching.coach("Cover"), *of.skills)
    request = judging.asked(of, of.coach)
    today = now().date()
    known = {"away_from": today - timedelta(days=1), "away_until": today + timedelta(days=5), "cover_uid": cover.uid}
    set_away(actor=of.coach, person_uid=of.coach.uid, key=basics.key(), at=now(), **known)
    return request, cover


def take(request: Request, who: User, **fields: Any) -> Request:
    return take_over_request(**{"actor": who, "request_uid": request.uid, "key": basics.key(), "at": now()} | fields)


def test_the_cover_finds_it_in_the_queue_and_watches_instead() -> None:
    of = judging.scene()
    request, cover = away(of)
    client = log_in(cover)
    page = words_of(client.get(reverse("coach_queue")))
    assert 'data-kind="take_over"' in page
    assert f"Asked of {of.coach.full_name}" in page
    url = reverse("request_take_over", args=[request.uid])
    assert client.get(url).status_code == 405
    assert client.post(url, {"key": str(basics.key())}).status_code == 302
    request.refresh_from_db()
    assert request.observer == cover
    page = words_of(client.get(reverse("coach_queue")))
    assert 'data-kind="take_over"' not in page
    assert reverse("observe", args=[request.uid]) in page
    told = Notice.objects.filter(kind="assessments.watches_instead").values_list("person__full_name", flat=True)
    assert set(told) == {of.learner.full_name, of.coach.full_name}


def test_nobody_but_the_cover_of_somebody_away_takes_a_request_over() -> None:
    of = judging.scene()
    request, cover = away(of)
    for who, kind in (
        (of.learner, NotAllowed),
        (of.coach, NotAllowed),
        (of.manager, NotFound),
        (of.observer, NotFound),
        (of.learning, NotFound),
    ):
        with pytest.raises(kind):
            take(request, who)
    CoachProfile.objects.filter(person=of.coach).update(away_from=None, away_until=None)
    with pytest.raises((NotAllowed, NotFound)):
        take(request, cover)
    request.refresh_from_db()
    assert request.observer == of.coach


def test_it_needs_a_grant_and_waits_still() -> None:
    of = judging.scene()
    request, cover = away(of)
    judging.asked(of, cover, on=request.planned_on)
    with pytest.raises(Conflict):
        take(request, cover)
    Request.objects.filter(observer=cover).delete()
    key = basics.key()
    assert take(request, cover, key=key).observer == cover
    assert take(request, cover, key=key).observer == cover
    other = judging.scene("story", ("listening", "offer"))
    second, _cover = away(other)
    stranger = coaching.coach("Ungranted")
    CoachProfile.objects.filter(person=other.coach).update(cover=CoachProfile.objects.get(person=stranger))
    with pytest.raises(Invalid):
        take(second, stranger)
