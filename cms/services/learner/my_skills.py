"""My skills: the ladder of each skill, what the role asks for, and how it came to stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from assessments.api import (
    Answered,
    HeldRole,
    Move,
    SignOffStanding,
    answers_on,
    newest_verdict,
    role_held_by,
    standings_on,
    verdicts_of_people,
)
from assessments.rules.readiness import Required
from lms import clock
from lms.api import (
    DONE,
    LOCKED,
    WAIVED,
    Enrolment,
    Family,
    GateFact,
    StepKind,
    User,
    expiring_days,
    facts_of,
    skill_versions,
    skills_in_use,
    words_of,
)
from lms.errors import NotFound
from lms.rules.gates import GATES
from lms.rules.ladder import NAMES, Ladder, again_by, ladder
from lms.rules.names import title_order
from lms.rules.said import full_day
from lms.rules.scales import BANDS, ENTRUSTMENT
from lms.rules.standing import DUE, LAPSED, NOT_YET, REFUSED, REVOKED, VOUCHED, Verdict
from lms.rules.target import Target

from .journey import Journey, journeys

STANDING = ("active", "due")
FAMILIES = (Family.SOFT, Family.DOMAIN, Family.TECHNICAL)


@dataclass(frozen=True, slots=True)
class SkillRow:
    """One skill of a person. ``asks``: what the role asks for, in words.

    ``move``: what moves it next on the path; None for what stands and for what is not on it: then ``sentence`` says so.
    ``target``: its page; None for a retired skill, which has none.
    """

    slug: str
    title: str
    family: str
    ladder: Ladder
    bays: list[dict[str, Any]]
    move: Move | None
    target: Target | None
    sentence: str = ""
    asks: str = ""
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A sign-off on paper: what it says, who signed, on what, until when, and what became of it."""

    uid: UUID
    skill: str
    title: str
    meaning: str
    level: int
    signer: str
    standard: str
    standard_uid: UUID
    signed_at: datetime
    valid_until: date | None
    status: str
    status_words: str

    @property
    def stands(self) -> bool:
        """Whether it counts today."""
        return self.status in STANDING


