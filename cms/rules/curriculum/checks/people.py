"""Invariants 12 and 13: who may sign, which gates a person has, and what readiness must say.

* P = sum(w g) / sum(w)
* C = sum(w where g = 100) / sum(w)
* ready if and only if every critical g is 100 and C >= threshold
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from cms.rules.curriculum.documents import (
    Curriculum,
    DemonstrationDoc,
    PersonDoc,
    RequirementDoc,
    RoleDoc,
    SignOffDoc,
)
from cms.rules.curriculum.source import Problem

LEAST_OBSERVERS = 2
DAYS_IN_TWELVE_MONTHS = 365


@dataclass(frozen=True, slots=True)
class ExpectedReadiness:
    """``progress`` is 0-100, ``coverage`` 0-1."""

    progress: Fraction
    coverage: Fraction
    ready: bool


def readiness(person: PersonDoc, role: RoleDoc, gate_values: dict[str, int]) -> ExpectedReadiness:
    """The formulas of readiness over the gates as written; a skill without a gate counts as none."""
    value = {
        requirement.skill: gate_values.get(person.gates.get(requirement.skill, ""), 0) for requirement in role.requires
    }
    weight = sum(requirement.weight for requirement in role.requires)
    met = sum(requirement.weight for requirement in role.requires if value[requirement.skill] == 100)
    total = sum(requirement.weight * value[requirement.skill] for requirement in role.requires)
    critical = all(value[requirement.skill] == 100 for requirement in role.requires if requirement.critical)
    coverage = Fraction(met, weight)
    return ExpectedReadiness(Fraction(total, weight), coverage, critical and coverage >= Fraction(str(role.threshold)))


def _standards(c: Curriculum) -> dict[str, DemonstrationDoc]:
    return {standard.slug: standard for standard in c.demonstrations}


def _may_observe(person: PersonDoc, standard: DemonstrationDoc) -> bool:
    return set(standard.skills) <= set(person.observes)


def check_observers(c: Curriculum) -> Iterator[Problem]:
    """12: every standard has at least two people at work who may observe all its skills."""
    for standard in c.demonstrations:
        count = sum(_may_observe(person, standard) and person.left_day is None for person in c.people)
        if count < LEAST_OBSERVERS:
            message = (
                f"{count} people in 5-people.yaml may observe all skills of {standard.slug}; let two observe them."
            )
            yield standard.problem(message, "skills")


def check_signers(c: Curriculum) -> Iterator[Problem]:
    """12: a signer may observe all skills of the standard and is (for a leaver, was) the person's coach."""
    people, standards = {person.id: person for person in c.people}, _standards(c)
    for person in c.people:
        coach = person.coach
        if coach is None and person.left_day is not None:
            former = person.state.details.get("former_coach")
            coach = former if isinstance(former, str) else None
        for signoff in person.signoffs:
            signer, standard = people.get(signoff.signer), standards.get(signoff.standard)
            if signer and standard and not _may_observe(signer, standard):
                message = f"{signer.id} may not observe all skills of {standard.slug}; name another signer."
                yield signoff.problem(message, "signer")
            if signer and signer.id != coach:
                yield signoff.problem(f"{signer.id} is not the coach of {person.id}; name the coach.", "signer")


def check_signoff_levels(c: Curriculum) -> Iterator[Problem]:
    """A sign-off grants at most the ceiling of its standard, falls within the person's time, and is revoked
    later.
    """
    standards = _standards(c)
    for person in c.people:
        for signoff in person.signoffs:
            standard = standards.get(signoff.standard)
            if standard and signoff.level > standard.grants:
                message = f"{standard.slug} grants level {standard.grants} at most; lower `level`."
                yield signoff.problem(message, "level")
            if signoff.day < person.start_day or (person.left_day is not None and signoff.day > person.left_day):
                yield signoff.problem(f"{person.id} was not at work on day {signoff.day}; change `day`.", "day")
            if signoff.revoked_day is not None and signoff.revoked_day < signoff.day:
                yield signoff.problem("`revoked_day` must not lie before `day`; change one.", "revoked_day")


