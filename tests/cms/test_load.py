"""Loading the curriculum: what the files say is on the site and in the record; a second load writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, Revision, Site

from assessments.models import CalibrationVersion, RecallVersion, ScenarioVersion, StandardVersion
from cms.models import CompileFailure, CoursePage, HomePage, LessonPage, PathPage, SkillSource, StandardPage
from cms.rules.findings import Finding
from coaching.models import Thread
from lms.api import Customer, Label, Path, PathVersion, Requirement, RoleProfileVersion, Skill, SkillVersion, Step
from tests.curriculum_files import CURRICULUM, change, files, load

__all__ = ["files"]
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The whole curriculum, loaded once for all tests of this module and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_curriculum", verbosity=0)
        yield
        transaction.set_rollback(True)


def counts() -> dict[str, int]:
    models = (Revision, Page, SkillVersion, RoleProfileVersion, PathVersion, ScenarioVersion, StandardVersion,
              RecallVersion, CalibrationVersion, Label, Customer)  # fmt: skip
    return {model.__name__: model.objects.count() for model in models}


def test_the_record_holds_what_the_readme_counts(loaded: None) -> None:
    assert CompileFailure.objects.count() == 0
    assert Skill.objects.count() == 15
    indicators = sum(len(found) for version in SkillVersion.objects.all() for found in version.spec["levels"].values())
    assert indicators == 90
    assert (RoleProfileVersion.objects.count(), Requirement.objects.count()) == (5, 26)
    assert Requirement.objects.filter(critical=True).count() == 8
    assert (CoursePage.objects.live().count(), LessonPage.objects.live().count()) == (10, 34)
    assert (Path.objects.count(), PathVersion.objects.count()) == (5, 5)
    assert Step.objects.count() == 122
    assert Step.objects.exclude(unlock=None).count() == 64
    assert Counter(Step.objects.values_list("kind", flat=True)) == {
        "course": 24, "discussion": 5, "practice": 21, "commitment": 19, "session": 29, "demonstration": 21,
        "calibration": 2, "external": 1,
    }  # fmt: skip
    assert (ScenarioVersion.objects.count(), StandardVersion.objects.count()) == (10, 15)
    assert RecallVersion.objects.count() == 54
    assert (CalibrationVersion.objects.count(), Customer.objects.count()) == (4, 4)


def test_minutes_of_a_path_add_up(loaded: None) -> None:
    steps = Step.objects.filter(version__path__slug="first-ninety-days")
    assert sum(step.minutes for step in steps.filter(required=True)) == 2167
    assert sum(step.minutes for step in steps.filter(required=False)) == 20


def test_pages_hang_in_their_shelves_below_the_site_root(loaded: None) -> None:
    home = HomePage.objects.get()
    assert Site.objects.get().root_page_id == home.pk
    assert {page.slug: page.get_children().count() for page in home.get_children()} == {
        "paths": 5, "courses": 10, "scenarios": 10, "standards": 15, "resources": 0,
    }  # fmt: skip
    course = CoursePage.objects.get(slug="customer-back")
    assert [page.slug for page in course.live_lessons()] == [
        "two-directions-of-thought",
        "follow-the-pay",
        "builders-inside",
    ]


def test_every_lesson_body_renders_without_the_answers_of_its_questions(loaded: None) -> None:
    from cms import api

    for page in LessonPage.objects.live():
        html = str(api.render_lesson(page))
        for child in page.body:
            if child.block_type == "recall":
                assert child.value["why"] not in html
        assert "quote-rule" in html
        assert "**" not in html


def test_the_checks_have_nothing_to_refuse(loaded: None) -> None:
    for model in (PathPage, StandardPage):
        for page in model.objects.all():
            assert [str(finding) for finding in page.findings() if finding.refuses] == []


def test_a_second_load_writes_nothing(loaded: None, capsys: Any) -> None:
    before = counts()
    with CaptureQueriesContext(connection) as queries:
        code, report = load(CURRICULUM, capsys)
    assert code == 0
    assert (report["created"], report["updated"], report["unchanged"]) == ([], [], 118)
    writes = [query["sql"] for query in queries if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert writes == [], writes
    assert counts() == before


def test_an_edited_file_updates_just_that(loaded: None, files: File, capsys: Any) -> None:
    change(files, "lessons/customer-back.yaml", "There are two ways to think about a plan.", "A plan has two ends.")
    before = counts()
    code, report = load(files, capsys)
    assert code == 0
    assert (report["created"], report["updated"]) == ([], ["lesson two-directions-of-thought"])
    after = counts()
    assert after.pop("Revision") == before.pop("Revision") + 1
    assert after == before, "wording makes no version"
    assert "A plan has two ends." in str(LessonPage.objects.get(slug="two-directions-of-thought").body)


def test_lessons_follow_the_order_of_the_files(loaded: None, capsys: Any) -> None:
    course = CoursePage.objects.get(slug="customer-back")
    course.live_lessons()[0].move(course, pos="last-child")
    assert CoursePage.objects.get(pk=course.pk).live_lessons()[-1].slug == "two-directions-of-thought"
    code, report = load(CURRICULUM, capsys)
    assert (code, report["updated"]) == (0, ["order of customer-back"])
    assert CoursePage.objects.get(pk=course.pk).live_lessons()[0].slug == "two-directions-of-thought"


def test_prompts_open_in_the_exchange(loaded: None) -> None:
    prompts = Thread.objects.filter(is_prompt=True)
    assert prompts.count() == 15
    assert prompts.get(skill__slug="co-creation").title.startswith("Share a request you turned down.")


def test_an_edited_rule_makes_a_version_of_that_standard_only(loaded: None, files: File, capsys: Any) -> None:
    change(files, "2-learning.yaml", "valid_months: 18", "valid_months: 17")
    code, report = load(files, capsys)
    assert code == 0
    assert report["updated"] == ["standard discovery-visit"]
    assert StandardVersion.objects.filter(valid_months=17).get().number == 2
    assert PathVersion.objects.count() == 5


def test_an_edited_customer_is_brought_up_to_date(loaded: None, files: File, capsys: Any) -> None:
    change(files, "4-programme.yaml", "name: Castell Dairies", "name: Castell Dairy")
    _, report = load(files, capsys)
    assert report["updated"] == ["customer castell-dairies"]
    assert Customer.objects.get(slug="castell-dairies").name == "Castell Dairy"


def test_a_dry_run_reports_and_writes_nothing(loaded: None, files: File, capsys: Any) -> None:
    change(files, "lessons/customer-back.yaml", "There are two ways to think about a plan.", "A plan has two ends.")
    before = counts()
    code, report = load(files, capsys, dry_run=True)
    assert code == 0
    assert report["updated"] == ["lesson two-directions-of-thought"]
    assert counts() == before


def test_what_publishing_refuses_stops_the_whole_load(
    loaded: None, files: File, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(files, "1-skills.yaml", "title: Offer know-how", "title: Offers")
    change(files, "4-programme.yaml", "name: Castell Dairies", "name: Castell Dairy")
    monkeypatch.setattr(SkillSource, "findings", lambda self: iter([Finding("Not like this.")]))
    code, report = load(files, capsys)
    assert (code, report["problems"]) == (2, ["skill offer-know-how: Not like this."])
    assert Customer.objects.get(slug="castell-dairies").name == "Castell Dairies"
    assert SkillSource.objects.get(slug="offer-know-how").title == "Offer know-how"
