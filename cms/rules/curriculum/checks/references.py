"""Invariant 1, second half: every reference resolves, and what is derived from references agrees with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from cms.rules.curriculum.documents import Curriculum, DecisionDoc, Doc, EndingDoc, PersonDoc
from cms.rules.curriculum.source import Problem


def missing(
    doc: Doc, key: str, ref: str | None, known: Collection[str], kind: str, entry: int | None = None
) -> Iterator[Problem]:
    if ref is not None and ref not in known:
        yield doc.problem(f"There is no {kind} {ref}; correct the name or add it.", key, entry)


def missing_any(doc: Doc, key: str, refs: Iterable[str], known: Collection[str], kind: str) -> Iterator[Problem]:
    for index, ref in enumerate(refs):
        yield from missing(doc, key, ref, known, kind, index)


def _skills(c: Curriculum) -> set[str]:
    return {skill.slug for skill in c.skills}


def _people(c: Curriculum) -> set[str]:
    return {person.id for person in c.people}


def check_requirements(c: Curriculum) -> Iterator[Problem]:
    standards = {standard.slug for standard in c.demonstrations}
    for role in c.roles:
        for requirement in role.requires:
            yield from missing(requirement, "skill", requirement.skill, _skills(c), "skill")
            yield from missing(requirement, "standard", requirement.standard, standards, "demonstration")


def check_courses(c: Curriculum) -> Iterator[Problem]:
    """Tags resolve; a course has the union of its lessons' tags; ``talk.courses`` lists the courses of a
    skill.
    """
    tagged_in: dict[str, set[str]] = {}
    for course in c.courses:
        tags = {skill for lesson in course.lessons for skill in lesson.skills}
        for skill in tags:
            tagged_in.setdefault(skill, set()).add(course.slug)
        for lesson in course.lessons:
            yield from missing_any(lesson, "skills", lesson.skills, _skills(c), "skill")
        yield from missing_any(course, "skills", course.skills, _skills(c), "skill")
        if set(course.skills) != tags:
            message = f"`skills` must be the tags of the lessons of this course: {', '.join(sorted(tags))}; change it."
            yield course.problem(message, "skills")
    for skill_doc in c.skills:
        talk, courses = skill_doc.talk, tagged_in.get(skill_doc.slug, set())
        yield from missing_any(talk, "courses", talk.courses, {course.slug for course in c.courses}, "course")
        if set(talk.courses) != courses:
            message = f"`courses` must be those with a lesson tagged {skill_doc.slug}: {', '.join(sorted(courses))}."
            yield talk.problem(message, "courses")


def check_prompts(c: Curriculum) -> Iterator[Problem]:
    for prompt in c.prompts:
        yield from missing(prompt, "skill", prompt.skill, _skills(c), "skill")
    asked = {prompt.skill for prompt in c.prompts}
    for skill in c.skills:
        if skill.slug not in asked:
            yield skill.problem(f"The skill {skill.slug} has no exchange prompt; add one in 2-learning.yaml.", "slug")


def check_items(c: Curriculum) -> Iterator[Problem]:
    roles = {role.slug for role in c.roles}
    known: dict[str, set[str]] = {
        "course": {course.slug for course in c.courses},
        "discussion": {prompt.skill for prompt in c.prompts},
        "practice": {scenario.slug for scenario in c.scenarios},
        "demonstration": {standard.slug for standard in c.demonstrations},
        "calibration": {calibration.slug for calibration in c.calibration_sets},
        "external": {external.slug for external in c.externals},
    }
    for path in c.paths:
        yield from missing(path, "role", path.role, roles, "role")
        for exception in path.no_practice_on_path:
            yield from missing(exception, "skill", exception.skill, _skills(c), "skill")
        for item in path.items:
            if item.ref:
                kind = "exchange prompt for" if item.kind == "discussion" else item.kind
                yield from missing(item, "ref", item.ref, known[item.kind], kind)
            yield from missing_any(item, "ref", item.skills, _skills(c), "skill")


def check_standards(c: Curriculum) -> Iterator[Problem]:
    indicators = {f"{skill.slug}/{indicator.id}" for skill in c.skills for indicator in skill.indicators}
    for standard in c.demonstrations:
        yield from missing_any(standard, "skills", standard.skills, _skills(c), "skill")
        yield from missing_any(standard, "indicators", standard.indicators, indicators, "indicator")
    for calibration in c.calibration_sets:
        yield from missing(calibration, "skill", calibration.skill, _skills(c), "skill")


def check_scenarios(c: Curriculum) -> Iterator[Problem]:
    speakers = {speaker.id for speaker in c.speakers}
    for scenario in c.scenarios:
        nodes = {node.id for node in scenario.nodes}
        yield from missing_any(scenario, "skills", scenario.skills, _skills(c), "skill")
        yield from missing(scenario, "start", scenario.start, nodes, "node")
        for node in scenario.nodes:
            if isinstance(node, DecisionDoc):
                yield from missing(node, "speaker", node.speaker, speakers, "person among the scenario people")
                for choice in node.choices:
                    yield from missing(choice, "to", choice.to, nodes, "node")
            elif not isinstance(node, EndingDoc):
                yield from missing(node, "to", node.to, nodes, "node")


def check_programme(c: Curriculum) -> Iterator[Problem]:
    people, programme, cohort = _people(c), c.programme, c.cohort
    roles, customers = {role.slug for role in c.roles}, {customer.slug for customer in c.customers}
    needs, paths = {need.id: need for need in c.needs}, {path.slug: path for path in c.paths}
    yield from missing(programme, "sponsor", programme.sponsor, people, "person")
    yield from missing(programme, "accountable_leader", programme.accountable_leader, people, "person")
    owned: list[tuple[Doc, str]] = [(measure, measure.owner) for measure in programme.success_measures]
    owned += [(milestone, milestone.owner) for milestone in programme.milestones]
    owned += [(incentive, incentive.owner) for incentive in programme.incentives_changed]
    for doc, owner in owned:
        yield from missing(doc, "owner", owner, people, "person")
    for stopped in programme.stopped:
        yield from missing(stopped, "decided_by", stopped.decided_by, people, "person")
    for need in c.needs:
        yield from missing(need, "role", need.role, roles, "role")
        yield from missing(need, "customer", need.customer, customers, "customer")
        yield from missing(need, "manager", need.manager, people, "person")
    yield from missing(cohort, "path", cohort.path, paths, "path")
    yield from missing(cohort, "need", cohort.need, needs, "need")
    yield from missing(cohort, "lead", cohort.lead, people, "person")
    yield from missing_any(cohort, "members", cohort.members, people, "person")
    path, wanted = paths.get(cohort.path), needs.get(cohort.need)
    if path and wanted and path.role != wanted.role:
        yield cohort.problem(f"The path leads to {path.role}, but the need asks for {wanted.role}; change one.", "path")
    on_path = {person.id for person in c.people if person.path == cohort.path}
    for index, member in enumerate(cohort.members):
        if member in people and member not in on_path:
            yield cohort.problem(
                f"{member} is not on the path of this cohort; change the path or the members.",
                "members",
                index,
            )


def check_people(c: Curriculum) -> Iterator[Problem]:
    people, teams = _people(c), {team.slug for team in c.teams}
    for team in c.teams:
        yield from missing(team, "parent", team.parent, teams, "team")
        yield from missing(team, "manager", team.manager, people, "person")
    for person in c.people:
        yield from missing(person, "team", person.team, teams, "team")
        yield from missing(person, "manager", person.manager, people, "person")
        yield from missing(person, "coach", person.coach, people, "person")
        yield from missing_any(person, "observes", person.observes, _skills(c), "skill")
        if person.away:
            yield from missing(person.away, "cover", person.away.cover, people, "person")
        if not person.email.endswith(f"@{c.company.domain}"):
            yield person.problem(f"The address must end in @{c.company.domain}; change it.", "email")
        if person.path is not None:
            yield from _check_learner(c, person)


def _check_learner(c: Curriculum, person: PersonDoc) -> Iterator[Problem]:
    people, standards = _people(c), {standard.slug for standard in c.demonstrations}
    roles, paths = {role.slug: role for role in c.roles}, {path.slug: path for path in c.paths}
    yield from missing(person, "role", person.role, roles, "role")
    yield from missing(person, "path", person.path, paths, "path")
    path, role = paths.get(person.path or ""), roles.get(person.role or "")
    if path and role and path.role != role.slug:
        yield person.problem(f"The path leads to {path.role}, not to {role.slug}; change path or role.", "path")
    required = {requirement.skill for requirement in role.requires} if role else set(person.gates)
    for skill in sorted(required - person.gates.keys()):
        yield person.problem(f"`gates` lacks the required skill {skill}; add it.", "gates")
    for skill in person.gates:
        if skill not in required:
            yield person.problem(f"The role does not require {skill}; remove it from `gates`.", "gates", skill)
    for signoff in person.signoffs:
        yield from missing(signoff, "standard", signoff.standard, standards, "demonstration")
        yield from missing(signoff, "signer", signoff.signer, people, "person")


def check_hierarchies(c: Curriculum) -> Iterator[Problem]:
    """Nobody is their own manager, and no team its own parent, however many steps up."""
    managers = {person.id: person.manager for person in c.people}
    for person in c.people:
        if _returns(person.id, managers):
            yield person.problem(f"{person.id} reports to themselves through `manager`; break the circle.", "manager")
    parents = {team.slug: team.parent for team in c.teams}
    for team in c.teams:
        if _returns(team.slug, parents):
            yield team.problem(f"{team.slug} lies within itself through `parent`; break the circle.", "parent")


def _returns(start: str, above: dict[str, str | None]) -> bool:
    seen: set[str] = set()
    current = above.get(start)
    while current is not None and current not in seen:
        if current == start:
            return True
        seen.add(current)
        current = above.get(current)
    return False


def check_states(c: Curriculum) -> Iterator[Problem]:
    """What the details of a state name must exist."""
    people = _people(c)
    known: dict[str, tuple[Collection[str], str]] = {
        "standard": ({standard.slug for standard in c.demonstrations}, "demonstration"),
        "held_by": (_skills(c), "skill"),
        "need": ({need.id for need in c.needs}, "need"),
        "scenario": ({scenario.slug for scenario in c.scenarios}, "scenario"),
        **dict.fromkeys(("holder", "former_coach", "by", "for", "learners_left"), (people, "person")),
        "calibration": ({calibration.slug for calibration in c.calibration_sets}, "calibration set"),
    }
    milestones = {path.slug: {milestone.id for milestone in path.milestones} for path in c.paths}
    for person in c.people:
        of_path = (milestones.get(person.path or "", set()), "milestone on the path:")
        for key, value in person.state.details.items():
            names, kind = of_path if key == "milestone" else known.get(key, ((), ""))
            if kind and not isinstance(value, int):
                refs = (value,) if isinstance(value, str) else tuple(value)
                yield from missing_any(person.state, key, refs, names, kind)
