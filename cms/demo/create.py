"""Making the demo company, and saying who can be met in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.db.models import F

from assessments.api import mail_receipts, verify_nightly
from cms.rules.curriculum import read_curriculum
from cms.rules.curriculum.documents import PersonDoc
from lms.api import Notice, OutgoingMail, User, recording, standings_of

from .authoring import write_drafts
from .company import RENEWED, Company
from .histories import History, rank
from .life import Life

MANY = 100_000
FRESH = timedelta(days=3)
"""Notices of the last days are still unread."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A state of the story that the history did not reach."""

    person: str
    skill: str
    wanted: str
    reached: str


def create_demo(*, folder: Path, passphrase: str, seed: int, now: datetime, say: Callable[[str], None]) -> list[Miss]:
    """Make the company of the starter curriculum with its people and their histories; all or nothing. Then verify its
    ledger as each night, so that there is a first anchor.

    ``say`` is told what is being made. Returns where a story was not reached (empty when all is well).
    Raises ValueError when the curriculum has problems or the database holds people already.
    """
    misses = _make(folder, passphrase, seed, now, say)
    mail_receipts(now, limit=MANY)
    verify_nightly(now)
    _quieten(now)
    return misses


@recording()
def _make(folder: Path, passphrase: str, seed: int, now: datetime, say: Callable[[str], None]) -> list[Miss]:
    curriculum, problems = read_curriculum(folder)
    if curriculum is None or problems:
        raise ValueError("\n".join(map(str, problems)))
    if User.objects.exists():
        raise ValueError("There are people in this database already.")
    company = Company(curriculum, passphrase, seed, now)
    say("Teams, people, coaches and observers")
    company.set_up()
    company.say_who_is_away()
    learners = sorted((doc for doc in curriculum.people if doc.path), key=lambda doc: doc.start_day)
    misses: list[Miss] = []
    renewed = False
    for number, doc in enumerate(learners):
        if not renewed and doc.start_day > -RENEWED.days:
            company.renew_grants()
            company.calibrate()
            renewed = True
        say(f"{doc.name}: day {-doc.start_day} of the path")
        misses += _live(company, doc, number)
    say("A change that waits for its review")
    write_drafts(company)
    return misses


def _live(company: Company, doc: PersonDoc, number: int) -> list[Miss]:
    enrolment = company.enrol(doc)
    enrolment.person = company.people[doc.id]
    life = Life(company, enrolment, partial(company.coach_at, doc))
    History(company, doc, life, number).walk()
    return list(_misses(company, doc))


def _misses(company: Company, doc: PersonDoc) -> list[Miss]:
    standing = standings_of(company.people[doc.id].pk, company.now.date())
    found = []
    for skill, wanted in doc.gates.items():
        opened = standing[skill].open if skill in standing else frozenset()
        reached = max(opened, key=rank, default="none")
        if reached != wanted and not (wanted == "do" and reached == "show"):
            found.append(Miss(doc.id, skill, wanted, reached))
    return found


def _quieten(now: datetime) -> None:
    """Mail of the past was delivered then; notices of the past were mailed and read."""
    OutgoingMail.objects.filter(sent_at=None).update(sent_at=F("created_at"), attempts=1)
    Notice.objects.filter(mailed_at=None).update(mailed_at=F("created_at"))
    Notice.objects.filter(created_at__lt=now - FRESH).update(read_at=F("created_at"))
