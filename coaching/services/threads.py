"""The exchange, read: threads by skill, a thread with its posts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Count, Max, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from coaching.models import Post, Thread
from coaching.policies import post_policy, thread_policy
from lms.api import Skill, User, skills_in_use

SHOWN = Q(posts__hidden_at=None)
ALL, QUESTIONS, UNANSWERED, PROMPTS, MINE = "all", "questions", "unanswered", "prompts", "mine"
FILTERS = (ALL, QUESTIONS, UNANSWERED, PROMPTS, MINE)


def list_threads(actor: User, skill_slug: str = "", show: str = ALL) -> QuerySet[Any]:
    """Threads with ``answers``, ``accepted`` and ``last_at``, those with news first; not yet fetched. Queries: 1, and
    1 for the actor's duties.

    ``show``: all, questions, unanswered (no accepted answer yet), prompts, or mine (where the actor wrote).
    """
    rows = thread_policy.queryset(actor, "view").filter(skill__archived_at=None)
    if skill_slug:
        rows = rows.filter(skill__slug=skill_slug)
    if show == MINE:
        rows = rows.filter(pk__in=Post.objects.filter(author=actor).values("thread"))
    elif show == PROMPTS:
        rows = rows.filter(is_prompt=True)
    elif show in (QUESTIONS, UNANSWERED):
        rows = rows.filter(is_prompt=False)
    if show == UNANSWERED:
        rows = rows.exclude(pk__in=Post.objects.filter(accepted_at__isnull=False).values("thread"))
    replies = SHOWN & ~Q(posts__kind=Post.Kind.QUESTION)
    annotated = rows.annotate(
        answers=Count("posts", filter=replies),
        accepted=Count("posts", filter=replies & Q(posts__accepted_at__isnull=False)),
        last_at=Coalesce(Max("posts__posted_at", filter=SHOWN), "opened_at"),
    )
    return annotated.select_related("skill", "author").order_by("-last_at", "-pk")


def read_thread(actor: User, uid: Any) -> Thread:
    """One thread with its skill and asker. Raises NotFound. Queries: 1, and 1 for the actor's duties."""
    return thread_policy.get(actor, "view", uid=uid, related=("skill", "author"))


def prompt_about(skill_uid: UUID) -> UUID | None:
    """The thread in which everybody is asked about a skill, by uid. Queries: 1."""
    return Thread.objects.filter(is_prompt=True, skill__uid=skill_uid).values_list("uid", flat=True).first()


def posts_of(actor: User, found: Thread) -> QuerySet[Any]:
    """The posts that the actor may see, oldest first, each with ``may_accept``; not yet fetched. Queries: 1."""
    waiting = Q(accepted_at=None) & post_policy.rows(actor, "accept")
    acceptable = Case(When(waiting, then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = post_policy.queryset(actor, "view").filter(thread=found).annotate(may_accept=acceptable)
    return rows.select_related("author", "accepted_by", "hidden_by", "thread")


def skills_to_choose(prompted: bool = False, slugs: Iterable[str] | None = None) -> list[Skill]:
    """Skills that threads and promises can be about; ``prompted``: only those with a prompt. Queries: 1."""
    rows = skills_in_use()
    if slugs is not None:
        rows = rows.filter(slug__in=list(slugs))
    return list(rows.filter(threads__is_prompt=True) if prompted else rows)
