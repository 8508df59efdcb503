"""Whole sets of forged rows, each with its entry in the log, in the order in which work would have written them.

``like_work`` is what the others begin from: two observations and a decision in other people's names, with gates and
all. Each set breaks one rule of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from assessments.models import Case, Observation, ObservationSkill, SignOffEvent
from assessments.rules.evidence import Seen, examine
from assessments.rules.specs import StandardSpec
from assessments.services.cases.observations import observation_digest
from assessments.services.ledger.chain import Chain, gate_source
from coaching.models import CoachAssignment, ObserverGrant
from lms.models import DutyHolding, Skill, SkillGate, User
from lms.rules.days import months_later
from lms.rules.digest import digest
from tests.assessments.forging import NOW, Scene, copy_of, enter
from tests.factories import basics, coaching

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WHY = {"why": "The customer said so."}
LONG_AGO = NOW - 12 * DAY


class Forger:
    """Writes rows as the application would, past it; every entry is vouched for with ``key``."""

    def __init__(self, scene: Scene, key: str) -> None:
        self.scene, self.key = scene, key
        self.work = scene.other
        self.skill = Skill.objects.get(slug="margins")
        self.at = NOW
        self.replaces = True

    def enter(self, row: Any, at: datetime | None = None) -> Any:
        """The entry of a row."""
        enter(row, self.key, at=at or self.at)
        return row

    def case(self, **fields: Any) -> Case:
        """A second round, decided now."""
        values = {"round": 2, "opened_at": self.at, "decided_at": self.at, "status": "decided", **fields}
        return copy_of(self.work.case, **values)

    def grant(self, who: User, enter: bool = True, **fields: Any) -> ObserverGrant:
        """A grant for the skill."""
        like = ObserverGrant.objects.filter(skill=self.skill).order_by("pk").first()
        row = copy_of(like, person_id=who.pk, **{"granted_at": self.at, **fields})
        return self.enter(row) if enter else row

    def assignment(self, who: User, enter: bool = True, **fields: Any) -> CoachAssignment:
        """The learner's coach is somebody else from now on, beside the one that there is (as a cover)."""
        profile = coaching.coach_profile(who)
        row = copy_of(self.work.assignment, coach_id=profile.pk, kind="cover", **{"started_at": self.at, **fields})
        return self.enter(row) if enter else row

    def observation(
        self, case: Case, who: User, supervision: int = 4, context: str = "on site", **fields: Any
    ) -> Observation:
        """What somebody saw, with its Do gate."""
        values: dict[str, Any] = {
            "person": case.learner,
            "version": case.version,
            "written_at": self.at - MINUTE - timedelta(microseconds=Observation.objects.count()),
            "occurred_at": self.at - 2 * MINUTE,
            "recorded_at": self.at,
        }
        row = Observation(
            uid=basics.key(),
            observer=who,
            case=case,
            context=context,
            what_i_saw="They said the figure and waited for the answer.",
            **values | fields,
        )
        rating = ObservationSkill(observation=row, skill=self.skill, supervision=supervision)
        row.digest = observation_digest(row, [rating], [])
        row.save(force_insert=True)
        rating.observation = row
        rating.save(force_insert=True)
        if supervision >= 3:
            self.gate(case, gate="do", source=f"observation:{row.uid}")
        return self.enter(row)

    def gate(self, case: Case, **fields: Any) -> None:
        """An open gate."""
        SkillGate.objects.create(person=case.learner, skill=self.skill, opened_at=self.at, **fields)

    def seen(self, case: Case, *who: User) -> list[Observation]:
        """Two people see the learner in two places; the coach's queue would call the case ready."""
        people = who or (self.scene.other.observers[0], self.scene.other.observers[1])
        places = ("on site", "on the phone")
        return [self.observation(case, each, context=place) for each, place in zip(people, places, strict=True)]

    def sign(self, case: Case, seen: list[Observation], *, enter: bool = True, **fields: Any) -> SignOffEvent:
        """The decision, with all that the application seals. ``payload`` changes parts of it."""
        spec = StandardSpec.from_json(case.version.spec)
        signer = fields.pop("signer", self.work.coach)
        at = fields.pop("at", self.at)
        rated = [(row, row.ratings.get().supervision) for row in seen]
        found = examine(
            spec.rule,
            [Seen(row.uid, row.observer_id, row.context, rating, row.occurred_at, row.pk) for row, rating in rated],
            coach=signer.pk,
            at=at,
            grants=spec.grants,
            risk=spec.risk,
        )
        grant = fields.pop("grant", None) or ObserverGrant.objects.filter(person=signer, skill=self.skill).first()
        assignment = fields.pop("assignment", self.work.assignment)
        version = self.skill.versions.latest("number")
        payload = {
            "satisfying": sorted(str(uid) for uid in found.satisfying),
            "by_exception": found.by_exception,
            "content": "",
            "rule": {line.name: [line.have, line.need] for line in found.lines},
            "skill_version": [version.number, version.digest],
            "observations": {str(row.uid): row.digest for row in seen},
            "evidence": {},
            "authority": {
                "assignment": str(assignment.uid),
                "absence": None,
                "grants": {self.skill.slug: str(grant.uid) if grant else ""},
            },
            **fields.pop("payload", {}),
        }
        values = {
            "kind": "SIGNED",
            "authority": "coach",
            "texts": {"why": "Seen twice, unaided."},
            "level": 3,
            "valid_until": months_later(at.date(), spec.valid_months),
            **fields,
        }
        older = SignOffEvent.objects.filter(subject=case.learner, skill=self.skill, kind="SIGNED").last()
        event = self.add(case, signer, payload, at, enter=enter, **values)
        if not values.get("flags") and values["kind"] == "SIGNED":
            if self.replaces and older and older.version.standard_uid == case.standard_uid:
                self.replace(older, event, signer, values["authority"])
            until, standard = event.valid_until, case.standard_uid
            source = gate_source(event)
            self.gate(case, gate="show", source=source, level=event.level, valid_until=until, standard_uid=standard)
        return event

    def add(
        self, case: Case, signer: User, payload: dict[str, Any], at: datetime, enter: bool = True, **fields: Any
    ) -> SignOffEvent:
        """One event at the end of the learner's chain."""
        chain = Chain.of(case.learner_id)
        event = chain.add(
            subject=case.learner, version=case.version, case=case, skill=self.skill, signer=signer, payload=payload,
            key=basics.key(), at=at, **fields,
        )  # fmt: skip
        event.save(force_insert=True)
        for row in chain._new[0][1]:
            row.event = event
            row.save(force_insert=True)
        return self.enter(event) if enter else event

    def replace(self, older: SignOffEvent, newer: SignOffEvent, signer: User, capacity: str) -> None:
        """The older sign-off ends, with its gate."""
        by = {"by": str(newer.uid)}
        fields = {"kind": "SUPERSEDED", "authority": capacity, "texts": {}, "about": older}
        self.add(newer.case, signer, by, newer.occurred_at, **fields)
        SkillGate.objects.filter(source=gate_source(older)).delete()

    def follow(self, about: SignOffEvent, kind: str, signer: User, capacity: str, rows: dict[str, Any]) -> SignOffEvent:
        """An event that follows up another."""
        payload = {"about": str(about.uid), "authority": rows}
        return self.add(about.case, signer, payload, self.at, kind=kind, authority=capacity, texts=WHY, about=about)

    def duty(self, who: User, **fields: Any) -> DutyHolding:
        """Somebody is a learning administrator."""
        like = DutyHolding.objects.filter(duty="learning").first()
        return self.enter(copy_of(like, person_id=who.pk, **{"from_at": self.at, **fields}))


