"""What authors set a time for: it goes live, and leaves the site, when the running site's clock says so.

Each item is a transaction of its own, so that one refusal does not stop the rest. A refusal is an entry in the item's
history, a line on the admin's home page for as long as the item waits, and a notice to whoever set the time. It is
tried again with every run - what stands in the way may be put right elsewhere - and written down again only when the
reason is another one. Wagtail's own ``publish_scheduled`` stops at the first refusal.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.text import Truncator
from wagtail.log_actions import log
from wagtail.log_actions import registry as log_registry
from wagtail.models import DraftStateMixin, Page, Revision

from cms.rules.notices import NOT_EXPIRED, NOT_PUBLISHED
from lms.api import tell

from .compile.run import COMPILERS

logger = logging.getLogger(__name__)

REFUSED = "cms.schedule_refused"
PUBLISH, EXPIRE = "publish", "expire"
RANK = {model: rank for rank, model in enumerate(COMPILERS)}


@dataclass(frozen=True, slots=True)
class Due:
    """A page or snippet whose time has come. ``revision`` is to go live or, when it expires, the one that is live."""

    act: str
    thing: Any
    revision: Revision | None
    since: datetime

    @property
    def key(self) -> str:
        """This item at this time; given another time it is another item."""
        return f"{self.act} {self.thing._meta.label} {self.thing.pk} {self.since.isoformat()}"


@dataclass(frozen=True, slots=True)
class Late:
    """Something that was refused when its time had come and still waits, with the sentence that says why."""

    act: str
    thing: Any
    since: datetime
    message: str


def run_schedule(at: datetime) -> tuple[int, int]:
    """Publish and expire everything whose time has come. Returns how many went through and how many were refused.

    What others rest on goes live first; what goes live may free what expires. Queries: 7 when nothing is due.
    """
    done = refused = 0
    for find, act in ((_to_publish, _publish), (_to_expire, _expire)):
        for due in find(at):
            try:
                with transaction.atomic():
                    done += act(due, at)
            except Exception as error:
                _write_down(due, _reason(due, error), at)
                refused += 1
    return done, refused


def late_content(at: datetime) -> list[Late]:
    """What was refused and still waits, the longest first. Queries: 7, and 2 and one a kind when something is due."""
    waiting = sorted([*_to_publish(at), *_to_expire(at)], key=lambda due: due.since)
    reasons = _reasons(due.key for due in waiting)
    return [Late(due.act, due.thing, due.since, reasons[due.key]) for due in waiting if due.key in reasons]


# --- What is due --------------------------------------------------------------------------------------------------


def _to_publish(at: datetime) -> list[Due]:
    """Revisions that were to be live by now, in the order in which one rests on another, then by time."""
    rows = Revision.objects.filter(approved_go_live_at__lte=at).order_by("approved_go_live_at", "pk")
    found = [
        Due(PUBLISH, row.content_object, row, row.approved_go_live_at)
        for row in rows.select_related("user").prefetch_related("content_object")
        if row.content_object is not None
    ]
    return sorted(found, key=lambda due: _rank(due.thing))


def _to_expire(at: datetime) -> list[Due]:
    """Live pages and snippets that were to be gone by now, in the opposite order."""
    found = [
        Due(EXPIRE, thing, thing.live_revision, thing.expire_at)
        for model in _scheduled_models()
        for thing in model._default_manager.filter(live=True, expire_at__lte=at)
        .order_by("expire_at", "pk")
        .select_related("live_revision__user")
    ]
    return sorted(found, key=lambda due: -_rank(due.thing))


def _scheduled_models() -> Iterator[type[Any]]:
    """Page, for every kind of page, and the snippets that have drafts."""
    yield Page
    for model in apps.get_models():
        if issubclass(model, DraftStateMixin) and not issubclass(model, Page):
            yield model


def _rank(thing: Any) -> int:
    return RANK.get(getattr(thing, "specific_class", type(thing)), len(RANK))


# --- One item -----------------------------------------------------------------------------------------------------


def _publish(due: Due, at: datetime) -> int:
    """Publish the revision. Returns 0 when another worker was faster."""
    rows = Revision.objects.filter(pk=due.revision.pk if due.revision else None, approved_go_live_at__lte=at)
    revision = rows.select_for_update().first()
    if revision is None:
        return 0
    # Wagtail asks a clock of its own: while ours is moved ahead it would only put the revision off once more.
    revision.content = revision.content | {"go_live_at": None}
    revision.publish(log_action="wagtail.publish.scheduled")
    return 1


def _expire(due: Due, at: datetime) -> int:
    """Take it off the site. Returns 0 when another worker was faster."""
    rows = type(due.thing)._default_manager.filter(pk=due.thing.pk, live=True, expire_at__lte=at)
    thing = rows.select_for_update().first()
    if thing is None:
        return 0
    thing.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return 1


# --- Refusals -----------------------------------------------------------------------------------------------------


def _reason(due: Due, error: Exception) -> str:
    """What our guards say, in their words; anything else goes to the log, too."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, PermissionDenied):
        return str(error)
    logger.error("Scheduled %s of %s failed", due.act, due.thing, exc_info=error)
    return f"{type(error).__name__}: {error}"


@transaction.atomic
def _write_down(due: Due, reason: str, at: datetime) -> None:
    """Into the item's history, when the reason is a new one; whoever set the time hears of it once. Queries: 2-6."""
    before = _reasons([due.key]).get(due.key)
    if before != reason:
        data = {"key": due.key, "message": reason}
        log(instance=due.thing, action=REFUSED, revision=due.revision, data=data, timestamp=at)
    author = due.revision.user if due.revision else None
    if before is None and author is not None:
        kind = {PUBLISH: NOT_PUBLISHED, EXPIRE: NOT_EXPIRED}[due.act]
        tell(kind, [author], words={"title": Truncator(str(due.thing)).chars(160)}, at=at)


def _reasons(keys: Iterable[str]) -> dict[str, str]:
    """The newest reason written down for each of these items. Queries: 2, none for no items."""
    wanted = list(keys)
    if not wanted:
        return {}
    return {
        entry.data["key"]: entry.data["message"]
        for model in log_registry.get_log_entry_models()
        for entry in model.objects.filter(action=REFUSED, data__key__in=wanted).order_by("timestamp", "pk")
    }
