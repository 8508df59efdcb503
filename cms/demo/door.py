"""Who can be met in the demo: for the page on which one signs in, and for nobody outside the demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from cms.rules.curriculum import read_curriculum
from cms.rules.curriculum.documents import PersonDoc
from lms.api import User

WRITING, RUNNING, COACHING, MANAGING = (
    _("Writing and running the programme"),
    _("Inspecting, and keeping the platform"),
    _("Coaching and observing"),
    _("Managing"),
)
LEARNING = _("Learning")
GROUPS = (LEARNING, COACHING, MANAGING, WRITING, RUNNING)

# The first duty of these that somebody has says where they stand on the page.
BY_DUTY = {
    "learning-administrator": WRITING,
    "author": WRITING,
    "sponsor": RUNNING,
    "auditor": RUNNING,
    "administrator": RUNNING,
    "coach": COACHING,
    "observer": COACHING,
    "manager": MANAGING,
}


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody whom one can sign in as. ``worth``: what there is to see with their eyes."""

    name: str
    email: str
    job: str
    worth: str


@dataclass(frozen=True, slots=True)
class GuestGroup:
    """People with like duties. ``more``: those without a short address, under a fold."""

    label: str
    people: tuple[Guest, ...]
    more: tuple[Guest, ...] = ()


def demo_people(folder: Path) -> list[GuestGroup]:
    """Everybody of the demo who is here and may sign in, by what they do. Empty without a demo. Queries: 1."""
    here = set(User.objects.filter(is_active=True).values_list("email", flat=True))
    groups = []
    for label in GROUPS:
        found = [(short, guest) for group, short, guest in _guests(folder) if group == label and guest.email in here]
        if found:
            named, more = (tuple(guest for short, guest in found if short == wanted) for wanted in (True, False))
            groups.append(GuestGroup(str(label), named, more))
    return groups


@lru_cache(maxsize=4)
def _guests(folder: Path) -> tuple[tuple[object, bool, Guest], ...]:
    """Group, whether the address is a short one, and the person; read once a process."""
    curriculum, _problems = read_curriculum(folder)
    if curriculum is None:
        return ()
    domain = curriculum.company.domain
    return tuple(
        (
            _group(doc),
            bool(doc.account),
            Guest(doc.name, f"{doc.account}@{domain}" if doc.account else doc.email, doc.job or "", doc.story),
        )
        for doc in curriculum.people
    )


def _group(doc: PersonDoc) -> object:
    return next((group for duty, group in BY_DUTY.items() if duty in doc.duties), LEARNING)