def _stands(signoff: SignOffDoc, standard: DemonstrationDoc) -> bool:
    """Whether a sign-off counts today: neither revoked nor expired."""
    return signoff.revoked_day is None and -signoff.day * 12 <= standard.validity.valid_months * DAYS_IN_TWELVE_MONTHS


def _support(
    person: PersonDoc, requirement: RequirementDoc, standards: dict[str, DemonstrationDoc]
) -> tuple[bool, bool]:
    """Whether a sign-off in force meets the requirement, and whether there is any for the skill."""
    meets = some = False
    for signoff in person.signoffs:
        standard = standards.get(signoff.standard)
        if standard and requirement.skill in standard.skills and _stands(signoff, standard):
            some = True
            named = requirement.standard in (None, standard.slug)
            meets = meets or (named and signoff.level >= requirement.level)
    return meets, some


def check_gates(c: Curriculum) -> Iterator[Problem]:
    """13: show has a sufficient sign-off behind it, and no other gate has; an insufficient one counts as
    do.
    """
    roles, standards = {role.slug: role for role in c.roles}, _standards(c)
    for person in c.people:
        role = roles.get(person.role or "")
        for requirement in role.requires if role else ():
            skill, gate = requirement.skill, person.gates.get(requirement.skill)
            meets, some = _support(person, requirement, standards)
            if gate == "show" and not meets:
                wanted = f"on {requirement.standard}" if requirement.standard else "that lists it"
                message = (
                    f"No sign-off in force {wanted} reaches level {requirement.level} for {skill}; add "
                    "it or lower the gate."
                )
                yield person.problem(message, "gates", skill)
            elif gate is not None and gate != "show" and meets:
                yield person.problem(f"A sign-off meets {skill}; set its gate to show.", "gates", skill)
            elif gate in ("none", "talk", "try") and some:
                yield person.problem(f"A lower sign-off on {skill} counts as do; set its gate to do.", "gates", skill)


def check_expected_readiness(c: Curriculum) -> Iterator[Problem]:
    """13: ``expect`` equals the formulas: progress with one decimal, coverage as a rounded percentage."""
    roles = {role.slug: role for role in c.roles}
    for person in c.people:
        role, expect = roles.get(person.role or ""), person.expect
        if role is None or expect is None:
            continue
        found = readiness(person, role, dict(c.gates))
        if abs(found.progress - Fraction(str(expect.progress))) > Fraction(1, 20) or _decimals(expect.progress) > 1:
            yield expect.problem(
                f"`progress` must be {float(found.progress):.1f} by these gates; change it.", "progress"
            )
        if abs(found.coverage * 100 - expect.coverage) > Fraction(1, 2):
            yield expect.problem(
                f"`coverage` must be {float(found.coverage * 100):.0f} by these gates; change it.", "coverage"
            )
        if found.ready != expect.ready:
            yield expect.problem(f"`ready` must be {str(found.ready).lower()} by these gates; change it.", "ready")


def _decimals(value: float) -> int:
    return len(str(value).partition(".")[2])


def check_capacity(c: Curriculum) -> Iterator[Problem]:
    """13: no coach has more learners than their capacity."""
    people = {person.id: person for person in c.people}
    learners: dict[str, int] = {}
    for person in c.people:
        if person.coach is None or person.coach not in people or person.left_day is not None:
            continue
        learners[person.coach] = learners.get(person.coach, 0) + 1
        coach = people[person.coach]
        if coach.capacity is None:
            yield person.problem(
                f"{coach.id} has no `capacity` as a coach; add it there or name another coach.", "coach"
            )
        elif learners[coach.id] == coach.capacity + 1:
            message = f"{coach.id} has room for {coach.capacity} learners and this is one more; name another coach."
            yield person.problem(message, "coach")
