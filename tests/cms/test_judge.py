"""One judge: files and editor make the same specs, and what files are refused for is said to authors, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from assessments.rules.specs import ChoiceSpec, EvidenceRule, ScenarioSpec
from cms.api import spec_of
from cms.models import (
    CalibrationSource,
    LessonPage,
    PathPage,
    RoleProfileSource,
    ScenarioPage,
    SkillSource,
    StandardPage,
)
from cms.models.panels import Remark, remark
from cms.rules.curriculum import Curriculum, read_curriculum
from cms.rules.curriculum import specs as of_files
from cms.rules.findings import Finding
from cms.rules.path_lint import PathContext, check_path
from cms.rules.scenario_lint import check_scenario
from cms.rules.source_lint import check_role, check_standard
from cms.services.authoring import specs as of_pages
from lms.api import LEARNING_ADMINISTRATORS
from lms.rules.specs import PathSpec
from tests.curriculum_files import CURRICULUM
from tests.factories import cms, people

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def curriculum(django_db_setup: None, django_db_blocker: Any) -> Iterator[Curriculum]:
    """The curriculum that we ship, loaded once for all tests of this module and taken back after them."""
    found, problems = read_curriculum(CURRICULUM)
    assert found is not None, problems
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_curriculum", verbosity=0)
        yield found
        transaction.set_rollback(True)


# --- The same specs ------------------------------------------------------------------------------------------------


def test_files_and_library_make_the_same_specs(curriculum: Curriculum) -> None:
    prompts = {item.skill: item.prompt for item in curriculum.prompts}
    for skill in curriculum.skills:
        wanted = replace(of_files.skill_spec(skill), prompt=prompts[skill.slug])
        assert spec_of(SkillSource.objects.get(slug=skill.slug)) == wanted
    for role in curriculum.roles:
        assert spec_of(RoleProfileSource.objects.get(slug=role.slug)) == of_files.role_spec(role)
    for found in curriculum.calibration_sets:
        made = spec_of(CalibrationSource.objects.get(slug=found.slug))
        assert replace(made, title=found.slug) == of_files.calibration_spec(found)


def test_files_and_pages_make_the_same_standards_and_scenarios(curriculum: Curriculum) -> None:
    for standard in curriculum.demonstrations:
        assert spec_of(StandardPage.objects.get(slug=standard.slug)) == of_files.standard_spec(standard)
    for scenario in curriculum.scenarios:
        made = spec_of(ScenarioPage.objects.get(slug=scenario.slug))
        wanted = of_files.scenario_spec(curriculum, scenario)
        assert {speaker.id for speaker in made.speakers} <= {speaker.id for speaker in wanted.speakers}
        assert replace(made, speakers=()) == replace(wanted, speakers=())


def keyed(spec: PathSpec, names: dict[UUID, str]) -> list[Any]:
    """A path without the uids of its blocks, which follow from the page: each is named by its key."""

    def leaf(item: Any) -> Any:
        return {key: names[UUID(value)] if key in ("step", "milestone") else value for key, value in item.items()}

    def lock(unlock: Any) -> Any:
        return unlock and {
            mode: [leaf(item) for item in value] if isinstance(value, list) else value for mode, value in unlock.items()
        }

    return [
        (names[milestone.uid], milestone.day, milestone.title, [
            (names[step.uid], step.kind, step.content_uid, step.required, step.start_day, step.due_day, step.minutes,
             set(step.skills), lock(step.unlock), step.lessons)
            for step in milestone.steps
        ])
        for milestone in spec.milestones
    ]  # fmt: skip


def test_files_and_pages_make_the_same_paths(curriculum: Curriculum) -> None:
    for path in curriculum.paths:
        page = PathPage.objects.get(slug=path.slug)
        wanted, facts = of_files.path_spec(curriculum, path)
        names = {uid: key for key, uid in page.uids().items()}
        assert keyed(of_pages.path_spec(page), names) == keyed(wanted, dict(facts.names))


def test_files_and_pages_give_the_same_words_of_lessons(curriculum: Curriculum) -> None:
    for course in curriculum.courses:
        for lesson in course.lessons:
            made = of_pages.lesson_blocks(LessonPage.objects.get(slug=lesson.slug))
            wanted = of_files.lesson_blocks(lesson)
            assert [(block.kind, block.marks) for block in made] == [(block.kind, block.marks) for block in wanted]
            for mine, theirs in zip(made, wanted, strict=True):
                assert plain(mine.texts) == plain(theirs.texts)


def plain(texts: tuple[str, ...]) -> str:
    """The letters alone: rich text and Markdown mark and space them in their own ways."""
    return "".join(sign for sign in " ".join(texts).replace("&amp;", "&") if sign.isalnum())


def test_the_curriculum_that_we_ship_gets_no_advice(curriculum: Curriculum) -> None:
    for model in (SkillSource, RoleProfileSource, CalibrationSource, ScenarioPage, StandardPage, PathPage, LessonPage):
        for content in model.objects.all():
            assert [str(finding) for finding in content.findings()] == [], content.slug


# --- What files are refused for, said to authors -------------------------------------------------------------------


@pytest.fixture
def scenario(curriculum: Curriculum) -> ScenarioSpec:
    return of_files.scenario_spec(curriculum, curriculum.scenarios[0])


def with_choice(spec: ScenarioSpec, number: int, **changes: Any) -> tuple[ScenarioSpec, int]:
    """The scenario with one choice of its first decision changed, and where that decision stands."""
    index = next(index for index, node in enumerate(spec.nodes) if node.choices)
    node = spec.nodes[index]
    choices: list[ChoiceSpec] = list(node.choices)
    choices[number] = replace(choices[number], **changes)
    nodes = list(spec.nodes)
    nodes[index] = replace(node, choices=tuple(choices))
    return replace(spec, nodes=tuple(nodes)), index


def test_a_tie_in_sum_is_refused(scenario: ScenarioSpec) -> None:
    best = next(node for node in scenario.nodes if node.choices).choices[0]
    spec, index = with_choice(scenario, 2, score=dict(best.score))
    found = [finding for finding in check_scenario(spec) if "as high as the first" in str(finding)]
    assert [(finding.refuses, finding.where) for finding in found] == [(True, ("nodes", index, "choices", 2, "score"))]


def test_an_ending_of_the_best_route_without_a_pass_mark_is_refused(scenario: ScenarioSpec) -> None:
    nodes = tuple(replace(node, pass_at=None) for node in scenario.nodes)
    found = [finding for finding in check_scenario(replace(scenario, nodes=nodes)) if "best route ends" in str(finding)]
    assert [finding.refuses for finding in found] == [True]


def test_a_decision_that_does_not_ask_how_sure_is_advised(scenario: ScenarioSpec) -> None:
    nodes = tuple(replace(node, ask_confidence=False) for node in scenario.nodes)
    found = [finding for finding in check_scenario(replace(scenario, nodes=nodes)) if "ask how sure" in str(finding)]
    assert [finding.refuses for finding in found] == [False, False]


@pytest.mark.parametrize(
    ("days", "says"),
    [((8,), ["by day 7"]), ((7,), []), ((5, 22), []), ((5, 23), ["18 days lie between"]), ((), ["no session"])],
)
def test_sessions_that_are_late_or_far_apart_are_advised(curriculum: Curriculum, days: Any, says: list[str]) -> None:
    spec, facts = of_files.path_spec(curriculum, curriculum.paths[0])
    session = next(step for step in spec.steps if step.kind == "session")
    only = tuple(replace(session, uid=UUID(int=day), start_day=1, due_day=day) for day in days)
    milestone = replace(spec.milestones[0], day=90, steps=only)
    facts = PathContext(names={}, role=None, grants={}, skills=facts.skills)
    found = [f for f in check_path(replace(spec, milestones=(milestone,)), facts) if f.message.find("role profile") < 0]
    assert len(found) == len(says)
    for finding, sentence in zip(found, says, strict=True):
        assert sentence in str(finding)
        assert not finding.refuses


def test_a_requirement_whose_standard_does_not_show_the_skill_is_refused(curriculum: Curriculum) -> None:
    role = of_files.role_spec(next(role for role in curriculum.roles if any(line.standard for line in role.requires)))
    standards = {line.standard: {line.skill} for line in role.requires if line.standard}
    assert list(check_role(role, standards)) == []
    found = list(check_role(role, {uid: {"another"} for uid in standards}))
    assert found
    assert all(finding.refuses and "does not list this skill" in str(finding) for finding in found)


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        ({"observers": 4}, "observers"),
        ({"latest": 4}, "latest"),
        ({"contexts": 4}, "contexts"),
        ({"max_from_coach": 3}, "max_from_coach"),
    ],
)
def test_counts_that_cannot_be_met_together_are_refused(
    curriculum: Curriculum, rule: dict[str, int], where: str
) -> None:
    spec = of_files.standard_spec(curriculum.demonstrations[0])
    fine = EvidenceRule(observations=3, observers=2, contexts=1, at_least=3, latest=1, window_days=90, max_from_coach=2)
    spec = replace(spec, rule=fine)
    assert list(check_standard(spec, spec.indicators)) == []
    found = list(check_standard(replace(spec, rule=replace(fine, **rule)), spec.indicators))
    assert {finding.where for finding in found} >= {("rule", where)}
    assert all(finding.refuses for finding in found)


# --- In the editor -------------------------------------------------------------------------------------------------


def test_a_finding_leads_to_its_field_and_block(curriculum: Curriculum) -> None:
    page = ScenarioPage.objects.get(slug=curriculum.scenarios[0].slug)
    block = page.nodes[2].id
    assert remark(page, Finding("x", where=("nodes", 2, "choices", 0))) == Remark("x", "Nodes", f"nodes.{block}")
    assert remark(page, Finding("x", where=("skills",))) == Remark("x", "Skills", "skills")
    assert remark(page, Finding("x")) == Remark("x")
    path = PathPage.objects.get(slug=curriculum.paths[0].slug)
    milestone = path.milestones[1]
    step = milestone.value["steps"][0]
    found = remark(path, Finding("x", where=("milestones", 1, "steps", 0, "due_day")))
    assert found == Remark("x", "Milestones", f"milestones.{milestone.id}.steps.{step.id}")
    standard = StandardPage.objects.get(slug=curriculum.demonstrations[0].slug)
    assert remark(standard, Finding("x", where=("rule", "observers"))).path == "observers"
    assert remark(standard, Finding("x", where=("expected_level_by_day", 0))).path.startswith("expected.")


def test_the_panel_of_a_draft_shows_refusals_and_advice_with_links(client: Client) -> None:
    small = cms.one_of_each()
    client.force_login(people.in_group(LEARNING_ADMINISTRATORS))
    page = small.scenario
    page.nodes = [cms.decision_block("one", "nowhere", small.skill, cms.speaker_source("otto"))]
    page.save_revision(clean=False)
    html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert "one leads to nowhere, which is not a node." in html
    block = page.get_latest_revision_as_object().nodes[0].id
    assert f'data-lead-to="nodes.{block}"' in html
    assert "js/checks.js" in html
