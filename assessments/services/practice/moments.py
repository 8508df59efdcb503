"""What the practice player shows: the moment at which an attempt stands, and the end.

Everything here is made for the learner's own eyes and holds only what they have earned: reasons of choices taken, never
of others; no score before the end; no node that was not visited; look-fors only once the answer is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Attempt, AttemptChoice, OpenResponse, TryFact
from assessments.policies import attempt_policy
from assessments.rules.practice import STANDARD, meter_word, move_meters, shown_order, start_meters
from assessments.rules.specs import ChoiceSpec, LookForSpec, MeterSpec, NodeSpec, ScenarioSpec, SpeakerSpec
from lms.api import User, skills_by_slug
from lms.rules.marks import Mark

from . import end_words
from .play import CONFIDENCE, sign_of

Meters = Mapping[str, int]

STRONG = Fraction(2, 3)
"""From this strength among the choices beside it, something said is worth repeating."""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice as it is shown."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Gauge:
    """A meter in words; ``level`` and ``was`` stand on five words (0 worst), half a step apart within one word."""

    name: str
    word: str
    level: float
    was: float


@dataclass(frozen=True, slots=True)
class Look:
    """A look-for, and whether the person found it in their own answer."""

    id: str
    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class PastTurn:
    """One turn behind: what was said to the person, what they said, what happened and why."""

    speaker: SpeakerSpec | None
    mood: str
    says: str
    said: str
    confidence: str
    why: str
    changes: tuple[str, ...]
    better: bool
    task: str = ""
    looks: tuple[Look, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillResult:
    """One skill at the end; ``share`` 0-1 or None for no verdict, over so many decisions."""

    slug: str
    title: str
    share: float | None
    figure: str
    decisions: int
    met: bool
    open_since: bool
    opened_now: bool


@dataclass(frozen=True, slots=True)
class Repeat:
    """Something said that is worth repeating (``again``) or worth saying differently, with the author's reason."""

    said: str
    why: str
    again: bool


@dataclass(frozen=True, slots=True)
class End:
    """The end of an attempt."""

    title: str
    debrief: str
    passed: bool
    asks: str
    mean: str
    critical: tuple[Repeat, ...]
    skills: tuple[SkillResult, ...]
    repeats: tuple[Repeat, ...]
    sure: tuple[str, ...]
    to_work: SkillResult | None

    @property
    def opened(self) -> tuple[SkillResult, ...]:
        """Skills whose Try gate opened with this attempt."""
        return tuple(line for line in self.skills if line.opened_now)

    @property
    def by_skill(self) -> tuple[tuple[SkillResult, Mark], ...]:
        """Each skill, and how it went."""
        return tuple((line, end_words.verdict(line, critical=bool(self.critical))) for line in self.skills)


@dataclass(frozen=True, slots=True)
class AttemptMoment:
    """Where an attempt stands. ``kind``: decision, open (to write), mark (written, to be marked) or ending."""

    attempt: Attempt
    spec: ScenarioSpec
    node: str
    kind: str
    number: int
    gauges: tuple[Gauge, ...]
    past: tuple[PastTurn, ...]
    speaker: SpeakerSpec | None = None
    mood: str = "even"
    says: str = ""
    options: tuple[Option, ...] = ()
    ask_confidence: bool = False
    task: str = ""
    looks: tuple[LookForSpec, ...] = ()
    written: str = ""
    end: End | None = None

    @property
    def last(self) -> PastTurn | None:
        """The turn before this moment."""
        return self.past[-1] if self.past else None


def moment_of(actor: User, attempt_uid: UUID) -> AttemptMoment:
    """The moment at which one's own attempt stands; with the end when it is finished. Queries: 3, and 2 at the end.

    Raises NotFound (not one's own).
    """
    attempt = attempt_policy.get(actor, "view", uid=attempt_uid, related=("version",))
    spec = ScenarioSpec.from_json(attempt.version.spec)
    choices = list(attempt.choices.all())
    responses = list(attempt.responses.all())
    here = spec.node(attempt.node)
    before, now = _meters(spec, choices, moved=bool(choices) and _last_is_choice(choices, responses))
    written = next((row for row in responses if row.node == here.id), None)
    return AttemptMoment(
        attempt=attempt,
        spec=spec,
        node=here.id,
        kind="mark" if written and here.kind == "open" else here.kind,
        number=attempt.position + 1,
        gauges=tuple(_gauge(name, spec.meters[name], before[name], now[name]) for name in spec.meters),
        past=_past(spec, choices, responses),
        speaker=spec.speaker(here.speaker),
        mood=here.mood,
        says=here.says,
        options=_options(attempt, here),
        ask_confidence=here.ask_confidence,
        task=here.open,
        looks=here.look_for if written else (),
        written=written.text if written else "",
        end=_end(attempt, spec, here, choices) if attempt.finished_at else None,
    )