def like_work(f: Forger) -> None:
    """Two observations and a decision that obey every rule."""
    case = f.case()
    f.sign(case, f.seen(case))


# --- Each breaks one rule --------------------------------------------------------------------------------------------


def grant_dated_back(f: Forger) -> None:
    case = f.case()
    grant = f.grant(f.scene.nobody, granted_at=LONG_AGO)
    f.sign(case, f.seen(case), signer=f.scene.nobody, grant=grant, assignment=f.assignment(f.scene.nobody))


def event_dated_back(f: Forger) -> None:
    at = NOW - 3 * DAY
    case = f.case(decided_at=at)
    f.sign(case, f.seen(case), at=at)


def observation_dated_back(f: Forger) -> None:
    case = f.case()
    f.at = LONG_AGO
    seen = f.seen(case)
    f.at = NOW
    f.sign(case, seen)


def above_the_ceiling(f: Forger) -> None:
    case = f.case()
    f.sign(case, f.seen(case), level=5)


def without_evidence(f: Forger) -> None:
    f.sign(f.case(), [], level=2)


def seen_by_one_person(f: Forger) -> None:
    case, one = f.case(), f.scene.other.observers[0]
    f.sign(case, [f.observation(case, one), f.observation(case, one, context="on the phone")])


def seen_in_one_place(f: Forger) -> None:
    case = f.case()
    f.sign(case, [f.observation(case, who) for who in f.scene.other.observers[:2]])


def led_through_it(f: Forger) -> None:
    case = f.case()
    f.sign(case, [f.observation(case, f.scene.other.observers[0], supervision=2)], level=1)


def valid_for_ever(f: Forger) -> None:
    case = f.case()
    f.sign(case, f.seen(case), valid_until=(NOW + 25_000 * DAY).date())


def no_grant(f: Forger) -> None:
    case = f.case()
    f.sign(case, f.seen(case), signer=f.scene.nobody, assignment=f.assignment(f.scene.nobody))


def grant_of_another(f: Forger) -> None:
    case, grant = f.case(), ObserverGrant.objects.filter(person=f.work.coach, skill=f.skill).get()
    f.sign(case, f.seen(case), signer=f.scene.nobody, grant=grant, assignment=f.assignment(f.scene.nobody))


def not_the_coach(f: Forger) -> None:
    case = f.case()
    f.sign(case, f.seen(case), signer=f.scene.nobody, grant=f.grant(f.scene.nobody))


