"""Permanent links: from a uid to the page that shows the thing to this person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from wagtail.models import Page

from lms.api import StepKind, User, is_of_paths, link_finders, paths_to_show_on
from lms.errors import NotFound
from lms.rules.target import Target

from .lessons import may_read_any
from .step_pages import target_of_step


def target_of_link(person: User, uid: UUID, at: datetime) -> Target:
    """The page on which the person sees what this uid names.

    Raises NotFound (nothing, or nothing of theirs), NotAllowed (a step of theirs that is closed). Queries: 15 at
    most, 30 for a step that is closed.
    """
    for find in (_content, *link_finders()):
        if found := find(person, uid, at):
            return found
    raise NotFound(_("This link leads to nothing that you can see. It may be old, or somebody else’s."))


def _content(person: User, uid: UUID, at: datetime) -> Target | None:
    """Something that authors wrote, on the reader's own path; for authors, else, the editor of it. Queries: 1 for what
    they did not write, else as a page of the path.
    """
    if not is_of_paths(uid):
        return None
    paths = paths_to_show_on(person, at)
    for path in paths:
        for state in path.steps:
            if uid in {lesson.uid for lesson in state.step.lessons}:
                return Target("lesson", uid)
            about = None if state.step.kind == StepKind.DISCUSSION else state.step.content_uid
            if uid in (state.step.uid, about):
                return target_of_step(person, state.step.uid, at, paths)
        enrolment = path.enrolment
        if uid in {enrolment.path.uid, enrolment.role_version.profile.uid, *path.structure.required}:
            return Target("own path", query=(("path", enrolment.uid),))
    return _editor(person, uid)


def _editor(person: User, uid: UUID) -> Target | None:
    """Where authors change it; None for everybody else."""
    if not may_read_any(person):
        return None
    pk = Page.objects.filter(translation_key=uid).order_by("pk").values_list("pk", flat=True).first()
    return Target("page of authors", pk) if pk else None