def _options(attempt: Attempt, here: NodeSpec) -> tuple[Option, ...]:
    texts = {choice.id: choice.text for choice in here.choices}
    return tuple(Option(sign_of(attempt, here.id, item), texts[item]) for item in shown_order(here, attempt.seed))


# --- Turns behind -------------------------------------------------------------------------------------------------


def _last_is_choice(choices: Sequence[AttemptChoice], responses: Sequence[OpenResponse]) -> bool:
    marked = [row.position for row in responses if row.marks is not None]
    return choices[-1].position > max(marked, default=-1)


def _taken(spec: ScenarioSpec, row: AttemptChoice) -> ChoiceSpec:
    choice = spec.node(row.node).choice(row.choice)
    if choice is None:
        raise KeyError(row.choice)
    return choice


def _meters(spec: ScenarioSpec, choices: Sequence[AttemptChoice], *, moved: bool) -> tuple[Meters, Meters]:
    """The meters before the last turn and now: the same when that turn was a written answer."""
    before = now = start_meters(spec)
    for row in choices:
        before, now = now, move_meters(spec, now, _taken(spec, row))
    return (before if moved else now), now


def _past(
    spec: ScenarioSpec, choices: Sequence[AttemptChoice], responses: Sequence[OpenResponse]
) -> tuple[PastTurn, ...]:
    turns: list[tuple[int, PastTurn]] = []
    now = start_meters(spec)
    for row in choices:
        node, choice = spec.node(row.node), _taken(spec, row)
        before, now = now, move_meters(spec, now, choice)
        moves = {name: now[name] - before[name] for name in now if now[name] != before[name]}
        changes = tuple(_change(name, by) for name, by in moves.items())
        better = sum(moves.values()) > 0
        turns.append(
            (
                row.position,
                PastTurn(
                    spec.speaker(node.speaker),
                    node.mood,
                    node.says,
                    choice.text,
                    confidence_said(row.confidence),
                    choice.why,
                    changes,
                    better,
                ),
            )
        )
    for answer in responses:
        if answer.marks is None:
            continue
        node = spec.node(answer.node)
        looks = tuple(Look(item.id, item.text, item.id in answer.marks) for item in node.look_for)
        turn = PastTurn(None, "even", "", answer.text, "", "", (), better=False, task=node.open, looks=looks)
        turns.append((answer.position, turn))
    return tuple(turn for _position, turn in sorted(turns, key=lambda pair: pair[0]))


def confidence_said(confidence: str) -> str:
    """How sure the person was, as part of a sentence."""
    return {"sure": _("and you were sure"), "think": _("and you thought so"), "guess": _("as a guess")}.get(
        confidence, ""
    )


def meter_name(name: str) -> str:
    """What a meter is called on screen."""
    return {"trust": _("Trust"), "margin": _("Margin"), "time": _("Time")}.get(
        name, name.replace("-", " ").capitalize()
    )


def _change(name: str, by: int) -> str:
    what = {"name": meter_name(name)}
    return _("%(name)s is rising.") % what if by > 0 else _("%(name)s is falling.") % what


def _gauge(name: str, meter: MeterSpec, before: int, now: int) -> Gauge:
    word = meter_word(meter, now)
    level: float = meter.words.index(word)
    was: float = meter.words.index(meter_word(meter, before))
    if level == was and now != before:
        level, was = (level + 0.5, was) if now > before else (level, was + 0.5)
    if now > before:
        word = _("%(word)s, and rising") % {"word": word}
    elif now < before:
        word = _("%(word)s, and falling") % {"word": word}
    return Gauge(meter_name(name), word, level, was)


