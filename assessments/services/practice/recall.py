"""Recall: short questions of lessons and courses, asked at the end of reading and again after growing intervals.

What a page shows of a question gives its key away to nobody: options carry signs that only the server can read, and
stand in an order that is the person's own and changes by the day. The sign holds the version too, so that an answer
to a question that was changed in the meantime is noticed. Answers are private; the record learns only whether all
questions of a lesson stand right.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from assessments.models import RecallAnswer, RecallVersion, ReviewCard
from lms import clock
from lms.api import (
    StepKind,
    User,
    act,
    claim_key,
    find_step,
    lesson_step,
    lock_person,
    paths_to_show_on,
    record_recall,
    require_open,
    running_paths,
    structure_of,
)
from lms.errors import Conflict, Invalid, NotFound

LONGEST_INTERVAL = 60
SALT = "assessments.recall"


@dataclass(frozen=True, slots=True)
class RecallOption:
    """An option as it is shown."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class RecallQuestion:
    """A question as one person meets it today.

    ``asking``: it is put to them now. Otherwise ``right``, ``why``, ``answer`` (the right text) and ``chosen`` tell how
    it went; they are empty while it is asked. ``key`` is fresh, for the form.
    """

    uid: UUID
    owner_uid: UUID
    q: str
    options: tuple[RecallOption, ...]
    asking: bool
    right: bool | None = None
    why: str = ""
    answer: str = ""
    chosen: str = ""
    due_on: date | None = None
    key: UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True, slots=True)
class Told:
    """What a person is told after answering."""

    right: bool
    why: str
    answer: str


def questions_of(
    owner_uid: UUID, person: User, *, at: datetime | None = None, again: Iterable[UUID] = ()
) -> list[RecallQuestion]:
    """The questions that a lesson or course asks now, in the author's order. Queries: 3 at most.

    One that was answered and is not due yet is shown with its reason, unless its uid is in ``again``. The caller has
    checked that the person may read the owner.
    """
    return recall_context([owner_uid], person, at=at, again=again)[owner_uid]


def recall_context(
    owner_uids: Iterable[UUID], person: User, *, at: datetime | None = None, again: Iterable[UUID] = ()
) -> dict[UUID, list[RecallQuestion]]:
    """``questions_of`` for several owners at once, by owner uid; for a lesson page. Queries: 3 at most."""
    found: dict[UUID, list[RecallQuestion]] = {uid: [] for uid in owner_uids}
    versions = list(RecallVersion.objects.filter(owner_uid__in=found, current=True))
    for question in _as_met(versions, person, at or clock.now(), frozenset(again)):
        found[question.owner_uid].append(question)
    return found


def question_of(actor: User, recall_uid: UUID, *, at: datetime, again: bool = False) -> RecallQuestion:
    """One question on a page of its own; refuses as ``answer_recall`` does. Queries: 5."""
    version = _current(recall_uid)
    _require_owner(actor, version.owner_uid, at)
    return _as_met([version], actor, at, frozenset({recall_uid} if again else ()))[0]


def due_cards(person: User, on: date, limit: int = 3, versions: Iterable[int] | None = None) -> list[RecallQuestion]:
    """Questions to ask again by that day, longest due first, of paths under way. ``versions``: theirs, by id, where
    they are known. Queries: 1, 1 more without ``versions``, and 2 a path when cold.
    """
    if versions is None:
        versions = running_paths().filter(person=person).values_list("path_version", flat=True)
    owners = {uid for version in versions for uid in _owners(version)}
    if not owners:
        return []
    card = ReviewCard.objects.filter(person=person, recall_uid=OuterRef("recall_uid"), due_on__lte=on)
    due = RecallVersion.objects.annotate(due=Subquery(card.values("due_on")[:1])).filter(
        current=True, owner_uid__in=owners, due__isnull=False
    )
    return [_asked(version, person, on, due_on=version.due) for version in due.order_by("due", "pk")[:limit]]


def next_due_on(person: User, after: date) -> date | None:
    """The next day on which a question comes back. Queries: 1."""
    cards = ReviewCard.objects.filter(person=person, due_on__gt=after)
    return cards.order_by("due_on").values_list("due_on", flat=True).first()


@act
def answer_recall(*, actor: User, recall_uid: UUID, option: str, key: UUID, at: datetime) -> Told:
    """Answer a question; the latest answer counts. ``option`` is the sign under which it was shown.

    Plans when it is asked again (right on or after its day: 1, 2, 4 ... 60 days; wrong: tomorrow), and tells the record
    whether all questions of a lesson stand right, which may open Talk. Raises NotFound (no such question, or on none of
    the person's paths), NotAllowed (not open yet), Conflict (the question was changed meanwhile), Invalid (option).
    Queries: 11, and what Talk takes.
    """
    version = _current(recall_uid)
    lesson = _require_owner(actor, version.owner_uid, at)
    lock_person(actor.pk)
    answers = RecallAnswer.objects.filter(person=actor, recall_uid=recall_uid)
    if not claim_key(actor=actor, name="recall.answer", key=key, at=at, about=recall_uid):
        latest = answers.select_related("version").order_by("-answered_at", "-pk").first()
        if latest is None:
            raise NotFound(_("That answer is gone. Open the question again."))
        return _told(latest.version, latest.right)
    signs = {_sign(actor, version, name): name for name in _texts(version)}
    if option not in signs:
        _refuse(actor, version, option)
    right = signs[option] == "a"
    RecallAnswer.objects.create(
        person=actor, version=version, recall_uid=recall_uid, option=signs[option], right=right, answered_at=at
    )
    _plan(actor, recall_uid, right=right, today=clock.today(actor.zone, at))
    if lesson:
        record_recall(person=actor, lesson_uid=version.owner_uid, all_right=_all_right(actor, version.owner_uid), at=at)
    return _told(version, right)


