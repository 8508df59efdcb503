"""The curriculum that we ship reads without a problem, and no input makes the reader raise."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cms.rules.curriculum import Curriculum, Problem, read_curriculum
from cms.rules.curriculum.checks.lessons import is_longest
from cms.rules.curriculum.checks.people import readiness
from cms.rules.curriculum.documents import (
    BarPointDoc,
    BarsDoc,
    ContrastDoc,
    DecisionDoc,
    EndingDoc,
    ExampleDoc,
    FigureDoc,
    LineDoc,
    OpenDoc,
    ParagraphDoc,
    PauseDoc,
    PlacePointDoc,
    QuadrantDoc,
    QuoteRuleDoc,
    RecallDoc,
    RequirementDoc,
    SomeOfDoc,
    StepPointDoc,
    StepsDoc,
    TryItDoc,
    ValuePointDoc,
)
from cms.rules.curriculum.source import MAX_BYTES, MAX_DEPTH, MAX_VALUES, Listing, Mapping, Scalar, parse
from cms.rules.curriculum.specs import lesson_blocks, scenario_spec
from cms.rules.lesson_lint import body_words
from tests.scenario_walks import routes, share, weakest

FOLDER = Path(__file__).resolve().parents[2] / "curriculum"
FILES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.yaml"))


@pytest.fixture(scope="module")
def curriculum() -> Curriculum:
    found, problems = read_curriculum(FOLDER)
    assert found is not None, problems
    return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to spoil; whoever spoils a file writes it back."""
    return shutil.copytree(FOLDER, tmp_path_factory.mktemp("draft") / "curriculum")


def problems_with(copy: Path, file: str, content: bytes) -> list[Problem]:
    """What the reader says when one file holds something else."""
    before = (copy / file).read_bytes()
    (copy / file).write_bytes(content)
    try:
        return read_curriculum(copy)[1]
    finally:
        (copy / file).write_bytes(before)


# --- The curriculum that we ship -------------------------------------------------------------------------------------


def test_the_curriculum_has_no_problem() -> None:
    found, problems = read_curriculum(FOLDER)
    assert [str(problem) for problem in problems] == []
    assert found is not None


def test_counts_of_skills_roles_and_courses(curriculum: Curriculum) -> None:
    requirements = [requirement for role in curriculum.roles for requirement in role.requires]
    lessons = [lesson for course in curriculum.courses for lesson in course.lessons]
    assert len(curriculum.skills) == 15
    assert sum(len(skill.indicators) for skill in curriculum.skills) == 90
    assert (len(curriculum.roles), len(requirements)) == (5, 26)
    assert sum(requirement.critical for requirement in requirements) == 8
    assert (len(curriculum.courses), sum(course.minutes for course in curriculum.courses)) == (10, 570)
    assert len(lessons) == 34
    assert sum(len(course.recall) for course in curriculum.courses) == 20
    assert sum(len(lesson.recall) for lesson in lessons) == 34
    assert (len(curriculum.prompts), len(curriculum.externals)) == (15, 1)


def test_counts_of_paths_and_standards(curriculum: Curriculum) -> None:
    items = [item for path in curriculum.paths for item in path.items]
    assert (len(curriculum.paths), sum(len(path.milestones) for path in curriculum.paths)) == (5, 16)
    assert len(items) == 122
    assert Counter(item.kind for item in items) == {
        "course": 24,
        "discussion": 5,
        "practice": 21,
        "commitment": 19,
        "session": 29,
        "demonstration": 21,
        "calibration": 2,
        "external": 1,
    }
    assert sum(item.unlock is not None for item in items) == 64
    assert len(curriculum.demonstrations) == 15
    assert sum(len(standard.indicators) for standard in curriculum.demonstrations) == 88
    assert sum(len(standard.evidence) for standard in curriculum.demonstrations) == 30
    assert len(curriculum.calibration_sets) == 4
    assert sum(len(calibration.items) for calibration in curriculum.calibration_sets) == 48


