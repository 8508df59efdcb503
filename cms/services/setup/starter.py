"""How the library begins: the starter curriculum, loaded by the worker piece by piece, or nothing.

The row is the work (ADR 4): a message only wakes the worker, and a sweep finds what waits or was left behind. Each
piece is committed with the word that it is there, so that nobody waits for the load, everybody sees how far it is, and
a worker that takes over goes on where the other one ended. Pieces have no author: who asked for the load wrote none of
it. They are published without a review, as the files are judged by the same rules.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from cms.models import StarterCurriculum
from cms.policies import set_up_policy
from cms.rules.curriculum import read_curriculum
from cms.services.authoring.load import load_in_pieces, pieces_of
from lms import clock
from lms.api import User, act, claim_key, in_language_of
from lms.errors import Conflict, Invalid

logger = logging.getLogger(__name__)

FOLDER = Path(settings.BASE_DIR) / "curriculum"
SILENT = timedelta(minutes=2)
"""A worker that was not heard of for so long has ended; a piece takes a second."""
State = StarterCurriculum.State


def starter_now() -> StarterCurriculum | None:
    """How the library began; None while nobody has chosen. Queries: 1."""
    return StarterCurriculum.objects.select_related("asked_by").first()


def is_silent(row: StarterCurriculum, at: datetime) -> bool:
    """Whether the load should go on and nobody is heard of: the worker that had it has ended, or none took it."""
    since = {State.RUNNING: row.heard_at, State.WAITING: row.asked_at}.get(State(row.state))
    return since is not None and since <= at - SILENT


@act
def begin_with_starter(*, actor: User, key: UUID, at: datetime) -> StarterCurriculum:
    """Have the worker load the starter curriculum; again after a failure, or when nobody is heard of.

    Raises NotAllowed (neither L&D nor an administrator), Conflict (it is loaded, or being loaded).
    """
    set_up_policy.require(actor, "choose")
    if not claim_key(actor=actor, name="setup.starter", key=key, at=at, about=key):
        return StarterCurriculum.objects.get(pk=1)
    asked = {"state": State.WAITING, "asked_by": actor, "asked_at": at}
    row, made = StarterCurriculum.objects.get_or_create(pk=1, defaults=asked)
    unheard = _left_behind(at) | Q(state=State.WAITING, asked_at__lte=at - SILENT)
    again = StarterCurriculum.objects.filter(Q(state__in=(State.EMPTY, State.FAILED)) | unheard)
    if not made and not again.update(**asked, run=None, failure=""):
        if row.state == State.DONE:
            raise Conflict(_("The starter curriculum is here already."))
        raise Conflict(_("The starter curriculum is being loaded already."))
    row.refresh_from_db()
    return row


@act
def begin_empty(*, actor: User, key: UUID, at: datetime) -> StarterCurriculum:
    """The library begins empty: authors write all of it. The starter curriculum can still be loaded later.

    Raises NotAllowed (neither L&D nor an administrator), Conflict (somebody chose before).
    """
    set_up_policy.require(actor, "choose")
    if not claim_key(actor=actor, name="setup.empty", key=key, at=at, about=key):
        return StarterCurriculum.objects.get(pk=1)
    chosen = {"state": State.EMPTY, "asked_by": actor, "asked_at": at}
    row, made = StarterCurriculum.objects.get_or_create(pk=1, defaults=chosen)
    if not made:
        raise Conflict(_("%(name)s has chosen already how the library begins.") % {"name": row.asked_by.full_name})
    return row


class TakenOver(Exception):
    """Another worker has the load now: this one was silent for too long."""


def run_starter(now: Callable[[], datetime] = clock.now) -> bool:
    """Carry out the load that waits, or that a worker left behind; whether there was one to begin with.

    It ends done or with the sentence of its failure. ``now`` says what time it is, as the load takes half a minute.
    Queries: 1 when there is nothing to do.
    """
    run = uuid4()
    open_now = StarterCurriculum.objects.filter(Q(state=State.WAITING) | _left_behind(now()))
    if not open_now.update(state=State.RUNNING, run=run, heard_at=now(), done=0):
        return False
    mine = StarterCurriculum.objects.filter(run=run)
    with in_language_of(mine.select_related("asked_by").get().asked_by):
        try:
            _load(mine, now)
        except TakenOver:
            logger.warning("The starter curriculum is loaded by another worker now.")
        except Invalid as error:
            mine.update(state=State.FAILED, run=None, failure=str(error), heard_at=now())
        except Exception:
            logger.exception("The starter curriculum could not be loaded.")
            sentence = _(
                "Something went wrong that is not yours. Whoever runs Vouch finds it in the log of the worker."
            )
            mine.update(state=State.FAILED, run=None, failure=sentence, heard_at=now())
    return True


def _load(mine: QuerySet[StarterCurriculum], now: Callable[[], datetime]) -> None:
    curriculum, problems = read_curriculum(FOLDER)
    if curriculum is None or problems:
        raise Invalid(_("Its files cannot be read. %(problem)s") % {"problem": problems[0]})

    def heard(**more: object) -> None:
        if not mine.update(heard_at=now(), **more):
            raise TakenOver

    @contextmanager
    def piece() -> Iterator[None]:
        with transaction.atomic():
            yield
            heard(done=F("done") + 1)

    heard(total=pieces_of(curriculum))
    load_in_pieces(curriculum, piece)
    heard(state=State.DONE, run=None)


def _left_behind(at: datetime) -> Q:
    return Q(state=State.RUNNING, heard_at__lte=at - SILENT)
