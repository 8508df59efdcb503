"""Reviews: what authors write goes live once a learning administrator has approved it.

Wagtail's own workflow, with one task: whoever is a learning administrator approves. Authors save drafts and submit
them: pages, and the skills, role profiles and calibration sets of the library. Learning administrators publish without
asking anybody.
"""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _
from wagtail.models import (
    GroupApprovalTask,
    Page,
    Workflow,
    WorkflowContentType,
    WorkflowMixin,
    WorkflowPage,
    WorkflowState,
    WorkflowTask,
)

from cms.policies import REVIEWED
from lms.api import LEARNING_ADMINISTRATORS, User

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