def test_the_starter_curriculum_has_ten_scenarios_of_this_size(curriculum: Curriculum) -> None:
    nodes = [node for scenario in curriculum.scenarios for node in scenario.nodes]
    choices = [choice for node in nodes if isinstance(node, DecisionDoc) for choice in node.choices]
    longest = [
        len(node.choices[0].text) >= max(len(choice.text) for choice in node.choices)
        for node in nodes
        if isinstance(node, DecisionDoc)
    ]
    assert (len(curriculum.scenarios), len(curriculum.speakers), len(nodes)) == (10, 15, 63)
    assert Counter(type(node) for node in nodes) == {DecisionDoc: 37, OpenDoc: 10, EndingDoc: 16}
    assert (len(choices), sum(choice.critical for choice in choices)) == (111, 13)
    assert sum(len(node.look_for) for node in nodes if isinstance(node, OpenDoc)) == 40
    assert sum(isinstance(node, EndingDoc) and node.pass_at is not None for node in nodes) == 10
    assert sum(1 for scenario in curriculum.scenarios for _ in routes(scenario_spec(curriculum, scenario))) == 286
    assert sum(longest) == 15


def test_the_starter_curriculum_has_this_many_blocks_of_each_kind(curriculum: Curriculum) -> None:
    lessons = [lesson for course in curriculum.courses for lesson in course.lessons]
    blocks = [block for lesson in lessons for block in lesson.body]
    figures = [block for block in blocks if isinstance(block, FigureDoc)]
    figure_kinds = (BarsDoc, LineDoc, StepsDoc, QuadrantDoc)
    assert Counter(FigureDoc if type(block) in figure_kinds else type(block) for block in blocks) == {
        ParagraphDoc: 68,
        ExampleDoc: 34,
        ContrastDoc: 12,
        FigureDoc: 22,
        PauseDoc: 12,
        TryItDoc: 22,
        RecallDoc: 34,
        QuoteRuleDoc: 34,
    }
    assert Counter(figure.kind for figure in figures) == {"steps": 13, "bar": 6, "line": 2, "quadrant": 1}
    assert sum(body_words(lesson_blocks(lesson)) for lesson in lessons) == 13_705
    assert sum(is_longest(recall) for course in curriculum.courses for recall in course.recall) == 1
    assert sum(is_longest(recall) for lesson in lessons for recall in lesson.recall) == 11


def test_counts_of_programme_and_people(curriculum: Curriculum) -> None:
    people = curriculum.people
    assert (len(curriculum.customers), len(curriculum.needs)) == (4, 6)
    assert len(curriculum.programme.success_measures) == 4
    assert len(curriculum.programme.milestones) == 6
    assert (len(people), len(curriculum.teams)) == (29, 7)
    assert sum(person.path is not None for person in people) == 16
    assert sum(person.capacity is not None for person in people) == 7
    assert sum(len(person.signoffs) for person in people) == 32
    assert len({person.state.kind for person in people}) == 23


# --- What the documents hold -----------------------------------------------------------------------------------------


def test_each_document_and_its_problems_name_file_and_line(curriculum: Curriculum) -> None:
    lines = (FOLDER / "2-learning.yaml").read_text(encoding="utf-8").splitlines()
    for standard in curriculum.demonstrations:
        assert standard.file == "2-learning.yaml"
        assert lines[standard.line - 1] == f"- slug: {standard.slug}"
        assert standard.problem("x", "indicators", 1).line == standard.problem("x", "indicators", 0).line + 1
    lesson = curriculum.courses[0].lessons[1]
    text = (FOLDER / lesson.file).read_text(encoding="utf-8").splitlines()
    assert text[lesson.line - 1] == f"- slug: {lesson.slug}"


def test_documents_are_frozen_and_equal_wherever_they_stand(curriculum: Curriculum) -> None:
    requirement = curriculum.roles[0].requires[0]
    elsewhere = curriculum.skills[0].become(RequirementDoc, **dict(requirement))
    assert elsewhere.line != requirement.line
    assert elsewhere == requirement
    assert hash(elsewhere) == hash(requirement)
    assert requirement.become(RequirementDoc, weight=999) != requirement
    with pytest.raises(ValidationError):
        requirement.weight = 3


def test_lessons_are_merged_from_both_files(curriculum: Curriculum) -> None:
    lesson = curriculum.courses[0].lessons[0]
    assert lesson.slug == "cheapest-best-or-closest"
    assert lesson.gist.startswith("A business can be organised")
    assert lesson.outcome
    assert lesson.skills == ("intimacy-model",)
    assert isinstance(lesson.body[0], ParagraphDoc)


def test_an_unlock_rule_with_a_number_is_read_with_its_three_leaves(curriculum: Curriculum) -> None:
    items = {item.id: item for item in curriculum.paths[0].items}
    unlock = items["commit-to-visit-notes"].unlock
    assert isinstance(unlock, SomeOfDoc)
    assert (unlock.mode, unlock.n, unlock.needed, len(unlock.leaves)) == ("n_of", 2, 2, 3)
    assert [leaf.kind for leaf in unlock.leaves] == ["step", "step", "step"]


