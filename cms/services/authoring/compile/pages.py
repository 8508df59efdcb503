"""Pages to versions: courses and lessons, scenarios, standards, paths. Translated pages give labels only."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from assessments.api import publish_recalls, publish_scenario, publish_standard
from cms.models import ContentPage, CoursePage, LessonPage, PathPage, ScenarioPage, StandardPage
from cms.services.authoring.specs import path_spec, recall_specs, scenario_spec, standard_spec
from lms.api import publish_path, require_own_parts, set_labels
from lms.rules.specs import LabelSpec, PathSpec


def compile_lesson(page: LessonPage, at: datetime) -> int:
    """Its recall questions and its label; the wording itself is never copied."""
    return publish_recalls(page.uid, recall_specs(page), at) + set_labels([lesson_label(page)])


def compile_course(page: CoursePage, at: datetime) -> int:
    """Its recall questions and its label."""
    return publish_recalls(page.uid, recall_specs(page), at) + set_labels([page_label(page)])


def compile_scenario(page: ScenarioPage, at: datetime) -> int:
    """A scenario version; attempts under way keep theirs."""
    return int(publish_scenario(scenario_spec(page), at) is not None) + set_labels([page_label(page)])


def compile_standard(page: StandardPage, at: datetime) -> int:
    """A standard version; open cases and signed events keep theirs."""
    return int(publish_standard(standard_spec(page), at) is not None) + set_labels([page_label(page)])


def compile_path(page: PathPage, at: datetime) -> int:
    """A path version, and labels for the path, its milestones, and the steps that have a title of their own."""
    spec = path_spec(page)
    require_own_parts(spec)
    return int(publish_path(spec, at) is not None) + set_labels(path_labels(page, spec))


def compile_nothing(page: object, at: datetime) -> int:
    """A page that only authors and readers know."""
    return 0


def lesson_label(page: LessonPage) -> LabelSpec:
    """Title, gist and minutes of a lesson."""
    return LabelSpec(page.uid, "lesson", page.title, _locale(page), summary=page.gist, minutes=page.minutes)


def page_label(page: CoursePage | ScenarioPage | StandardPage) -> LabelSpec:
    """Title, summary and minutes of a page."""
    summary = page.brief if isinstance(page, ScenarioPage) else page.about
    return LabelSpec(page.uid, page.kind, page.title, _locale(page), summary=summary, minutes=page.minutes)


def path_labels(page: PathPage, spec: PathSpec) -> list[LabelSpec]:
    """The wording of a path: titles of the path, of its milestones, of sessions and commitments."""
    locale = _locale(page)
    labels = [LabelSpec(page.uid, "path", page.title, locale, summary=page.about)]
    labels += [LabelSpec(item.uid, "milestone", item.title, locale) for item in spec.milestones]
    labels += [
        LabelSpec(step.uid, "step", step.title, locale, minutes=step.minutes)
        for step in spec.steps
        if step.content_uid is None
    ]
    return labels


def labels_only(page: object) -> int:
    """What a translated page adds to the record: words in its language. Returns how many labels changed.

    A copy that follows its original in the same language (an alias) adds nothing.
    """
    if isinstance(page, ContentPage) and page.locale.language_code == settings.LANGUAGE_CODE:
        return 0
    if isinstance(page, PathPage):
        return set_labels(path_labels(page, path_spec(page)))
    if isinstance(page, LessonPage):
        return set_labels([lesson_label(page)])
    if isinstance(page, CoursePage | ScenarioPage | StandardPage):
        return set_labels([page_label(page)])
    return 0


def _locale(page: PathPage | LessonPage | CoursePage | ScenarioPage | StandardPage) -> str:
    language: str = page.locale.language_code
    return language
