"""Erasing the texts of a person's sign-offs (H24): by two administrators together, and the ledger still verifies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from assessments.api import answer_erasure, ask_erasure, end_person, waiting_erasure
from assessments.models import ErasedText, Erasure, ErasureRequest, SignOffEvent, SignOffText
from assessments.services.ledger import triggers
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.models import Notice, Photo, User
from tests.assessments import forging
from tests.assessments.forging import KEY, NOW, Scene, enter, found
from tests.factories import basics, people, pictures

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def scene(scene: Scene) -> Scene:
    """The first learner has left."""
    end_person(
        actor=scene.learning,
        person_uid=scene.work.learner.uid,
        last_day=NOW.date(),
        reason="Moved abroad.",
        key=basics.key(),
        at=NOW,
    )
    scene.work.learner.refresh_from_db()
    return scene


def ask(scene: Scene, actor: User, **fields: Any) -> ErasureRequest:
    values = {"person_uid": scene.work.learner.uid, "reason": "They asked us to.", "key": basics.key(), "at": NOW}
    return ask_erasure(actor=actor, **values | fields)


def answer(found: ErasureRequest, actor: User, agree: bool = True, **fields: Any) -> ErasureRequest:
    return answer_erasure(
        actor=actor, request_uid=found.uid, agree=agree, **{"key": basics.key(), "at": LATER} | fields
    )


def texts(scene: Scene) -> int:
    return SignOffText.objects.filter(event__subject=scene.work.learner).count()


def test_two_administrators_erase_every_text_about_a_person_at_once(scene: Scene) -> None:
    one, two = people.administrator(), people.administrator()
    others = SignOffText.objects.exclude(event__subject=scene.work.learner).count()
    count = texts(scene)
    photo = pictures.photo(scene.work.learner)
    asked = ask(scene, one)
    assert texts(scene) == count > 0
    assert "asks to erase" in Notice.objects.get(person=two, created_at=NOW).text
    assert waiting_erasure(scene.work.learner) == asked
    answer(asked, two)
    assert texts(scene) == 0
    assert not Photo.objects.filter(pk=photo.pk).exists()
    assert User.objects.get(pk=scene.work.learner.pk).photo_id is None
    assert SignOffText.objects.count() == others
    assert ErasedText.objects.count() == count
    assert SignOffEvent.objects.filter(subject=scene.work.learner).count() == 3, "the events stay"
    assert found() == []
    assert waiting_erasure(scene.work.learner) is None


def test_who_asked_for_an_erasure_cannot_agree_to_it(scene: Scene) -> None:
    one = people.administrator()
    asked = ask(scene, one)
    with pytest.raises(NotAllowed, match="Another administrator"):
        answer(asked, one)
    assert texts(scene) > 0
    answer(asked, one, agree=False)
    assert ErasureRequest.objects.get().status == "refused"
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("who", ["learning", "nobody", "learner"])
def test_nobody_else_asks_or_answers(scene: Scene, who: str) -> None:
    person = scene.work.learner if who == "learner" else getattr(scene, who)
    with pytest.raises((NotAllowed, NotFound)):
        ask(scene, person)
    asked = ask(scene, people.administrator())
    with pytest.raises((NotAllowed, NotFound)):
        answer(asked, person)
    assert texts(scene) > 0


def test_erasing_is_asked_once_with_a_reason_about_another_who_has_left(scene: Scene) -> None:
    one = people.administrator()
    with pytest.raises(Invalid):
        ask(scene, one, reason=" ")
    with pytest.raises(NotFound):
        ask(scene, one, person_uid=basics.uid("nobody"))
    with pytest.raises(Conflict, match="still here"):
        ask(scene, one, person_uid=scene.other.learner.uid)
    with pytest.raises(NotAllowed, match="not yours to do"):
        ask(scene, one, person_uid=one.uid)
    ask(scene, one)
    with pytest.raises(Conflict, match="asked already"):
        ask(scene, people.administrator())


def test_answering_twice_is_one_erasure(scene: Scene) -> None:
    asked, two, key = ask(scene, people.administrator()), people.administrator(), basics.key()
    for _again in range(2):
        assert answer(asked, two, key=key).status == "done"
    with pytest.raises(Conflict):
        answer(asked, people.administrator())
    assert Erasure.objects.count() == 1


def test_the_database_lets_no_text_go_that_no_erasure_names(scene: Scene) -> None:
    text = SignOffText.objects.filter(event__subject=scene.other.learner).first()
    assert text is not None
    with pytest.raises(IntegrityError, match=triggers.SENTENCE), transaction.atomic():
        SignOffText.objects.filter(event=text.event_id, name=text.name)._raw_delete("default")
    answer(ask(scene, people.administrator()), people.administrator())
    with pytest.raises(IntegrityError, match=triggers.SENTENCE), transaction.atomic():
        SignOffText.objects.filter(event=text.event_id, name=text.name)._raw_delete("default")


@pytest.mark.parametrize("key", ["what somebody guessed", KEY])
def test_an_erasure_by_people_who_were_no_administrators_is_found(scene: Scene, key: str) -> None:
    """A forger with the web role's rights names the texts and deletes them."""
    event = SignOffEvent.objects.get(kind="SIGNED", subject=scene.other.learner)

    def forge() -> None:
        erasure = Erasure.objects.create(
            person=scene.other.learner,
            asked_by=scene.nobody,
            agreed_by=scene.learning,
            reason="Quietly.",
            erased_at=NOW,
        )
        for text in SignOffText.objects.filter(event=event):
            ErasedText.objects.create(erasure=erasure, event=event, name=text.name)
        SignOffText.objects.filter(event=event)._raw_delete("default")
        enter(erasure, key)

    problems = forging.after(forge) or []
    wanted = "who was no administrator then" if key == KEY else "is not vouched for by the key"
    assert [text for text in problems if wanted in text], problems
