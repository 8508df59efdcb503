"""The front door of the cms in Python. Append only: several rooms of this app add to it."""

from cms.services.authorship import could_know
from cms.services.compile import compile_all, compile_quietly, leave, moved, open_failures, retry, state_of
from cms.services.demo.create import Miss, create_demo
from cms.services.demo.door import Guest, GuestGroup, demo_people
from cms.services.generate import Made, generate_people
from cms.services.guards import broken_references, dependants_of, refuse_delete, refuse_leaving, refuse_move
from cms.services.lessons import live_lesson, render_lesson
from cms.services.load import load_curriculum
from cms.services.pictures import picture_named
from cms.services.schedule import Late, late_content, run_schedule
from cms.services.setup import set_up_site

__all__ = [
    "Guest",
    "GuestGroup",
    "Late",
    "Made",
    "Miss",
    "broken_references",
    "compile_all",
    "compile_quietly",
    "could_know",
    "create_demo",
    "demo_people",
    "dependants_of",
    "generate_people",
    "late_content",
    "leave",
    "live_lesson",
    "load_curriculum",
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
    "state_of",
]
