"""The exchange: asking, answering, accepting, hiding, and the discussion steps that it completes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from coaching.api import (
    Post,
    Thread,
    accept_post,
    answer_thread,
    ask_question,
    bring_example,
    hide_post,
    list_threads,
    posts_of,
    set_prompt,
    show_post,
)
from lms.api import Act, Notice, SkillGate, StepCompletion, TalkFact, User, complete_lesson
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tests.factories import basics, coaching, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db


def state() -> tuple[Any, ...]:
    return (
        list(Thread.objects.order_by("pk").values_list("pk", "title")),
        list(Post.objects.order_by("pk").values_list("pk", "accepted_by", "hidden_reason")),
        StepCompletion.objects.count(),
        TalkFact.objects.count(),
        Notice.objects.count(),
    )


def refused(kind: type[DomainError], act: Callable[[], Any]) -> None:
    before = state()
    with pytest.raises(kind) as caught:
        act()
    assert str(caught.value)
    assert state() == before


def reply(who: User, thread: Thread, kind: str = "answer", body: str = "Like this.", **changes: Any) -> Post:
    fields = {"thread_uid": thread.uid, "kind": kind, "body": body, "key": basics.key(), "at": basics.NOON}
    return answer_thread(actor=who, **(fields | changes))


def take(who: User, post: Post, **changes: Any) -> Post:
    return looked(
        accept_post, **({"actor": who, "post_uid": post.uid, "key": basics.key(), "at": coaching.soon()} | changes)
    )


def test_a_question_is_a_thread_with_a_post() -> None:
    who, key = people.person(), basics.key()
    paths.skill("trust")
    fields = {
        "actor": who,
        "skill_slug": "trust",
        "title": "How\ndo I start?",
        "body": "I tried twice.",
        "at": basics.NOON,
    }
    made = ask_question(**fields, key=key)
    assert (made.uid, made.title, made.author) == (key, "How do I start?", who)
    assert made.posts.get().kind == "question"
    before = state()
    assert ask_question(**fields, key=key) == made
    assert state() == before
    for change in ({"title": " "}, {"title": "x" * 301}, {"body": ""}, {"body": "x" * 10_001}, {"skill_slug": "none"}):
        refused(Invalid, lambda change=change: ask_question(**(fields | change), key=basics.key()))


def test_the_same_question_with_another_key_is_the_one_that_was_asked() -> None:
    """A page that one goes back to has a new key; the browser fills in the old words."""
    who, other = people.person(), people.person()
    paths.skill("trust"), paths.skill("listening")
    fields = {"skill_slug": "trust", "title": "How do I start?", "body": "I tried twice."}
    made = ask_question(actor=who, **fields, key=basics.key(), at=basics.NOON)
    before = state()
    again = {"title": " How do I\nstart? ", "body": "I tried twice. "}
    for change in ({}, again):
        assert (
            ask_question(actor=who, **(fields | change), key=basics.key(), at=basics.NOON + timedelta(minutes=59))
            == made
        )
    assert state() == before
    assert not Act.objects.exclude(key=made.uid).exists()
    later = {"at": basics.NOON + timedelta(hours=1)}
    for change in ({"actor": other}, {"title": "How?"}, {"body": "Thrice."}, {"skill_slug": "listening"}, later):
        asked = ask_question(**({"actor": who, "at": basics.NOON} | fields | change), key=basics.key())
        assert asked != made, change


@pytest.mark.parametrize("kind", ["answer", "example"])
def test_the_same_words_in_the_same_thread_are_one_post(kind: str) -> None:
    who, other = people.person(), people.person()
    thread, elsewhere = coaching.question("trust", other), coaching.question("trust", other)
    made = reply(who, thread, kind)
    before = state()
    assert reply(who, thread, kind, at=basics.NOON + timedelta(minutes=59)) == made
    assert state() == before
    changes = [
        {"body": "Or like this."},
        {"at": basics.NOON + timedelta(hours=1)},
        {"kind": "example"},
        {"kind": "answer"},
    ]
    for change in changes:
        if change.get("kind") != kind:
            assert reply(who, thread, **({"kind": kind} | change)) != made
    assert reply(who, elsewhere, kind) != made
    assert reply(other, thread, kind) != made


def test_an_example_brought_twice_is_one() -> None:
    who = people.person()
    coaching.prompt("trust")
    fields = {"actor": who, "body": "I waited.", "skill_slug": "trust", "at": basics.NOON}
    made = bring_example(**fields, key=basics.key())
    assert bring_example(**fields, key=basics.key()) == made
    assert Post.objects.count() == 1


def test_what_a_moderator_hid_may_be_written_again() -> None:
    scene = coaching.help_scene()
    made = reply(scene.learner, coaching.question("trust", scene.outsider))
    looked(hide_post, actor=scene.administrator, post_uid=made.uid, reason="A name", key=basics.key(), at=basics.NOON)
    assert reply(scene.learner, made.thread) != made


def test_whoever_left_asks_nothing() -> None:
    gone = people.person(is_active=False, deactivated_at=basics.NOON)
    paths.skill("trust")
    fields = {"skill_slug": "trust", "title": "How?", "body": "So.", "key": basics.key(), "at": basics.NOON}
    refused(NotAllowed, lambda: ask_question(actor=gone, **fields))


def test_the_asker_hears_of_answers_but_not_of_their_own() -> None:
    asker, helper = people.person(), people.person()
    thread = coaching.question("trust", asker)
    key = basics.key()
    first = reply(helper, thread, key=key)
    assert Notice.objects.get().person == asker
    before = state()
    assert reply(helper, thread, key=key) == first
    assert state() == before
    reply(asker, thread)
    assert Notice.objects.count() == 1
    refused(Invalid, lambda: reply(helper, thread, kind="question"))
    refused(Invalid, lambda: reply(helper, thread, body=" "))


def test_a_contribution_to_the_prompt_completes_the_discussion() -> None:
    scene = coaching.help_scene()
    thread = coaching.prompt("listening")
    reply(scene.learner, coaching.question("listening", scene.outsider))
    assert not StepCompletion.objects.exists(), "an answer elsewhere is no contribution"
    reply(scene.learner, coaching.prompt("trust"))
    assert not StepCompletion.objects.exists(), "nor one about another skill"
    reply(scene.learner, thread)
    done = StepCompletion.objects.get()
    assert (done.step.uid, done.enrolment, done.by) == (basics.uid("discuss"), scene.enrolment, scene.learner)
    reply(scene.learner, thread, kind="example")
    assert StepCompletion.objects.count() == 1


def test_a_locked_discussion_stays_as_it_is() -> None:
    skill, who = paths.skill("trust"), people.person()
    thread = coaching.prompt("trust")
    later = paths.path(paths.step("discussion", "d", content_uid=skill.uid, start_day=20))
    paths.enrolment(who, later, started_on=basics.NOON.date())
    assert reply(who, thread)
    assert not StepCompletion.objects.exists()


def test_an_example_goes_to_the_prompt_of_its_skill() -> None:
    who = people.person()
    thread = coaching.prompt("trust")
    fields = {"actor": who, "body": "I waited.", "at": basics.NOON}
    made = bring_example(**fields, skill_slug="trust", key=basics.key())
    assert (made.thread, made.kind) == (thread, "example")
    paths.skill("quiet")
    refused(Invalid, lambda: bring_example(**fields, skill_slug="quiet", key=basics.key()))


def judge(scene: coaching.HelpScene, role: str) -> User:
    """Somebody by what they are to the author, the learner of the scene."""
    if role == "observer":
        coaching.grant_for_long(scene.outsider, "trust")
        return scene.outsider
    if role == "lapsed observer":
        coaching.grant(scene.outsider, "trust", until_on=basics.MONDAY.date())
        return scene.outsider
    if role == "observer of another skill":
        coaching.grant_for_long(scene.outsider, "listening")
        return scene.outsider
    return getattr(scene, role)  # type: ignore[no-any-return]


@pytest.mark.parametrize("role", ["coach", "observer", "administrator"])
def test_who_may_judge_accepts_an_example(role: str) -> None:
    scene = coaching.help_scene()
    who = judge(scene, role)
    post = coaching.post(coaching.prompt("trust"), scene.learner, "example")
    key = basics.key()
    take(who, post, key=key)
    fact = TalkFact.objects.get()
    assert (fact.person, fact.skill.slug if fact.skill else "", fact.started_at) == (
        scene.learner,
        "trust",
        coaching.soon(),
    )
    assert Notice.objects.get().person == scene.learner
    before = state()
    take(who, post, key=key)
    assert state() == before
    refused(Conflict, lambda: take(who, post))


@pytest.mark.parametrize(
    "role", ["learner", "other_coach", "manager", "outsider", "lapsed observer", "observer of another skill"]
)
def test_nobody_else_accepts_an_example(role: str) -> None:
    scene = coaching.help_scene()
    who = judge(scene, role)
    post = coaching.post(coaching.prompt("trust"), scene.learner, "example")
    refused(NotAllowed, lambda: take(who, post))


def test_nobody_accepts_their_own_example_whatever_they_are() -> None:
    scene = coaching.help_scene()
    coaching.grant_for_long(scene.administrator, "trust")
    post = coaching.post(coaching.prompt("trust"), scene.administrator, "example")
    refused(NotAllowed, lambda: take(scene.administrator, post))


def test_an_accepted_example_opens_talk_when_the_lessons_are_read() -> None:
    scene = coaching.help_scene()
    course = paths.step("course", "c", skills=["trust"], lessons=(paths.lesson("l", "trust"),))
    paths.enrolment(scene.learner, paths.path(course), started_on=basics.MONDAY.date())
    complete_lesson(actor=scene.learner, lesson_uid=basics.uid("l"), key=basics.key(), at=basics.NOON)
    take(scene.coach, coaching.post(coaching.prompt("trust"), scene.learner, "example"))
    gate = SkillGate.objects.get()
    assert (gate.gate, gate.skill.slug, gate.opened_at) == ("talk", "trust", coaching.soon())


def test_the_asker_accepts_an_answer() -> None:
    scene = coaching.help_scene()
    thread = coaching.question("trust", scene.learner)
    post, own = coaching.post(thread, scene.outsider), coaching.post(thread, scene.learner)
    for role in ("coach", "administrator", "outsider"):
        refused(NotAllowed, lambda role=role: take(getattr(scene, role), post))
    refused(NotAllowed, lambda: take(scene.learner, own))
    refused(NotAllowed, lambda: take(scene.learner, thread.posts.get(kind="question")))
    take(scene.learner, post)
    assert not TalkFact.objects.exists(), "an answer is no example"


def test_hiding_and_showing_is_for_moderators() -> None:
    scene = coaching.help_scene()
    thread = coaching.question("trust", scene.learner)
    post = coaching.post(thread, scene.outsider, body="A name of a customer")
    fields = {"post_uid": post.uid, "at": basics.NOON}
    for role in ("learner", "coach", "manager"):
        refused(NotAllowed, lambda role=role: looked(hide_post,
            actor=getattr(scene, role), reason="No", key=basics.key(), **fields))  # fmt: skip
    refused(Invalid, lambda: looked(hide_post, actor=scene.administrator, reason=" ", key=basics.key(), **fields))
    looked(hide_post, actor=scene.administrator, reason="Names a person", key=basics.key(), **fields)
    seen = {role: post in posts_of(getattr(scene, role), thread) for role in ("learner", "outsider", "administrator")}
    assert seen == {"learner": False, "outsider": True, "administrator": True}
    assert Notice.objects.get().person == scene.outsider
    refused(Conflict, lambda: looked(hide_post, actor=scene.administrator, reason="Twice", key=basics.key(), **fields))
    refused(NotFound, lambda: take(scene.learner, post))
    boss = people.administrator()
    looked(show_post, actor=boss, key=basics.key(), **fields)
    assert post in posts_of(scene.learner, thread)
    refused(Conflict, lambda: looked(show_post, actor=boss, key=basics.key(), **fields))


def test_a_hidden_question_hides_its_thread() -> None:
    scene = coaching.help_scene()
    thread = coaching.question("trust", scene.learner)
    first = thread.posts.get()
    looked(
        hide_post,
        actor=scene.administrator,
        post_uid=first.uid,
        reason="Names a person",
        key=basics.key(),
        at=basics.NOON,
    )
    assert thread not in list_threads(scene.outsider)
    assert thread in list_threads(scene.administrator)
    refused(NotFound, lambda: reply(scene.outsider, thread))


def test_prompts_follow_what_authors_write() -> None:
    skill = paths.skill("trust")
    made = set_prompt(skill.pk, "A story  of being\nforgiven?", basics.MONDAY)
    assert made
    assert made.title == "A story of being forgiven?"
    again = set_prompt(skill.pk, "Another?", basics.NOON)
    assert again == made
    assert Thread.objects.get().title == "Another?"
    assert set_prompt(skill.pk, "", basics.NOON) is None
    assert Thread.objects.get().title == "Another?"


def test_lists_by_skill_and_by_what_is_wanted() -> None:
    asker, helper = people.person(), people.person()
    asked, answered = coaching.question("trust", asker), coaching.question("trust", helper, at=coaching.soon(-100))
    best = coaching.post(answered, asker)
    Post.objects.filter(pk=best.pk).update(accepted_at=basics.NOON, accepted_by=helper)
    prompt, elsewhere = coaching.prompt("trust"), coaching.question("listening", helper)
    assert list_threads(asker, "trust").first() == answered, "what moved last comes first"
    assert set(list_threads(asker)) == {asked, answered, prompt, elsewhere}
    assert set(list_threads(asker, "trust", "questions")) == {asked, answered}
    assert set(list_threads(asker, "trust", "unanswered")) == {asked}
    assert set(list_threads(asker, "", "prompts")) == {prompt}
    assert set(list_threads(asker, "", "mine")) == {asked, answered}
    found = list_threads(asker).get(pk=answered.pk)
    assert (found.answers, found.accepted, found.last_at) == (1, 1, basics.NOON)