def test_figures_have_the_points_of_their_kind(curriculum: Curriculum) -> None:
    kinds = {"bar": BarPointDoc, "line": ValuePointDoc, "steps": StepPointDoc, "quadrant": PlacePointDoc}
    for course in curriculum.courses:
        for lesson in course.lessons:
            for block in lesson.body:
                if isinstance(block, FigureDoc):
                    assert all(isinstance(point, kinds[block.kind]) for point in block.data)


def test_the_language_no_is_read_as_a_text_and_not_as_false(curriculum: Curriculum) -> None:
    ingrid = next(person for person in curriculum.people if person.id == "ingrid-solberg")
    assert ingrid.languages == ("en", "no")


def test_readiness_of_the_invoice_example(curriculum: Curriculum) -> None:
    sofia = next(person for person in curriculum.people if person.state.kind == "invoice-example")
    found = readiness(sofia, curriculum.roles[0], dict(curriculum.gates))
    assert (float(found.progress), round(float(found.coverage) * 100), found.ready) == (50.0, 27, False)


def test_the_weakest_choices_reach_no_standard(curriculum: Curriculum) -> None:
    for scenario in curriculum.scenarios:
        worst = weakest(scenario_spec(curriculum, scenario))
        assert all((share(worst, skill) or 0) < 0.7 for skill in scenario.skills)


# --- Limits and junk -------------------------------------------------------------------------------------------------


def test_a_problem_reads_like_a_compiler_message() -> None:
    assert str(Problem("2-learning.yaml", 123, "sentence")) == "2-learning.yaml:123: sentence"


def only(problems: list[Problem]) -> tuple[int, str]:
    assert len(problems) == 1
    return problems[0].line, problems[0].message


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", 1, "empty"),
        (b"# only a comment\n", 1, "empty"),
        (b"a: 1\nb: [1, 2\nc: 3\n", 3, "not valid YAML"),
        (b"a: 1\n\tb: 2\n", 2, "not valid YAML"),
        (b"a: 1\nb: caf\xe9\n", 2, "UTF-8"),
        ("a: 1\nb: ö\n".encode("utf-16"), 1, "UTF-8"),
        (b"a: 1\nb: \x01\n", 2, "control character"),
        (b"a: 1\na: 2\n", 2, "written twice"),
        (b"a:\n  b: {c: 1,\n    c: 2}\n", 3, "written twice"),
        (b"? [a, b]\n: 1\n", 1, "one word"),
        (b"a: &x [1]\nb: 2\n", 1, "Anchors"),
        (b"a: 1\nb: *x\n", 2, "aliases"),
        (b"a: 1\n---\nb: 2\n", 2, "second document"),
        (b"a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "Tags"),
        (b"a: 1\nb: " + b"[" * 100_000, 2, "levels deep"),
        (b"".join(b" " * n + b"x:\n" for n in range(60)), MAX_DEPTH, "levels deep"),
        (b"- 1\n" * (MAX_VALUES + 10), MAX_VALUES, "more than"),
        (b"a: 1\n" * MAX_BYTES, 1, "too large"),
    ],
)
def test_what_a_file_must_not_be(content: bytes, line: int, says: str) -> None:
    _, problems = parse("1-skills.yaml", content)
    found_line, message = only(problems)
    assert says in message
    assert found_line == line


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
    )
    assert only(parse("1-skills.yaml", bomb.encode())[1])[0] == 1


def test_values_are_read_by_the_rules_of_yaml_1_1() -> None:
    content = b"t: [no, 'no', 12, 1.5, ~, 2024-01-31, 0x1F, 1_000, 010, words, '7']\nno: 1\nn: 2\n"
    node, problems = parse("x.yaml", content)
    assert not problems
    assert isinstance(node, Mapping)
    assert list(node.pairs) == ["t", "no", "n"]
    values = node.pairs["t"]
    assert isinstance(values, Listing)
    assert [(item.value, item.kind) for item in values.items if isinstance(item, Scalar)] == [
        (False, "yes-or-no"),
        ("no", "text"),
        (12, "a whole number"),
        (1.5, "a number with decimals"),
        (None, "nothing"),
        ("2024-01-31", "a date"),
        ("0x1F", "an unusual number"),
        ("1_000", "an unusual number"),
        ("010", "an unusual number"),
        ("words", "text"),
        ("7", "text"),
    ]


