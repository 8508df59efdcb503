"""The front door of the cms in Python. Never HTTP."""

from cms.services.authoring.authorship import could_know
from cms.services.authoring.compile import compile_all, compile_quietly, leave, moved, open_failures, retry, state_of
from cms.services.authoring.dependants import (
    broken_references,
    dependants_of,
    load_dependants,
    refuse_delete,
    refuse_leaving,
    refuse_move,
)
from cms.services.authoring.judge import findings_of
from cms.services.authoring.load import load_curriculum
from cms.services.authoring.schedule import Late, late_content, run_schedule
from cms.services.authoring.setup import set_up_site
from cms.services.authoring.specs import spec_of
from cms.services.learner.lessons import live_lesson, render_lesson
from cms.services.learner.pictures import picture_named

__all__ = [
    "Late",
    "broken_references",
    "compile_all",
    "compile_quietly",
    "could_know",
    "dependants_of",
    "findings_of",
    "late_content",
    "leave",
    "live_lesson",
    "load_curriculum",
    "load_dependants",
    "moved",
    "open_failures",
    "picture_named",
    "refuse_delete",
    "refuse_leaving",
    "refuse_move",
    "render_lesson",
    "retry",
    "run_schedule",
    "set_up_site",
    "spec_of",
    "state_of",
]
