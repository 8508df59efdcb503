"""Practice: playing a scenario, alone and unseen.

An attempt stands at a node of the version it was started on. Each turn is one act: a choice, a written answer, or the
marking of one's own answer. Reaching an ending finishes the attempt, completes the practice step, and may open Try.

**The Try gate**: a skill practised to standard twice, the endings at least 20 hours apart, the second in another
scenario or with the choices in another order. It is kept as one dated ``TryFact`` and one row of ``lms.SkillGate``:
that the gate opened, and on which day, is all that anybody else ever learns, and it outlives the attempts.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from assessments.models import Attempt, AttemptChoice, OpenResponse, ScenarioVersion, TryFact
from assessments.policies import attempt_policy
from assessments.rules.practice import RULE, Score, move_meters, score, shown_order, start_meters
from assessments.rules.specs import ChoiceSpec, NodeSpec, ScenarioSpec, SpeakerSpec
from lms.api import (
    StepKind,
    StepState,
    User,
    act,
    claim_key,
    complete_paths_of,
    find_step,
    lock_person,
    open_gate,
    paths_to_show_on,
    paths_with_step_to_do,
    record_completion,
    replayed,
    require_open,
    structure_of,
)
from lms.errors import Conflict, Invalid, NotFound
from lms.rules.lines import many_lines

GAP = timedelta(hours=20)
LONGEST = 4000
CONFIDENCE = ("sure", "think", "guess")


@dataclass(frozen=True, slots=True)
class Practice:
    """A scenario as one person meets it: the step on their path, what it says, and their attempt under way."""

    step: StepState
    version: ScenarioVersion
    spec: ScenarioSpec
    unfinished: Attempt | None

    @property
    def people(self) -> list[SpeakerSpec]:
        """Whom one meets; the narrator is nobody."""
        return [speaker for speaker in self.spec.speakers if speaker.portrait != "scene"]


def practice_of(actor: User, scenario_uid: UUID, at: datetime) -> Practice:
    """What the brief shows. An attempt under way keeps its version. Queries: 4.

    Raises NotFound (on none of the person's paths, or never published), NotAllowed (not open yet).
    """
    step = _open_step(actor, scenario_uid, at)
    unfinished = _unfinished(actor, scenario_uid)
    version = unfinished.version if unfinished else _newest(scenario_uid)
    return Practice(step, version, ScenarioSpec.from_json(version.spec), unfinished)


@act
def start_attempt(*, actor: User, scenario_uid: UUID, restart: bool = False, key: UUID, at: datetime) -> Attempt:
    """Begin a scenario on its newest version, or go on with the attempt under way unless ``restart``.

    A new attempt has the key as its uid and an order of its own. Raises NotFound (on none of the person's paths),
    NotAllowed (not open yet). Queries: 8.
    """
    _open_step(actor, scenario_uid, at)
    lock_person(actor.pk)  # two tabs take turns
    fresh = claim_key(actor=actor, name="practice.start", key=key, at=at, about=scenario_uid)
    attempts = Attempt.objects.filter(person=actor, version__scenario_uid=scenario_uid)
    if not fresh:
        before = attempts.filter(uid=key).first() or attempts.first()
        if before is None:
            raise NotFound(_("That attempt was deleted. Open the practice again to begin a new one."))
        return before
    unfinished = None if restart else _unfinished(actor, scenario_uid)
    if unfinished:
        return unfinished
    version = _newest(scenario_uid)
    spec = ScenarioSpec.from_json(version.spec)
    return Attempt.objects.create(
        uid=key,
        person=actor,
        version=version,
        seed=_seed(spec, attempts),
        node=spec.start,
        meters=start_meters(spec),
        started_at=at,
    )


@act
def choose_in_attempt(
    *, actor: User, attempt_uid: UUID, node: str, choice: str, confidence: str = "", key: UUID, at: datetime
) -> Attempt:
    """Take a decision. ``choice`` is its id, or the sign under which it was shown (``sign_of``).

    ``confidence`` (sure, think, guess) must be given where the decision asks for it and is dropped where it does not.
    Raises NotFound (not one's own), Conflict (the attempt stands elsewhere), Invalid (choice, confidence).
    Queries: 4, and on reaching an ending 3, 1 a step completed, 1 when gates open and 2 each.
    """
    attempt, fresh = _turn(actor, "practice.choose", attempt_uid, key, at)
    if not fresh:
        return attempt
    spec = ScenarioSpec.from_json(attempt.version.spec)
    here = _here(attempt, spec, node, "decision")
    chosen = _chosen(attempt, here, choice)
    wrong = {}
    if chosen is None:
        wrong["choice"] = _("Choose what you would say.")
    if here.ask_confidence and confidence not in CONFIDENCE:
        wrong["confidence"] = _("Say how sure you are, before you hear what happens.")
    if chosen is None or wrong:
        raise Invalid(**wrong)
    AttemptChoice.objects.create(
        attempt=attempt,
        position=attempt.position,
        node=here.id,
        shown=list(shown_order(here, attempt.seed)),
        choice=chosen.id,
        confidence=confidence if here.ask_confidence else "",
        chosen_at=at,
    )
    attempt.meters = move_meters(spec, attempt.meters, chosen)
    _go_to(attempt, spec, chosen.to, at)
    return attempt


@act
def write_response(*, actor: User, attempt_uid: UUID, node: str, text: str, key: UUID, at: datetime) -> Attempt:
    """Hand in a written answer; the attempt then waits for the person to mark it. Never scored. Queries: 4.

    Raises NotFound (not one's own), Conflict (the attempt stands elsewhere, or this is written), Invalid (text).
    """
    attempt, fresh = _turn(actor, "practice.write", attempt_uid, key, at)
    if not fresh:
        return attempt
    here = _here(attempt, ScenarioSpec.from_json(attempt.version.spec), node, "open")
    text = many_lines(text)
    if not text:
        raise Invalid(text=_("Write your answer first. A few words are enough to learn from."))
    if len(text) > LONGEST:
        raise Invalid(
            text=_("This is %(n)s characters long; keep it under %(most)s.") % {"n": len(text), "most": LONGEST}
        )
    _row, made = OpenResponse.objects.get_or_create(
        attempt=attempt, node=here.id, defaults={"position": attempt.position, "text": text, "written_at": at}
    )
    if not made:
        raise Conflict(answered())
    return attempt


@act
def mark_response(
    *, actor: User, attempt_uid: UUID, node: str, ticks: Iterable[str], key: UUID, at: datetime
) -> Attempt:
    """Say which look-fors one finds in one's own answer, and go on. ``ticks`` may be empty. Never scored.

    Raises NotFound (not one's own), Conflict (the attempt stands elsewhere, or nothing is written yet), Invalid
    (ticks).
    Queries: 4, and on reaching an ending as ``choose``.
    """
    attempt, fresh = _turn(actor, "practice.mark", attempt_uid, key, at)
    if not fresh:
        return attempt
    spec = ScenarioSpec.from_json(attempt.version.spec)
    here = _here(attempt, spec, node, "open")
    wanted = set(ticks)
    known = [item.id for item in here.look_for]
    if wanted - set(known):
        raise Invalid(ticks=_("Tick only lines that are listed."))
    marks = [item for item in known if item in wanted]
    if not OpenResponse.objects.filter(attempt=attempt, node=here.id, marks__isnull=True).update(marks=marks):
        raise Conflict(_("Write your answer first; then you can mark it."))
    _go_to(attempt, spec, here.to, at)
    return attempt


@act
def delete_attempt(*, actor: User, attempt_uid: UUID, key: UUID, at: datetime) -> None:
    """Delete one's own attempt with everything in it. Gates and steps that it opened stay. Queries: 7.

    Raises NotFound (not one's own, or gone by another act).
    """
    try:
        attempt = attempt_policy.get(actor, "delete", uid=attempt_uid, lock=True)
    except NotFound:
        if replayed(actor=actor, name="practice.delete", key=key, about=attempt_uid):
            return
        raise
    claim_key(actor=actor, name="practice.delete", key=key, at=at, about=attempt_uid)
    attempt.delete()


def attempts_of(actor: User) -> list[Attempt]:
    """Everything that the person practised, newest first, with its version (without the answer key). Queries: 1."""
    rows = attempt_policy.queryset(actor, "view").select_related("version").defer("version__spec")
    return list(rows)


def try_facts(person_ids: Iterable[int] | None = None) -> Iterator[tuple[int, int, str, datetime]]:
    """(person id, skill id, source, opened at) of every Try gate, for rebuilding them; attempts are not read.

    Queries: 1.
    """
    rows = TryFact.objects.all() if person_ids is None else TryFact.objects.filter(person__in=list(person_ids))
    for person_id, skill_id, slug, opened_at in rows.values_list("person", "skill", "skill__slug", "opened_at"):
        yield person_id, skill_id, try_source(slug), opened_at


def try_source(skill: str) -> str:
    """The source that the Try gate of a skill is kept under."""
    return f"practice:{skill}"


def sign_of(attempt: Attempt, node: str, choice: str) -> str:
    """The sign under which a choice is shown: it tells neither the author's id nor the author's order."""
    return salted_hmac("assessments.practice", f"{attempt.uid}:{node}:{choice}").hexdigest()[:16]


def answered() -> str:
    """What a tab that stayed behind is told."""
    return _("You have answered this already. Here is where you stand now.")


# --- Inside -------------------------------------------------------------------------------------------------------


def _seed(spec: ScenarioSpec, earlier: QuerySet[Attempt]) -> int:
    """A new order. The first decision stands otherwise than in the person's latest attempts, as far as orders reach:
    who practises again must not fail to open Try by the luck of the draw. Queries: 1.
    """
    first = spec.node(spec.start)
    latest = earlier.values_list("seed", flat=True)[: max(math.factorial(len(first.choices)) - 1, 0)]
    shown = {shown_order(first, seed) for seed in latest}
    seed = secrets.randbits(48)
    while shown_order(first, seed) in shown:
        seed = secrets.randbits(48)
    return seed


def _open_step(actor: User, scenario_uid: UUID, at: datetime) -> StepState:
    found = find_step(paths_to_show_on(actor, at), StepKind.PRACTICE, scenario_uid)
    if found is None:
        raise NotFound(_("This practice is not on your path."))
    return require_open(found[0], found[1].step.uid)


def _newest(scenario_uid: UUID) -> ScenarioVersion:
    version = ScenarioVersion.objects.filter(scenario_uid=scenario_uid).order_by("-number").first()
    if version is None:
        raise NotFound(_("This practice is not published yet. Its author has been asked for it; come back later."))
    return version


def _unfinished(actor: User, scenario_uid: UUID) -> Attempt | None:
    rows = Attempt.objects.filter(person=actor, version__scenario_uid=scenario_uid, finished_at=None)
    return rows.select_related("version").first()


def _turn(actor: User, name: str, attempt_uid: UUID, key: UUID, at: datetime) -> tuple[Attempt, bool]:
    """The actor's own attempt, locked, and whether this key is new."""
    attempt = attempt_policy.get(actor, "do", uid=attempt_uid, lock=True, related=("version",))
    attempt.person = actor
    return attempt, claim_key(actor=actor, name=name, key=key, at=at, about=attempt_uid)


def _here(attempt: Attempt, spec: ScenarioSpec, node: str, kind: str) -> NodeSpec:
    """The node at which the attempt stands, if that is the one which is being answered."""
    if attempt.finished_at or attempt.node != node:
        raise Conflict(answered())
    here = spec.node(node)
    if here.kind != kind:
        raise Conflict(answered())
    return here


def _chosen(attempt: Attempt, node: NodeSpec, choice: str) -> ChoiceSpec | None:
    return next((item for item in node.choices if choice in (item.id, sign_of(attempt, node.id, item.id))), None)


def _go_to(attempt: Attempt, spec: ScenarioSpec, to: str, at: datetime) -> None:
    attempt.node = to
    attempt.position += 1
    ending = spec.node(to)
    if ending.kind == "ending":
        _finish(attempt, spec, ending, at)
    attempt.save(update_fields=["node", "position", "meters", "finished_at", "result"])


def _finish(attempt: Attempt, spec: ScenarioSpec, ending: NodeSpec, at: datetime) -> None:
    """Score the attempt, complete the step, open what is due.

    One query reads this trail and those it is compared with.
    """
    compared = Attempt.objects.filter(person=attempt.person_id, version__scenario_uid=spec.uid).filter(
        Q(pk=attempt.pk) | Q(finished_at__lte=at - GAP)
    )
    trails: dict[int, dict[str, tuple[str, list[str]]]] = {}
    rows = AttemptChoice.objects.filter(attempt__in=compared).order_by("position")
    for pk, node, choice, shown in rows.values_list("attempt", "node", "choice", "shown"):
        trails.setdefault(pk, {})[node] = (choice, shown)
    mine = trails.get(attempt.pk, {})
    result = score(spec, [(node, choice) for node, (choice, _shown) in mine.items()], ending)
    attempt.finished_at = at
    attempt.result = {
        "rule": RULE,
        "shares": {skill: None if share is None else str(share) for skill, share in result.shares.items()},
        "critical": list(result.critical),
        "mean": None if result.mean is None else str(result.mean),
        "passed": result.passed,
        "ending": ending.id,
        "to_standard": list(result.to_standard),
    }
    _complete_step(attempt, spec.uid, at)
    orders = {pk: {node: shown for node, (_choice, shown) in trail.items()} for pk, trail in trails.items()}
    _open_try(attempt, spec, result, orders, at)


def _complete_step(attempt: Attempt, scenario_uid: UUID, at: datetime) -> None:
    """The step is done on every open path of the person that holds the scenario. Queries: 1, and 1 a step completed."""
    for enrolment in paths_with_step_to_do(attempt.person_id, StepKind.PRACTICE, scenario_uid):
        for step in structure_of(enrolment.path_version_id).steps_about(StepKind.PRACTICE, scenario_uid):
            record_completion(enrolment=enrolment, step=step, by=attempt.person, at=at)


def _open_try(
    attempt: Attempt, spec: ScenarioSpec, result: Score, orders: Mapping[int, Mapping[str, list[str]]], at: datetime
) -> None:
    """Open Try for skills to standard here and once before. Queries: 0 or 1, and when one opens
    2, 2 a gate and those of a path that is completed with it.
    """
    if not result.to_standard:
        return
    known = TryFact.objects.filter(person=attempt.person_id, skill=OuterRef("version__skills"))
    before = Attempt.objects.filter(
        ~Exists(known),
        person=attempt.person_id,
        finished_at__lte=at - GAP,
        version__skills__slug__in=result.to_standard,
    )
    due: dict[str, int] = {}
    for pk, scenario_uid, old, slug, skill_id in before.values_list(
        "pk", "version__scenario_uid", "result", "version__skills__slug", "version__skills__pk"
    ):
        another = scenario_uid != spec.uid or another_order(orders.get(attempt.pk, {}), orders.get(pk, {}))
        if another and old and slug in old["to_standard"]:
            due[slug] = skill_id
    if not due:
        return
    TryFact.objects.bulk_create(
        [TryFact(person_id=attempt.person_id, skill_id=skill_id, opened_at=at) for skill_id in due.values()],
        ignore_conflicts=True,
    )
    for slug, skill_id in due.items():
        open_gate(person_id=attempt.person_id, skill_id=skill_id, gate="try", source=try_source(slug), at=at)
    complete_paths_of(attempt.person_id, at)


def another_order(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> bool:
    """Whether choices stood in another order in two attempts: at one decision that both came by, or they share none.

    Pure.
    """
    shared = [node for node in one if node in other]
    return not shared or any(one[node] != other[node] for node in shared)
