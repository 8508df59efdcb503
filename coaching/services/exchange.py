"""The exchange, written: asking, answering, bringing examples, accepting, hiding.

The same words from the same person in the same place, sent again within ``AGAIN``, are the same contribution: a page
that one goes back to is fetched anew and its form has a new key. What was written before is given back, and nothing is
written. One person's contributions are made one after the other (their row is locked), so that two at once are seen.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from coaching.models import Post, Thread
from coaching.policies import post_policy, thread_policy
from coaching.rules.notices import ANSWER_ACCEPTED, EXAMPLE_ACCEPTED, POST_HIDDEN, QUESTION_ANSWERED
from lms.api import (
    OPEN,
    Skill,
    StepKind,
    User,
    act,
    claim_key,
    lock_person,
    open_enrolments,
    progress_of,
    record_completion,
    record_example,
    skills_in_use,
    structure_of,
    tell,
)
from lms.errors import Conflict, Invalid
from lms.rules.lines import many_lines, one_line, shorten
from lms.rules.shown import require_same

from .shown import post_shown

Kind = Post.Kind
LONGEST_TITLE, LONGEST_BODY = 300, 10_000
AGAIN = timedelta(hours=1)


@transaction.atomic
def set_prompt(skill_id: int, text: str, at: datetime) -> Thread | None:
    """What authors ask everybody about a skill; called by publishing. An empty text changes nothing. Queries: 1-2."""
    title = shorten(text, LONGEST_TITLE)
    if not title:
        return None
    thread, made = Thread.objects.get_or_create(
        skill_id=skill_id, is_prompt=True, defaults={"title": title, "opened_at": at}
    )
    if not made and thread.title != title:
        thread.title = title
        thread.save(update_fields=["title"])
    return thread


@act
def ask_question(*, actor: User, skill_slug: str, title: str, body: str, key: UUID, at: datetime) -> Thread:
    """Open a thread with a question; the same one asked again gives its thread back, with a uid that is not the key.

    Raises Invalid (skill, title, body). Queries: at most 8.
    """
    thread_policy.require(actor, "add")
    title = one_line(title)
    if not title:
        raise Invalid(title=_("Ask it in one sentence; the rest goes below."))
    if len(title) > LONGEST_TITLE:
        raise Invalid(title=_("Keep the question under %(n)s characters; the rest goes below.") % {"n": LONGEST_TITLE})
    body = _body(body)
    skill = skills_in_use().filter(slug=skill_slug).first()
    if skill is None:
        raise Invalid(skill=_("Choose the skill that it is about."))
    before = _written(actor, Kind.QUESTION, body, at, thread__skill=skill, thread__title=title)
    if before:
        return before.thread
    if not claim_key(actor=actor, name="exchange.ask", key=key, at=at, about=key):
        return Thread.objects.get(uid=key)
    thread = Thread.objects.create(uid=key, skill=skill, author=actor, title=title, opened_at=at)
    Post.objects.create(thread=thread, author=actor, kind=Kind.QUESTION, body=body, posted_at=at)
    return thread


@act
def answer_thread(*, actor: User, thread_uid: UUID, kind: str, body: str, key: UUID, at: datetime) -> Post:
    """Add an answer or an example to a thread; in a prompt's thread it completes the open discussion steps about it.

    The asker is told. The same words again give the first post back, with a uid that is not the key. Raises NotFound,
    Invalid (kind, body). Queries: at most 10, and about 8 a path with such a step.
    """
    thread = thread_policy.get(actor, "post", uid=thread_uid, related=("skill", "author"))
    return _add(actor, thread, kind, body, key, at)


@act
def bring_example(*, actor: User, skill_slug: str, body: str, key: UUID, at: datetime) -> Post:
    """An example of a skill at work, in the thread of the skill's prompt. Raises Invalid (skill, body)."""
    thread = (
        thread_policy.queryset(actor, "post")
        .filter(is_prompt=True, skill__slug=skill_slug, skill__archived_at=None)
        .select_related("skill", "author")
        .first()
    )
    if thread is None:
        raise Invalid(skill=_("Choose a skill that examples are asked for."))
    return _add(actor, thread, Kind.EXAMPLE, body, key, at)