# --- Inside -------------------------------------------------------------------------------------------------------


def _current(recall_uid: UUID) -> RecallVersion:
    version = RecallVersion.objects.filter(recall_uid=recall_uid).order_by("-current", "-number").first()
    if version is None:
        raise NotFound(_("There is no such question."))
    if not version.current:
        raise Conflict(_("This question is no longer asked. Go back to the lesson; it may have a new one."))
    return version


def _require_owner(actor: User, owner_uid: UUID, at: datetime) -> bool:
    """That the person may read the lesson or course that asks; True for a lesson."""
    paths = paths_to_show_on(actor, at)
    course = find_step(paths, StepKind.COURSE, owner_uid)
    if course:
        require_open(course[0], course[1].step.uid)
        return False
    lesson_step(paths, owner_uid)
    return True


def _owners(path_version_id: int) -> set[UUID]:
    steps = [step for step in structure_of(path_version_id).steps.values() if step.kind == StepKind.COURSE]
    courses = {step.content_uid for step in steps if step.content_uid}
    return courses | {lesson.uid for step in steps for lesson in step.lessons}


def _texts(version: RecallVersion) -> dict[str, str]:
    """Options by name: "a" is right, "w1" and "w2" are not. The names never leave the database."""
    wrong = {f"w{number}": text for number, text in enumerate(version.spec["wrong"], start=1)}
    return {"a": version.spec["a"], **wrong}


def _sign(person: User, version: RecallVersion, name: str) -> str:
    return salted_hmac(SALT, f"{person.uid}:{version.recall_uid}:{version.number}:{name}").hexdigest()[:20]


def _shuffled(person: User, version: RecallVersion, on: date) -> tuple[RecallOption, ...]:
    """In an order that only the server can know: sorted by a keyed digest of person, version, day and option."""
    texts = _texts(version)

    def place(name: str) -> str:
        return salted_hmac(f"{SALT}.order", f"{on}:{_sign(person, version, name)}").hexdigest()

    return tuple(RecallOption(_sign(person, version, name), texts[name]) for name in sorted(texts, key=place))


def _asked(version: RecallVersion, person: User, on: date, due_on: date | None = None) -> RecallQuestion:
    return RecallQuestion(
        uid=version.recall_uid,
        owner_uid=version.owner_uid,
        q=version.spec["q"],
        options=_shuffled(person, version, on),
        asking=True,
        due_on=due_on,
    )


def _as_met(
    versions: Sequence[RecallVersion], person: User, at: datetime, again: frozenset[UUID]
) -> list[RecallQuestion]:
    if not versions:
        return []
    today = clock.today(person.zone, at)
    uids = [version.recall_uid for version in versions]
    latest: dict[UUID, RecallAnswer] = {}
    for row in RecallAnswer.objects.filter(person=person, recall_uid__in=uids).order_by("answered_at", "pk"):
        latest[row.recall_uid] = row
    cards = ReviewCard.objects.filter(person=person, recall_uid__in=uids).values_list("recall_uid", "due_on")
    due = dict(cards) if latest else {}
    questions = []
    for version in versions:
        uid = version.recall_uid
        answer, due_on = latest.get(uid), due.get(uid)
        # A changed question is a new one to the eye: the old answer still counts, its reason may no longer fit.
        asking = answer is None or answer.version_id != version.pk or uid in again or bool(due_on and due_on <= today)
        if answer is None or asking:
            questions.append(_asked(version, person, today, due_on))
            continue
        told = _told(version, answer.right)
        questions.append(
            RecallQuestion(
                uid=uid,
                owner_uid=version.owner_uid,
                q=version.spec["q"],
                options=_shuffled(person, version, today),
                asking=False,
                right=told.right,
                why=told.why,
                answer=told.answer,
                chosen=_texts(version)[answer.option],
                due_on=due_on,
            )
        )
    return questions


def _told(version: RecallVersion, right: bool) -> Told:
    return Told(right, version.spec["why"], version.spec["a"])


def _refuse(actor: User, version: RecallVersion, option: str) -> None:
    """Say why a sign is not among the options of the current version."""
    for old in RecallVersion.objects.filter(recall_uid=version.recall_uid).exclude(pk=version.pk):
        if option in {_sign(actor, old, name) for name in _texts(old)}:
            raise Conflict(_("This question was changed while you were reading it. Here it is as it stands now."))
    raise Invalid(option=_("Choose one of the answers."))


def _plan(person: User, recall_uid: UUID, *, right: bool, today: date) -> None:
    """When the question comes back. A right answer before its day leaves the plan as it is. Queries: 2."""
    card, made = ReviewCard.objects.get_or_create(
        person=person, recall_uid=recall_uid, defaults={"due_on": today + timedelta(days=1)}
    )
    if made or (right and card.due_on > today):
        return
    card.interval_days = min(card.interval_days * 2, LONGEST_INTERVAL) if right else 1
    card.due_on = today + timedelta(days=card.interval_days)
    card.save(update_fields=["interval_days", "due_on"])


def _all_right(person: User, owner_uid: UUID) -> bool:
    """Whether the latest answer to every question that the owner asks now is right. Queries: 1."""
    answers = RecallAnswer.objects.filter(person=person, recall_uid=OuterRef("recall_uid"))
    latest = Subquery(answers.order_by("-answered_at", "-pk").values("right")[:1])
    rows = RecallVersion.objects.filter(owner_uid=owner_uid, current=True).annotate(stands=latest)
    return all(rows.values_list("stands", flat=True))