# --- The end ------------------------------------------------------------------------------------------------------


def _end(attempt: Attempt, spec: ScenarioSpec, ending: NodeSpec, choices: Sequence[AttemptChoice]) -> End:
    result = attempt.result or {}
    taken = [(spec.node(row.node), _taken(spec, row), row.confidence) for row in choices]
    skills = _skill_lines(attempt, spec, result, [node for node, _choice, _sure in taken])
    won = ending.pass_at is None or result["passed"]
    mean = result["mean"]
    return End(
        title=ending.end if won or not ending.otherwise else ending.otherwise,
        debrief=ending.debrief,
        passed=result["passed"],
        asks=f"{ending.pass_at:.2f}" if ending.pass_at is not None else "",
        mean="" if mean is None else _figure(Fraction(mean)),
        critical=tuple(
            Repeat(choice.text, choice.why, again=False) for _node, choice, _sure in taken if choice.critical
        ),
        skills=skills,
        repeats=_repeats(taken),
        sure=_sure(taken),
        to_work=max(skills, key=lambda line: (line.met, line.share or 0), default=None),
    )


def _skill_lines(
    attempt: Attempt, spec: ScenarioSpec, result: Mapping[str, Any], visited: Sequence[NodeSpec]
) -> tuple[SkillResult, ...]:
    known = skills_by_slug(spec.skills)
    facts = TryFact.objects.filter(person=attempt.person_id, skill__slug__in=spec.skills)
    opened = dict(facts.values_list("skill__slug", "opened_at"))
    lines = []
    for slug in spec.skills:
        share = result["shares"].get(slug)
        exact = None if share is None else Fraction(share)
        lines.append(
            SkillResult(
                slug=slug,
                title=known[slug].title if slug in known else slug,
                share=None if exact is None else float(exact),
                figure="" if exact is None else _figure(exact),
                decisions=sum(any(slug in choice.score for choice in node.choices) for node in visited),
                met=exact is not None and exact >= STANDARD,
                open_since=slug in opened,
                opened_now=opened.get(slug) == attempt.finished_at,
            )
        )
    return tuple(lines)


def _figure(share: Fraction) -> str:
    """Two digits, rounded down, so that 0.70 is never shown for less."""
    return f"{int(share * 100) / 100:.2f}"


def _strength(node: NodeSpec, choice: ChoiceSpec) -> Fraction:
    """How good a choice was among those that stood beside it, 0 to 1, over all skills."""
    sums = [sum(item.score.values()) for item in node.choices]
    low, high = min(sums), max(sums)
    return Fraction(sum(choice.score.values()) - low, high - low) if high > low else Fraction(1)


def _repeats(taken: Sequence[tuple[NodeSpec, ChoiceSpec, str]]) -> tuple[Repeat, ...]:
    """The two strongest things said; where there are fewer, what is worth doing differently."""
    ranked = sorted(
        (((not choice.critical and _strength(node, choice)) or Fraction(0), choice) for node, choice, _sure in taken),
        key=lambda pair: -pair[0],
    )
    strong = [Repeat(choice.text, choice.why, again=True) for strength, choice in ranked if strength >= STANDARD][:2]
    weak = [
        Repeat(choice.text, choice.why, again=False) for strength, choice in reversed(ranked) if strength < STANDARD
    ]
    return tuple([*strong, *weak][:2])


def _sure(taken: Sequence[tuple[NodeSpec, ChoiceSpec, str]]) -> tuple[str, ...]:
    """One sentence for each degree of confidence that was given."""
    sentences = []
    for confidence in CONFIDENCE:
        asked = [_strength(node, choice) == 1 for node, choice, sure in taken if sure == confidence]
        if not asked:
            continue
        words = {
            "sure": ngettext("You were sure %(n)s time.", "You were sure %(n)s times.", len(asked)),
            "think": ngettext("You thought so %(n)s time.", "You thought so %(n)s times.", len(asked)),
            "guess": ngettext("You guessed %(n)s time.", "You guessed %(n)s times.", len(asked)),
        }
        figures = {"n": len(asked), "right": sum(asked)}
        told = _("%(right)s of %(n)s turned out to be the strongest thing to say.")
        sentences.append(f"{words[confidence]} {told}" % figures)
    return tuple(sentences)