def test_a_folder_without_files_names_each(tmp_path: Path) -> None:
    found, problems = read_curriculum(tmp_path / "nowhere")
    assert found is None
    assert [problem.file for problem in problems] == [
        "1-skills.yaml",
        "2-learning.yaml",
        "3-scenarios.yaml",
        "4-programme.yaml",
        "5-people.yaml",
    ]
    assert all("missing" in problem.message for problem in problems)


def test_a_file_of_fifty_megabytes_is_refused_unread(copy: Path) -> None:
    path = copy / "4-programme.yaml"
    before = path.read_bytes()
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    try:
        found, problems = read_curriculum(copy)
    finally:
        path.write_bytes(before)
    assert found is None
    assert [str(problem) for problem in problems] == ["4-programme.yaml:1: This file is too large; keep it below 5 MB."]


def test_problems_of_all_files_come_in_one_go(copy: Path) -> None:
    """Wrong form in one file hides neither wrong form nor wrong meaning in the others."""
    edits: dict[str, Callable[[str], str]] = {
        "1-skills.yaml": lambda text: text.replace("weight: 1,", "weight: one,", 1),
        "3-scenarios.yaml": lambda text: text.replace("mood: cold", "mood: icy", 1),
        "5-people.yaml": lambda text: text.replace("manager: marta-lind}", "manager: nobody}", 1),
        "2-learning.yaml": lambda text: text.replace("kappa: 0.6", "kappa: 0.6, kapa: 1", 1),
        "lessons/closed-doors.yaml": lambda text: text.replace("  minutes: 6", "  minutes: 60", 1),
        "4-programme.yaml": lambda text: text.replace("id: brant-engagement", "id: brant-delivery-hour", 1),
    }
    before = {file: (copy / file).read_text(encoding="utf-8") for file in edits}
    for file, edit in edits.items():
        assert edit(before[file]) != before[file]
        (copy / file).write_text(edit(before[file]), encoding="utf-8")
    try:
        found, problems = read_curriculum(copy)
    finally:
        for file, text in before.items():
            (copy / file).write_text(text, encoding="utf-8")
    assert found is None
    # The dangling manager needs files 1 and 2 to be judged, so it has to wait; everything else is there.
    assert {problem.file for problem in problems} == edits.keys() - {"5-people.yaml"}
    assert problems == sorted(problems)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(copy: Path, file: str) -> None:
    path = copy / file
    before = path.read_bytes()
    path.unlink()
    try:
        found, problems = read_curriculum(copy)
    finally:
        path.write_bytes(before)
    assert found is None
    assert [(problem.file, problem.line) for problem in problems] == [(file, 1)]


JUNK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(content=st.binary(max_size=400))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_read_or_give_problems_and_never_raise(content: bytes) -> None:
    node, problems = parse("1-skills.yaml", content)
    assert node is not None or problems
    assert all(problem.line >= 1 for problem in problems)


@given(file=st.sampled_from(FILES), content=st.binary(max_size=200))
@JUNK
def test_a_file_of_junk_is_a_problem_of_that_file(copy: Path, file: str, content: bytes) -> None:
    assert file in {problem.file for problem in problems_with(copy, file, content)}


YAMLISH = st.text(alphabet=st.sampled_from("ab: -\n{}[],'\"#&*!|>%@?~\t0n"), max_size=12)


@given(file=st.sampled_from(FILES), where=st.floats(0, 1), cut=st.integers(0, 200), put=YAMLISH)
@JUNK
def test_a_spoiled_file_never_raises(copy: Path, file: str, where: float, cut: int, put: str) -> None:
    text = (copy / file).read_text(encoding="utf-8")
    start = int(where * len(text))
    spoiled = text[:start] + put + text[start + cut :]
    lines = {name: (copy / name).read_text(encoding="utf-8").count("\n") + 1 for name in FILES}
    lines[file] = spoiled.count("\n") + 1
    for problem in problems_with(copy, file, spoiled.encode()):
        assert 1 <= problem.line <= lines[problem.file] + 1
        assert problem.message.endswith(".")


LEAF = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "no", "a-slug", "text with words"])
TREE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner)
)
TOP_KEYS = ["scales", "gates", "skills", "roles", "courses", "paths", "people", "company", "teams", "scenarios"]


@given(file=st.sampled_from(FILES[:5]), tree=st.dictionaries(st.sampled_from(TOP_KEYS), TREE, max_size=6))
@JUNK
def test_well_formed_nonsense_never_raises(copy: Path, file: str, tree: dict[str, object]) -> None:
    assert problems_with(copy, file, yaml.safe_dump(tree).encode())
