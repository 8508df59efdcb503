"""Publishing into the record: unchanged writes nothing, changed writes a version, old versions stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.api import (
    Label,
    PathVersion,
    Requirement,
    RoleProfileVersion,
    SkillVersion,
    Step,
    publish_path,
    publish_role_profile,
    publish_skill,
    retire_content,
    set_labels,
    structure_of,
)
from lms.models import Path, Skill
from lms.rules.digest import canonical, digest
from lms.rules.specs import LabelSpec, MilestoneSpec, PathSpec, RequirementSpec, RoleProfileSpec, SkillSpec
from tests.factories import basics, paths

pytestmark = pytest.mark.django_db
AT, LATER = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)


def skill_spec(**fields):
    values = {
        "uid": basics.uid("listening"), "slug": "listening", "family": "Soft", "title": "Listening", "about": "About.",
        "levels": {}, "not_this": "Not this.", "prompt": "What did you hear?",
    }  # fmt: skip
    return SkillSpec(**values | fields)


def role_spec(**fields):
    paths.skill("listening")
    values = {
        "uid": basics.uid("consultant"), "slug": "consultant", "title": "Consultant", "threshold": Decimal("0.85"),
        "requires": (RequirementSpec("listening", 3, 2, 60),),
    }  # fmt: skip
    return RoleProfileSpec(**values | fields)


def path_spec(*steps, **fields):
    publish_role_profile(role_spec(), AT)
    milestone = MilestoneSpec(basics.uid("m"), 30, steps or (paths.step("practice", "p"),), "I can")
    values = {
        "uid": basics.uid("path"),
        "slug": "path",
        "role": "consultant",
        "milestones": (milestone,),
        "title": "Path",
    }
    return PathSpec(**values | fields)


def writes(act) -> int:
    with CaptureQueriesContext(connection) as found:
        act()
    return sum(query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for query in found)


def test_a_skill_that_did_not_change_writes_nothing():
    assert publish_skill(skill_spec(), AT).number == 1
    assert writes(lambda: publish_skill(skill_spec(), LATER)) == 0
    assert publish_skill(skill_spec(not_this="Something else."), LATER).number == 2
    assert publish_skill(skill_spec(), LATER).number == 3, "back to the old text is a change again"
    assert SkillVersion.objects.get(number=1).spec["not_this"] == "Not this."


def test_a_role_that_did_not_change_writes_nothing():
    assert publish_role_profile(role_spec(), AT).number == 1
    assert writes(lambda: publish_role_profile(role_spec(threshold=Decimal("0.850")), LATER)) == 0
    changed = role_spec(requires=(RequirementSpec("listening", 4, 2, 60),))
    assert publish_role_profile(changed, LATER).number == 2
    assert publish_role_profile(role_spec(threshold=Decimal("0.9")), LATER).number == 3
    levels = Requirement.objects.order_by("version__number").values_list("level", flat=True)
    assert list(levels) == [3, 4, 3]
    assert RoleProfileVersion.objects.count() == 3


def test_a_role_title_is_not_a_version():
    publish_role_profile(role_spec(), AT)
    assert publish_role_profile(role_spec(title="Consultants"), LATER) is None
    assert RoleProfileVersion.objects.get().profile.title == "Consultants"


def test_a_role_of_an_unknown_skill_is_refused_whole():
    with pytest.raises(KeyError):
        publish_role_profile(role_spec(requires=(RequirementSpec("nobody", 3, 1, 60),)), AT)
    assert not RoleProfileVersion.objects.exists()


def test_an_unchanged_path_writes_nothing_and_wording_is_no_structure():
    first = publish_path(path_spec(), AT)
    assert first.number == 1
    spec = path_spec()
    assert writes(lambda: publish_path(spec, LATER)) == 0
    titled = path_spec(paths.step("practice", "p", title="Another title"), title="A new name")
    assert publish_path(titled, LATER) is None
    assert Path.objects.get().title == "A new name"
    assert Step.objects.get().title == "P"
    assert PathVersion.objects.count() == 1


def test_a_changed_step_makes_a_version_and_the_old_one_stays():
    first = publish_path(path_spec(), AT)
    second = publish_path(path_spec(paths.step("practice", "p", minutes=99)), LATER)
    assert (second.number, second.published_at) == (2, LATER)
    assert structure_of(first.pk).steps[basics.uid("p")].minutes == 10
    assert structure_of(second.pk).steps[basics.uid("p")].minutes == 99


def test_steps_keep_their_order_over_milestones():
    spec = path_spec()
    more = replace(
        spec,
        milestones=(
            MilestoneSpec(basics.uid("m1"), 10, (paths.step("practice", "b"), paths.step("practice", "a"))),
            MilestoneSpec(basics.uid("m2"), 20, (paths.step("practice", "c"),)),
        ),
    )
    structure = structure_of(publish_path(more, AT).pk)
    assert list(structure.steps) == [basics.uid("b"), basics.uid("a"), basics.uid("c")]
    assert [milestone.day for milestone in structure.milestones] == [10, 20]
    assert structure.days == 20


def test_the_structure_costs_nothing_the_second_time(django_assert_num_queries):
    version = publish_path(path_spec(paths.step("practice", "p", skills=("listening",))), AT)
    with django_assert_num_queries(3):
        structure_of(version.pk)
    with django_assert_num_queries(0):
        structure_of(version.pk)


def test_labels_are_written_only_when_they_change():
    label = LabelSpec(basics.uid("x"), "course", "Title", minutes=5)
    assert set_labels([label]) == 1
    assert writes(lambda: set_labels([label])) == 0
    assert set_labels([replace(label, title="New")]) == 1
    assert set_labels([replace(label, locale="da", title="Ny")]) == 1
    retire_content(label.uid, LATER)
    assert not Label.objects.filter(live=True).exists()
    assert set_labels([replace(label, title="New")]) == 1, "back on the site"


def test_what_left_the_site_is_archived_and_comes_back():
    publish_skill(skill_spec(), AT)
    retire_content(basics.uid("listening"), LATER)
    assert Skill.objects.get().archived_at == LATER
    assert publish_skill(skill_spec(), LATER) is None
    assert Skill.objects.get().archived_at is None


def test_digests_do_not_depend_on_order_or_notation():
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": (1, 2), "a": 1})
    assert digest({"x": Decimal("0.850")}) == digest({"x": Decimal("0.85")})
    assert digest({"x": Decimal("1E+1")}) == digest({"x": Decimal("10")})
    assert digest({"a": [1, 2]}) != digest({"a": [2, 1]})
    assert canonical({"é": basics.uid("x")}) == f'{{"é":"{basics.uid("x")}"}}'