@act
def accept_post(*, actor: User, post_uid: UUID, shown: str, key: UUID, at: datetime) -> Post:
    """The asker accepts an answer; a coach of its author, an observer of the skill or L&D an example.

    An accepted example may open Talk. Raises NotFound, NotAllowed (nobody accepts their own), Conflict (accepted
    already), Changed (``shown`` is not the post of now). Queries: at most 10 and a refresh of Talk.
    """
    post = post_policy.get(actor, "accept", uid=post_uid, lock=True, related=("thread__skill", "author"))
    if not claim_key(actor=actor, name="exchange.accept", key=key, at=at, about=post.uid):
        return post
    if post.accepted_at:
        raise Conflict(_("Somebody accepted it already."))
    require_same(shown, post_shown(post))
    post.accepted_at, post.accepted_by = at, actor
    post.save(update_fields=["accepted_at", "accepted_by"])
    words = {"who": actor.full_name, "title": shorten(post.thread.title, 150)}
    accepted = ANSWER_ACCEPTED
    if post.kind == Kind.EXAMPLE:
        record_example(person=post.author, skill_id=post.thread.skill_id, at=at)
        accepted = EXAMPLE_ACCEPTED
    tell(accepted, [post.author], about=post.thread.uid, words=words, at=at)
    return post


@act
def hide_post(*, actor: User, post_uid: UUID, reason: str, shown: str, key: UUID, at: datetime) -> Post:
    """A moderator takes a post out of sight; its author reads why. A hidden question hides its thread.

    Raises NotFound, NotAllowed, Invalid (no reason), Conflict (hidden already), Changed.
    """
    post = post_policy.get(actor, "hide", uid=post_uid, lock=True, related=("thread", "author"))
    reason = one_line(reason)
    if not reason:
        raise Invalid(reason=_("Say why; its author reads it."))
    if not claim_key(actor=actor, name="exchange.hide", key=key, at=at, about=post.uid):
        return post
    if post.hidden_at:
        raise Conflict(_("It is hidden already."))
    require_same(shown, post_shown(post))
    post.hidden_at, post.hidden_by, post.hidden_reason = at, actor, reason[:300]
    post.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    words = {"title": shorten(post.thread.title, 100), "reason": reason}
    tell(POST_HIDDEN, [post.author], words=words, at=at)
    return post


@act
def show_post(*, actor: User, post_uid: UUID, shown: str, key: UUID, at: datetime) -> Post:
    """A moderator brings a hidden post back. Raises NotFound, NotAllowed, Conflict (not hidden), Changed."""
    post = post_policy.get(actor, "hide", uid=post_uid, lock=True, related=("thread", "author"))
    if claim_key(actor=actor, name="exchange.show", key=key, at=at, about=post.uid):
        if not post.hidden_at:
            raise Conflict(_("It is in sight already."))
        require_same(shown, post_shown(post))
        post.hidden_at, post.hidden_by, post.hidden_reason = None, None, ""
        post.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    return post


def _add(actor: User, thread: Thread, kind: str, body: str, key: UUID, at: datetime) -> Post:
    if kind not in (Kind.ANSWER, Kind.EXAMPLE):
        raise Invalid(kind=_("Choose whether this is an answer or an example."))
    body = _body(body)
    before = _written(actor, kind, body, at, thread=thread)
    if before:
        return before
    if not claim_key(actor=actor, name="exchange.answer", key=key, at=at, about=thread.uid):
        return Post.objects.select_related("thread").get(uid=key)
    post = Post.objects.create(uid=key, thread=thread, author=actor, kind=kind, body=body, posted_at=at)
    if thread.is_prompt:
        _complete_discussions(actor, thread.skill, at)
    elif thread.author_id != actor.pk:
        words = {"who": actor.full_name, "title": shorten(thread.title, 150)}
        tell(QUESTION_ANSWERED, [thread.author], about=thread.uid, words=words, at=at)
    return post


def _written(author: User, kind: str, body: str, at: datetime, **place: Any) -> Post | None:
    """What the author wrote there within the last hour in these very words, if it is in sight. Queries: 2."""
    lock_person(author.pk)
    recent = Post.objects.filter(author=author, kind=kind, posted_at__gt=at - AGAIN, hidden_at=None)
    return recent.filter(body=body, **place).select_related("thread").first()


def _complete_discussions(person: User, skill: Skill, at: datetime) -> None:
    """One contribution to the prompt is what a discussion step asks for (the curriculum's README)."""
    for enrolment in open_enrolments(person):
        steps = structure_of(enrolment.path_version_id).steps_about(StepKind.DISCUSSION, skill.uid)
        if not steps:
            continue
        enrolment.person = person
        progress = progress_of(enrolment, at)
        for step in steps:
            state = progress.state(step.uid)
            if state and state.status == OPEN:
                record_completion(enrolment=enrolment, step=step, by=person, at=at)


def _body(text: str) -> str:
    text = many_lines(text)
    if not text:
        raise Invalid(body=_("Write something first."))
    if len(text) > LONGEST_BODY:
        raise Invalid(body=_("That is too long for one post: %(n)s characters at most.") % {"n": LONGEST_BODY})
    return text
