"""Running a compile: one transaction, remembered when it worked, written down when it did not.

Publishing and compiling are not one transaction in Wagtail. A receiver therefore never raises: ``compile_quietly``
compiles or records a CompileFailure that authors see. What neither happened to - the process died between the two - is
found by ``stale_sources`` and compiled by the sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.log_actions import log
from wagtail.models import Page

from cms.models import (
    CalibrationSource,
    Compilation,
    CompileFailure,
    Content,
    CoursePage,
    ExternalSource,
    LessonPage,
    PathPage,
    ResourcePage,
    RoleProfileSource,
    ScenarioPage,
    SkillSource,
    SpeakerSource,
    StandardPage,
)
from lms.api import HealthFinding, retire_content
from lms.errors import DomainError

from . import pages, sources

logger = logging.getLogger(__name__)

COMPILERS: dict[type[Content], Callable[[Any, datetime], int]] = {
    SkillSource: sources.compile_skill,
    SpeakerSource: sources.compile_speaker,
    ExternalSource: sources.compile_external,
    CalibrationSource: sources.compile_calibration,
    LessonPage: pages.compile_lesson,
    CoursePage: pages.compile_course,
    ScenarioPage: pages.compile_scenario,
    StandardPage: pages.compile_standard,
    RoleProfileSource: sources.compile_role,
    ResourcePage: pages.compile_nothing,
    PathPage: pages.compile_path,
}
"""What compiles what, in the order in which one rests on another."""


def compile_quietly(source: Content, at: datetime) -> int:
    """Compile a live source and what rests on it; a failure is recorded, never raised. Returns the rows changed."""
    if type(source) not in COMPILERS or not source.live:
        return 0  # a publish that is only scheduled sends the same signal
    if not source.is_source:
        return _attempt(source, at, lambda: pages.labels_only(source))
    changed = _attempt(source, at, lambda: _compile(source, at))
    return changed + _ripple(source, at)


def content_left(source: Content, at: datetime) -> None:
    """The source left the site: its content is retired in the record, and what rested on it is compiled again."""
    if type(source) not in COMPILERS or not source.is_source:
        return
    _attempt(source, at, lambda: _retire(source, at))
    _ripple(source, at)


def content_moved(page: Content, parent_before: Page, parent_after: Page, at: datetime) -> None:
    """A page stands elsewhere: paths that hold either course are compiled again."""
    if not isinstance(page, LessonPage):
        return
    for course in CoursePage.objects.filter(pk__in={parent_before.pk, parent_after.pk}):
        _ripple(course, at)


def compile_all(at: datetime) -> tuple[int, list[str]]:
    """Compile every live source, in order. Returns how many rows changed and what failed, as sentences."""
    changed, failed = 0, []
    for source in live_sources():
        before = changed
        changed += _attempt(source, at, lambda source=source: _compile(source, at))  # type: ignore[misc]
        if failure := failure_of(source):
            changed = before
            failed.append(str(failure))
    return changed + _retire_gone(at), failed


def retry_compiling(at: datetime) -> int:
    """Compile what is stale or failed before; cheap when there is nothing. Returns how many sources were tried."""
    waiting = [*stale_sources(), *(failure_source(row) for row in CompileFailure.objects.filter(resolved_at=None))]
    tried = {(type(source), source.pk): source for source in waiting if source is not None}  # type: ignore[attr-defined]
    for source in tried.values():
        compile_quietly(source, at)
    _retire_gone(at)
    return len(tried)


def compile_state(at: datetime) -> tuple[int, list[str]]:
    """What ``compile_all`` would change and what would fail, without writing anything."""
    with transaction.atomic():
        result = compile_all(at)
        transaction.set_rollback(True)
    return result


def live_sources() -> Iterator[Content]:
    """Every live source that compiles, in the order in which one rests on another."""
    for model in COMPILERS:
        for source in model._default_manager.filter(live=True):  # type: ignore[attr-defined]
            if source.is_source:
                yield source


def stale_sources() -> Iterator[Content]:
    """Live sources whose live revision was not compiled. Queries: 1 a kind, and 1."""
    known = {
        (content_type, pk): revision
        for content_type, pk, revision in Compilation.objects.values_list("content_type", "object_id", "revision_id")
    }
    for model in COMPILERS:
        content_type = ContentType.objects.get_for_model(model).pk
        rows = model._default_manager.filter(live=True)  # type: ignore[attr-defined]
        for pk, revision in rows.values_list("pk", "live_revision_id"):
            if known.get((content_type, pk), 0) != revision:
                source = rows.get(pk=pk)
                if source.is_source:
                    yield source


def resting_on(source: Content) -> Iterable[Content]:
    """Live sources whose spec holds something of this one: courses' paths, speakers' scenarios..."""
    if isinstance(source, SpeakerSource):
        return [page for page in ScenarioPage.objects.live() if page.is_source and _speaks_in(page, source.pk)]
    uids: set[UUID] = {source.uid}  # type: ignore[attr-defined]
    if isinstance(source, LessonPage):
        course = CoursePage.objects.filter(pk=source.get_parent().pk).first() if source.depth else None
        uids = {course.uid} if course else set()
    if isinstance(source, PathPage | ResourcePage) or not uids:
        return []
    return [page for page in PathPage.objects.live() if page.is_source and uids & set(_uses(page))]


def open_failures() -> list[CompileFailure]:
    """What did not get through to the record, newest first. Queries: 1."""
    return list(CompileFailure.objects.filter(resolved_at=None))


def published_went_through(at: datetime) -> str | HealthFinding:
    """Whether all that is published is in the record, for the doctor. Queries: 1."""
    if failed := open_failures():
        said = ngettext(
            "%(n)s thing that was published did not get into the record: %(title)s.",
            "%(n)s things that were published did not get into the record, %(title)s first.",
            len(failed),
        )
        return HealthFinding(
            "content-not-compiled",
            said % {"n": len(failed), "title": failed[0].title},
            _("It is tried again every minute. The first page of Authoring says why, and authors mend it there."),
        )
    return _("All that is published is in the record.")


def failure_of(source: Any) -> CompileFailure | None:
    """The open failure of a source."""
    return CompileFailure.objects.filter(**_about(source), resolved_at=None).first()


def failure_source(row: CompileFailure) -> Content | None:
    """The live source that an open failure is about; a failure of something that is gone is closed."""
    model = row.content_type.model_class()
    source: Any = model._default_manager.filter(pk=row.object_id, live=True).first() if model else None
    if source is None:
        row.delete()
    return source


def _uses(page: PathPage) -> Iterator[UUID]:
    """Uids of what a path is about. Queries: one a kind of step, and the role."""
    if page.role:
        yield page.role.uid
    for child in page.steps():
        if (target := child.value.get("target")) is not None:
            yield target.uid


def _speaks_in(page: ScenarioPage, speaker: int) -> bool:
    return any(block["value"].get("speaker") == speaker for block in page.nodes.raw_data)


def _ripple(source: Any, at: datetime) -> int:
    """Compile what rests on a source; finding out may fail, too. Returns how many rows changed."""
    found: list[Content] = []

    def find() -> int:
        found.extend(resting_on(source))
        return 0

    _attempt(source, at, find, closes=False)
    return sum(_attempt(each, at, lambda each=each: _compile(each, at)) for each in found)  # type: ignore[misc]


def _compile(source: Any, at: datetime) -> int:
    source.check_publishable()
    changed = COMPILERS[type(source)](source, at)
    Compilation.objects.update_or_create(
        **_about(source),
        defaults={"uid": source.uid, "revision_id": source.live_revision_id, "compiled_at": at},
    )
    return changed


def _retire(source: Any, at: datetime) -> int:
    retire_content(source.uid, at)
    Compilation.objects.filter(uid=source.uid).delete()
    return 1


def _retire_gone(at: datetime) -> int:
    """Retire what left the site unnoticed, unless something else with its uid is there now. Returns how many."""
    gone = _gone()
    for row in gone:
        row.delete()
    stays = set(Compilation.objects.filter(uid__in={row.uid for row in gone}).values_list("uid", flat=True))
    for uid in {row.uid for row in gone} - stays:
        retire_content(uid, at)
    return len(gone)


def _gone() -> list[Compilation]:
    """Compilations of sources that are no longer live, though nobody retired them."""
    gone = []
    for model in COMPILERS:
        live = model._default_manager.filter(live=True).values("pk")  # type: ignore[attr-defined]
        rows = Compilation.objects.filter(content_type=ContentType.objects.get_for_model(model))
        gone += list(rows.exclude(object_id__in=live))
    return gone


def _attempt(source: Any, at: datetime, act: Callable[[], int], *, closes: bool = True) -> int:
    """Run in a transaction of its own; write a failure down or, with ``closes``, close an earlier one."""
    try:
        with transaction.atomic():
            changed = act()
    except Exception as error:
        _write_down(source, error, at)
        return 0
    if closes:
        CompileFailure.objects.filter(**_about(source), resolved_at=None).update(resolved_at=at)
    return changed


def _write_down(source: Any, error: Exception, at: datetime) -> None:
    """Record a failure. The log hears of it once, not each time that the sweep meets it again; a refusal is a sentence
    for authors and leaves no traceback there.
    """
    refused = isinstance(error, ValidationError | DomainError)
    message = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    if not refused:
        message = f"{type(error).__name__}: {error}"
    before = failure_of(source)
    if before is None or before.message != message:
        logger.warning("Compiling %s failed: %s", source, message, exc_info=None if refused else error)
    CompileFailure.objects.update_or_create(
        **_about(source),
        resolved_at=None,
        defaults={"uid": source.uid, "title": str(source)[:255], "message": message, "failed_at": at},
    )
    if before is None:
        log(instance=source, action="cms.compile_failed", data={"message": message[:500]})


def _about(source: Any) -> dict[str, Any]:
    return {"content_type": ContentType.objects.get_for_model(type(source)), "object_id": source.pk}
