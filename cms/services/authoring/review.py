"""Reviews: what authors write goes live once a learning administrator has approved it.

Wagtail's own workflow, with one task: whoever is a learning administrator approves. Authors save drafts and submit
them: pages, and the skills, role profiles and calibration sets of the library. Learning administrators publish without
asking anybody.
"""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.models import (
    GroupApprovalTask,
    Page,
    TaskState,
    Workflow,
    WorkflowContentType,
    WorkflowMixin,
    WorkflowPage,
    WorkflowState,
    WorkflowTask,
)

from assessments.rules.in_review import APPROVES, HANDED_IN, SENT_BACK, InReview
from cms.models import CalibrationSource, RoleProfileSource, SkillSource
from cms.policies import REVIEWED, library_policies
from lms.api import LEARNING_ADMINISTRATORS, User
from lms.rules.target import Target

NAME = "Learning reviews it"


def set_up_review(home: Page) -> Workflow:
    """The workflow of every page under the home page, and of what judging rests on in the library; what is there stays
    as it is. Queries: 5, 20 the first time.
    """
    found = WorkflowPage.objects.filter(page=home).select_related("workflow").first()
    workflow = found.workflow if found is not None else _workflow(home)
    for content_type in ContentType.objects.get_for_models(*REVIEWED).values():
        WorkflowContentType.objects.get_or_create(content_type=content_type, defaults={"workflow": workflow})
    return workflow


def _workflow(home: Page) -> Workflow:
    workflow = Workflow.objects.create(name=NAME)
    task = GroupApprovalTask.objects.create(name=_("A learning administrator approves"))
    task.groups.set([Group.objects.get_or_create(name=LEARNING_ADMINISTRATORS)[0]])
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=home)
    return workflow


def submit_for_review(page: Page | WorkflowMixin, author: User) -> WorkflowState:
    """Hand the newest draft of a page or snippet in. Raises ValueError when no workflow holds for it."""
    workflow = page.get_workflow()
    if workflow is None:
        raise ValueError(f"No review is set up for {page}.")
    state: WorkflowState = workflow.start(page, author)
    return state


def awaiting_review() -> list[Page | WorkflowMixin]:
    """What has a newest draft that waits for a learning administrator. Queries: 2."""
    states = WorkflowState.objects.filter(status=WorkflowState.STATUS_IN_PROGRESS)
    return [state.content_object for state in states]


def in_review_with(reader: User, person: User) -> tuple[InReview, ...]:
    """What somebody handed in, has to change or could approve, the oldest first, with the way there for the reader.

    Queries: 6 at most, and 1 for each kind of content.
    """
    theirs = TaskState.objects.reviewable_by(person)
    states = WorkflowState.objects.active().filter(Q(requested_by=person) | Q(current_task_state__in=theirs))
    rows = states.order_by("created_at", "pk").prefetch_related("content_object")
    return tuple(_with_part(row, reader, person) for row in rows)


def _with_part(state: WorkflowState, reader: User, person: User) -> InReview:
    part = APPROVES
    if state.requested_by_id == person.pk:
        part = SENT_BACK if state.status == WorkflowState.STATUS_NEEDS_CHANGES else HANDED_IN
    thing = state.content_object
    title = thing.get_admin_display_title() if isinstance(thing, Page) else str(thing)
    return InReview(title, part, _edited_at(thing, reader))


def _edited_at(thing: Page | WorkflowMixin, reader: User) -> Target | None:
    """Where the reader edits a page or snippet, None where they may not."""
    if isinstance(thing, Page):
        return Target("page of authors", thing.pk) if thing.permissions_for_user(reader).can_edit() else None
    if not library_policies[type(thing)].may(reader, "change"):
        return None
    match thing:
        case SkillSource(pk=pk):
            return Target("skill of authors", pk)
        case RoleProfileSource(pk=pk):
            return Target("role profile of authors", pk)
        case CalibrationSource(pk=pk):
            return Target("calibration set of authors", pk)
    return None
