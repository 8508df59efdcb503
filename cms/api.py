"""The front door of the cms in Python. Never HTTP."""

# --- Authoring
from cms.services.authoring.authorship import could_know
from cms.services.authoring.compile import (
    compile_all,
    compile_quietly,
    compile_state,
    content_left,
    content_moved,
    open_failures,
    published_went_through,
    retry_compiling,
)
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
from cms.services.authoring.review import in_review_with
from cms.services.authoring.schedule import Late, late_content, run_schedule
from cms.services.authoring.setup import frame_can_stand, set_up_site
from cms.services.authoring.specs import spec_of

# isort: split

# --- Setting up
from cms.services.setup.starter import begin_empty, begin_with_starter, run_starter
from cms.services.setup.steps import SetUp, SetUpStep, set_up_of

# isort: split

# --- What learners read
from cms.services.learner.lessons import live_lesson, render_lesson
from cms.services.learner.pictures import picture_named

__all__ = [
    # Authoring
    "Late",
    "broken_references",
    "compile_all",
    "compile_quietly",
    "compile_state",
    "content_left",
    "content_moved",
    "could_know",
    "dependants_of",
    "findings_of",
    "frame_can_stand",
    "in_review_with",
    "late_content",
    "load_curriculum",
    "load_dependants",
    "open_failures",
    "published_went_through",
    "refuse_delete",
    "refuse_leaving",
    "refuse_move",
    "retry_compiling",
    "run_schedule",
    "set_up_site",
    "spec_of",
    # Setting up
    "SetUp",
    "SetUpStep",
    "begin_empty",
    "begin_with_starter",
    "run_starter",
    "set_up_of",
    # What learners read
    "live_lesson",
    "picture_named",
    "render_lesson",
]
