"""Faces: people are seen by their photos where they are named with something to do, and no list asks more for them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from lms.api import LEARNING_ADMINISTRATORS, User
from tests.clients import count_queries, log_in, words_of
from tests.factories import coaching, judging, paths, people, pictures

pytestmark = pytest.mark.django_db


def face_of(photo: UUID | None, answer: Any) -> bool:
    assert answer.status_code == 200
    return f'src="/photos/{photo}/' in words_of(answer)


def test_people_are_seen_by_their_faces_where_there_is_something_to_do() -> None:
    of = judging.scene()
    case = judging.ready(of)
    for person in (of.learner, of.coach, of.observer, of.manager):
        pictures.photo(person)
    learner, coach, manager = log_in(of.learner), log_in(of.coach, sure=True), log_in(of.manager)
    desk = log_in(people.in_group(LEARNING_ADMINISTRATORS))
    team = of.learner.memberships.get().team
    for client, address, whose in (
        (learner, "/my-people/", of.coach),
        (learner, "/my-people/", of.manager),
        (learner, "/today/", of.coach),
        (coach, "/coach/", of.learner),
        (coach, f"/coach/cases/{case.uid}/", of.learner),
        (manager, "/team/", of.learner),
        (manager, f"/people/{of.learner.uid}/", of.learner),
        (desk, "/teams/", of.manager),
        (desk, f"/teams/{team.uid}/", of.manager),
        (desk, f"/teams/{team.uid}/", of.learner),
    ):
        assert face_of(whose.photo_id, client.get(address)), address


def test_a_signed_record_shows_whose_it_is_and_who_signed() -> None:
    of = judging.scene()
    event = judging.decided(of)[0]
    for person in (of.learner, of.coach):
        pictures.photo(person)
    record = log_in(of.learner).get(f"/signoffs/{event.uid}/")
    assert face_of(of.learner.photo_id, record)
    assert face_of(of.coach.photo_id, record)


def test_the_exchange_shows_who_asked_and_who_answered() -> None:
    author = people.person("Kofi Mensah")
    thread = coaching.question(paths.skill("listening").slug, author)
    pictures.photo(author)
    client = log_in(people.person())
    for address in ("/exchange/", f"/exchange/{thread.uid}/"):
        assert face_of(author.photo_id, client.get(address)), address


def test_faces_cost_no_question_of_their_own() -> None:
    of = judging.scene()
    judging.ready(of)
    asked = {}
    for with_photos in (False, True):
        if with_photos:
            for person in User.objects.all():
                pictures.photo(person)
        for who, address in ((of.coach, "/coach/"), (of.manager, "/team/"), (of.learner, "/my-people/")):
            asked.setdefault(address, set()).add(count_queries(log_in(who), address))
    assert {address: len(numbers) for address, numbers in asked.items()} == dict.fromkeys(asked, 1)