@dataclass(slots=True)
class MySkills:
    """All skills: those of the role in its order, the others by family."""

    role: str = ""
    mine: list[SkillRow] = field(default_factory=list)
    others: list[tuple[str, list[SkillRow]]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    path: Enrolment | None = None

    @property
    def vouched(self) -> int:
        """How many skills of the role are vouched for at the level that it asks for."""
        return sum(row.ladder.vouched for row in self.mine)


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of a skill's history."""

    on: date
    text: str


@dataclass(frozen=True, slots=True)
class OneSkill:
    """A skill and how one person stands on it. ``own_skills``: the page of all of them."""

    row: SkillRow
    about: str
    bands: list[tuple[str, list[str]]]
    not_this: str
    history: list[Happened]
    records: list[Record]
    links: list[tuple[str, Target, str]]
    own_skills: Target


@dataclass(frozen=True, slots=True)
class _Known:
    journey: Journey | None
    held: HeldRole | None
    gates: list[GateFact]
    today: date
    zone: tzinfo
    records: list[Record]
    verdicts: Mapping[str, Sequence[Verdict]]

    @property
    def required(self) -> Mapping[str, Required]:
        if self.journey:
            return self.journey.found.role.by_skill
        return {line.required.skill: line.required for line in self.held.lines} if self.held else {}

    def row(self, slug: str, title: str, family: str) -> SkillRow:
        required, journey = self.required.get(slug), self.journey
        gates = [fact for fact in self.gates if fact.gate.skill == slug]
        signed = [record for record in self.records if record.skill == slug and record.stands]
        found = (
            journey.ladder(slug)
            if journey
            else ladder(
                [fact.gate for fact in gates],
                required,
                self.today,
                expires_within=expiring_days(),
                verdict=newest_verdict(self.verdicts, slug, required.standard if required else None),
            )
        )
        best = _signed_for(found, required, signed)
        on_path = journey is not None and (required is not None or slug in journey.structure.skill_ids)
        move = journey.what_next(slug) if journey and on_path and found.state != VOUCHED else None
        return SkillRow(
            slug=slug,
            title=title,
            family=family,
            ladder=found,
            bays=_bays(found, gates, best, move, self.zone),
            move=move,
            target=journey.skill_target(slug) if journey else Target("skill", slug),
            sentence=_sentence(found),
            asks=str(ENTRUSTMENT[required.level]) if required else "",
            critical=bool(required and required.critical),
        )


def _signed_for(found: Ladder, required: Required | None, signed: list[Record]) -> Record | None:
    """The record of the sign-off that the ladder is about: of its level and its last day, and on the standard that the
    role asks for, where it names one.
    """
    standard = required.standard if required else None
    about = (found.level, found.valid_until)
    return next(
        (
            record
            for record in signed
            if (record.level, record.valid_until) == about and standard in (None, record.standard_uid)
        ),
        None,
    )


def my_skills(person: User, at: datetime, chosen: UUID | None = None) -> MySkills:
    """Every skill and how the person stands on it. Queries: 22, 6 more without a path, whatever they have done."""
    skills = list(skills_in_use())
    slugs = [skill.slug for skill in skills]
    known = _known(person, at, chosen, slugs)
    words = known.journey.words if known.journey else words_of([], slugs, get_language() or "en")
    titles = {slug: words.skill(slug) for slug in slugs}
    families = {skill.slug: skill.family for skill in skills}
    page = MySkills(records=[record for record in known.records if record.stands])
    if known.journey:
        page.path = known.journey.enrolment
        page.role = page.path.role_version.profile.title
        page.mine = [
            known.row(slug, known.journey.skill_title(slug), families.get(slug, "")) for slug in known.required
        ]
    elif known.held:
        page.role = known.held.holding.role_version.profile.title
        page.mine = [
            known.row(line.required.skill, line.title, families.get(line.required.skill, ""))
            for line in known.held.lines
        ]
    rest = [
        known.row(skill.slug, titles[skill.slug], skill.family) for skill in skills if skill.slug not in known.required
    ]
    for family in FAMILIES:
        rows = sorted(
            (row for row in rest if row.family == family),
            key=lambda row: (not row.ladder.begun, title_order(row.title)),
        )
        if rows:
            page.others.append((str(family.label), rows))
    return page


def one_skill(person: User, slug: str, at: datetime, chosen: UUID | None = None) -> OneSkill:
    """One skill: what it means, and how the person came to stand where they do, on the chosen path. Raises NotFound.
    Queries: 23.
    """
    version = skill_versions([slug]).filter(skill__archived_at=None).last()
    if version is None:
        raise NotFound(_("There is no such skill here. It may have been renamed."))
    known, spec = _known(person, at, chosen), version.spec
    row = known.row(slug, spec["title"], version.skill.family)
    records = [record for record in known.records if record.skill == slug]
    return OneSkill(
        row=row,
        about=spec["about"],
        bands=[(band, [item["text"] for item in spec["levels"].get(band, [])]) for band in BANDS],
        not_this=spec["not_this"],
        history=_history(
            [fact for fact in known.gates if fact.gate.skill == slug], records, answers_on(person, slug), person
        ),
        records=records,
        links=_links(known.journey, slug),
        own_skills=known.journey.own_skills if known.journey else Target("own skills"),
    )


def _known(person: User, at: datetime, chosen: UUID | None, named: Iterable[str] = ()) -> _Known:
    """``named``: slugs of skills that the page names beside those of the path."""
    today = clock.today(person.zone, at)
    _paths, journey = journeys(person, at, chosen, named)
    gates = list(journey.progress.gates) if journey else facts_of(person.pk, []).gates
    records = [_record(found) for found in standings_on([person.pk], today)[person.pk]]
    verdicts = journey.found.verdicts if journey else verdicts_of_people([person.pk]).get(person.pk, {})
    begun = journey is not None and (journey.progress.begun or chosen == journey.enrolment.uid)
    held = None if begun else role_held_by(person, at)
    journey = None if held else journey  # a path that begins later takes nothing from the role that is held
    return _Known(journey, held, gates, today, person.zone, records, verdicts)


def _record(found: SignOffStanding) -> Record:
    event, words = found.event, _status_words(found)
    return Record(
        uid=event.uid,
        skill=event.skill.slug,
        title=event.skill.title,
        meaning=_meaning(found),
        level=found.signoff.level,
        signer=event.signer.full_name,
        standard=event.version.title,
        standard_uid=event.version.standard_uid,
        signed_at=event.occurred_at,
        valid_until=found.signoff.valid_until,
        status=found.status,
        status_words=words,
    )


def _meaning(found: SignOffStanding) -> str:
    """What it says of the level; of what was never seen here also that."""
    level = str(ENTRUSTMENT.get(found.signoff.level, found.event.words))
    return level if found.event.case_id else _("%(level)s, held before") % {"level": level}


def _status_words(found: SignOffStanding) -> str:
    day = {"day": full_day(found.signoff.valid_until)} if found.signoff.valid_until else {"day": ""}
    return {
        "active": _("Valid until %(day)s.") % day,
        "due": _("Valid until %(day)s: renew it in good time.") % day,
        "expired": _("Lapsed on %(day)s. The record stays.") % day,
        "awaiting": _("A second signature is still to come."),
        "refused": _("The second signature was refused."),
        "revoked": _("Taken back. The record stays."),
        "superseded": _("Replaced by a newer one."),
        "dormant": _("Dormant: not used for too long."),
    }.get(found.status, found.status)


def _sentence(found: Ladder) -> str:
    """Until when it holds, or that its record stays."""
    if found.state == VOUCHED:
        return _("Valid until %(day)s.") % {"day": full_day(found.valid_until)} if found.valid_until else ""
    return _("The record is kept.") if found.state == LAPSED else found.note


def _bays(
    found: Ladder, gates: list[GateFact], signed: Record | None, move: Move | None, zone: tzinfo
) -> list[dict[str, Any]]:
    """The full ladder (components/ladder_full.html)."""
    since: dict[str, datetime] = {}
    for fact in gates:
        since[fact.gate.gate] = min(since.get(fact.gate.gate, fact.opened_at), fact.opened_at)
    return [
        {"name": NAMES[gate], "icon": gate, "text": "", "state": "closed"}
        | _bay(gate, state, found, since.get(gate), signed, move, zone)
        for gate, state in zip(GATES, found.bays or ("closed",) * 4, strict=True)
    ]


def _bay(
    gate: str,
    state: str,
    found: Ladder,
    opened: datetime | None,
    signed: Record | None,
    move: Move | None,
    zone: tzinfo,
) -> dict[str, Any]:
    if state == "open" and opened:
        day = full_day(clock.today(zone, opened))
        return {"state": "vouched" if found.vouched else "open", "head": day, "text": HOW[gate]}
    if state in (VOUCHED, DUE) and signed:
        words = {"name": signed.signer, "day": full_day(clock.today(zone, signed.signed_at))}
        said = (
            _("Held before, confirmed by %(name)s, %(day)s") if found.held_before else _("Signed by %(name)s, %(day)s")
        )
        head = said % words
        return {"state": "vouched", "head": head, "text": signed.status_words}
    if state == LAPSED:
        return {"head": found.word, "text": _("The record stays.")}
    if state == "skip":
        return {"head": _("Passed over"), "text": _("A stronger gate is open.")}
    if state == "none":
        return {"head": _("None here"), "text": _("This path offers nothing for it.")}
    if state in ("next", "wait"):
        head = _("Waiting") if state == "wait" else _("Next")
        return {"state": "waiting" if state == "wait" else "next", "head": head, "text": move.text if move else ""}
    return {"head": _("Closed")}


HOW: dict[str, Any] = {
    "talk": gettext_lazy("Lessons read, an example brought or all recall right."),
    "try": gettext_lazy("Practised to standard, twice."),
    "do": gettext_lazy("Used on real work."),
    "show": gettext_lazy("Signed for."),
}


def _history(gates: list[GateFact], records: list[Record], answers: list[Answered], person: User) -> list[Happened]:
    """Gates, decisions and what became of them by day, the newest first."""
    lines, seen = [], set()
    for fact in sorted(gates, key=lambda fact: fact.opened_at):
        gate = fact.gate.gate
        if gate != "show" and (gate not in seen or gate == "do"):
            text = _("%(gate)s opened.") % {"gate": NAMES[gate]} if gate not in seen else _("Used on real work again.")
            lines.append(Happened(clock.today(person.zone, fact.opened_at), text))
        seen.add(gate)
    for record in records:
        words = {"meaning": record.meaning, "name": record.signer}
        text = _("“%(meaning)s”, signed by %(name)s.") % words
        lines.append(Happened(clock.today(person.zone, record.signed_at), f"{text} {record.status_words}"))
    for answer in answers:
        said = {
            NOT_YET: _("Not yet, said %(name)s."),
            REVOKED: _("Taken back by %(name)s."),
            REFUSED: _("%(name)s did not countersign."),
        }[answer.verdict.kind] % {"name": answer.signer}
        lines.append(Happened(answer.verdict.on, f"{said} {again_by(answer.verdict)}".strip()))
    return sorted(lines, key=lambda line: line.on, reverse=True)


def _links(journey: Journey | None, slug: str) -> list[tuple[str, Target, str]]:
    """Where to go from a skill: (icon, target, words)."""
    exchange = Target("exchange", query=(("skill", slug),))
    links = [("talk", exchange, _("What others say about it in the exchange"))]
    if journey is None or slug not in journey.structure.skill_ids:
        return links
    kinds = {
        StepKind.PRACTICE: ("try", _("Practise “%(title)s”")),
        StepKind.DEMONSTRATION: ("show", _("Ask to be seen: “%(title)s”")),
    }
    for state in journey.progress.steps:
        found = kinds.get(StepKind(state.step.kind))
        open_ = state.status != LOCKED and (state.step.kind == StepKind.PRACTICE or state.status not in (DONE, WAIVED))
        if found and open_ and slug in state.step.skills:
            words = found[1] % {"title": journey.step_title(state.step)}
            links.append((found[0], Target("step", state.step.uid), words))
    return links
