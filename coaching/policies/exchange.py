"""The exchange is everybody's; accepting is not."""

from __future__ import annotations

from django.db.models import Q

from coaching.models import CoachAssignment, Post, Thread
from lms.api import RowPolicy, User, everybody, is_administrator, is_learning_administrator, nobody, oneself
from lms.clock import now

from .assignments import acting
from .profiles import unlapsed_grants


def is_moderator(user: User) -> bool:
    """Who may hide a post: L&D and platform administrators."""
    return is_administrator(user) or is_learning_administrator(user)


class ThreadPolicy(RowPolicy[Thread]):
    """view, post: everybody, except in threads whose question was hidden (moderators still see them)."""

    def rows(self, user: User, action: str) -> Q:
        if action not in ("view", "post"):
            return nobody()
        if is_moderator(user):
            return everybody()
        hidden = Post.objects.filter(kind=Post.Kind.QUESTION, hidden_at__isnull=False)
        return ~Q(pk__in=hidden.values("thread"))

    def may(self, user: User, action: str) -> bool:
        return action == "add"


class PostPolicy(RowPolicy[Post]):
    """view: everybody what is not hidden, authors their own, moderators all - hide: moderators - accept: see below.

    An answer is accepted by its asker; an example by a present coach of its author, by somebody with an unlapsed grant
    for the skill, or by L&D; nothing by its own author.
    """

    def rows(self, user: User, action: str) -> Q:
        shown = Q(hidden_at=None)
        if action == "view":
            return everybody() if is_moderator(user) else shown | Q(author=user)
        if action == "hide":
            return everybody() if is_moderator(user) else nobody()
        if action == "accept":
            answer = Q(kind=Post.Kind.ANSWER, thread__author=user)
            example = Q(kind=Post.Kind.EXAMPLE) & self._judged(user)
            return (answer | example) & shown & ~oneself(user, "author")
        return nobody()

    def _judged(self, user: User) -> Q:
        if is_learning_administrator(user):
            return everybody()
        coached = CoachAssignment.objects.filter(acting(user)).values("enrolment__person")
        granted = unlapsed_grants(user, now().date()).values("skill")
        return Q(author__in=coached) | Q(thread__skill__in=granted)


thread_policy = ThreadPolicy(Thread)
post_policy = PostPolicy(Post)