def coach_only_afterwards(f: Forger) -> None:
    case, grant = f.case(), f.grant(f.scene.nobody)
    assignment = f.assignment(f.scene.nobody, enter=False)
    f.sign(case, f.seen(case), signer=f.scene.nobody, grant=grant, assignment=assignment)
    f.enter(assignment)


def grant_only_afterwards(f: Forger) -> None:
    case, grant = f.case(), f.grant(f.scene.nobody, enter=False)
    f.sign(case, f.seen(case), signer=f.scene.nobody, grant=grant, assignment=f.assignment(f.scene.nobody))
    f.enter(grant)


def flag_left_out(f: Forger) -> None:
    case, grant = f.case(), f.grant(f.scene.nobody, basis="provisional")
    f.sign(case, f.seen(case), signer=f.scene.nobody, grant=grant, assignment=f.assignment(f.scene.nobody))


def countersigned_without_the_duty(f: Forger) -> None:
    case, grant = f.case(), f.grant(f.scene.nobody, basis="provisional")
    who = {"signer": f.scene.nobody, "grant": grant, "assignment": f.assignment(f.scene.nobody)}
    event = f.sign(case, f.seen(case), flags=["provisional"], **who)
    f.follow(event, "COUNTERSIGNED", f.scene.work.learner, "learning administrator", {"duty": "learning"})
    until, standard = event.valid_until, case.standard_uid
    f.gate(case, gate="show", source=gate_source(event), level=3, valid_until=until, standard_uid=standard)


def revoked_without_the_duty(f: Forger) -> None:
    event = SignOffEvent.objects.get(kind="SIGNED", subject=f.work.learner)
    f.follow(event, "REVOKED", f.scene.nobody, "learning administrator", {"duty": "learning"})
    SkillGate.objects.filter(source=gate_source(event)).delete()


def duty_only_afterwards(f: Forger) -> None:
    event = SignOffEvent.objects.get(kind="SIGNED", subject=f.work.learner)
    f.follow(event, "REVOKED", f.scene.nobody, "learning administrator", {"duty": "learning"})
    f.duty(f.scene.nobody)
    SkillGate.objects.filter(source=gate_source(event)).delete()


def satisfied_by_less(f: Forger) -> None:
    case = f.case()
    seen = f.seen(case)
    f.sign(case, seen, payload={"satisfying": [str(seen[0].uid)]})


def what_was_bad_passed_over(f: Forger) -> None:
    case = f.case()
    f.at = NOW - 5 * MINUTE
    f.observation(case, f.scene.learning, supervision=1, context="on video")
    f.at = NOW
    f.sign(case, f.seen(case))


def another_meaning_of_the_skill(f: Forger) -> None:
    case = f.case()
    f.sign(case, f.seen(case), payload={"skill_version": [7, digest("another")]})


def replaced_by_nothing(f: Forger) -> None:
    event = SignOffEvent.objects.get(kind="SIGNED", subject=f.work.learner)
    payload = {"by": str(basics.uid("nothing"))}
    f.add(event.case, f.work.coach, payload, f.at, kind="SUPERSEDED", authority="coach", texts={}, about=event)
    SkillGate.objects.filter(source=gate_source(event)).delete()


def skill_of_another_standard(f: Forger) -> None:
    case = f.case()
    seen = f.seen(case)
    f.skill = Skill.objects.get(slug="numbers")
    f.sign(case, seen[:0], grant=ObserverGrant.objects.filter(skill__slug="margins").first(), level=2)


Forge = Callable[[Forger], None]
SETS: list[tuple[Forge, str]] = [
    (grant_dated_back, "days before it was written down"),
    (event_dated_back, "days before it was written down"),
    (observation_dated_back, "days before it was written down"),
    (above_the_ceiling, "is above what the evidence permits"),
    (without_evidence, "is signed without the evidence for it"),
    (seen_by_one_person, "is signed without the evidence for it"),
    (seen_in_one_place, "is signed without the evidence for it"),
    (led_through_it, "is signed without the evidence for it"),
    (valid_for_ever, "is valid for another time than its standard says"),
    (no_grant, "is signed by somebody without a grant for margins then"),
    (grant_of_another, "is signed by somebody without a grant for margins then"),
    (not_the_coach, "is signed by somebody who was not the coach then"),
    (coach_only_afterwards, "is signed by somebody who was not the coach then"),
    (grant_only_afterwards, "is signed by somebody without a grant for margins then"),
    (flag_left_out, "needed a countersign and does not say so (provisional)"),
    (countersigned_without_the_duty, "is signed by somebody who was no learning administrator then"),
    (revoked_without_the_duty, "is signed by somebody who was no learning administrator then"),
    (duty_only_afterwards, "is signed by somebody who was no learning administrator then"),
    (satisfied_by_less, "names another satisfying set than the evidence gives"),
    (what_was_bad_passed_over, "passes over observation"),
    (another_meaning_of_the_skill, "names another version of its skill than was published then"),
    (replaced_by_nothing, "names no newer sign-off that takes its place"),
    (skill_of_another_standard, "is about a skill that is not in its standard"),
]
