"""What the tour does not reach (a rare branch, a rare refusal): no sentence stands in a source outside gettext."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from .data import LETTERS, NO_WORDS
from .reading import of_html

ROOT = Path(settings.BASE_DIR)
SAMPLES = "patterns/"
COMMENT = re.compile(r"{% comment.*?{% endcomment %}|{#.*?#}", re.S)
TRANSLATED = re.compile(r"{% blocktrans.*?{% endblocktrans(?:late)? %}", re.S)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.S)
ARGUMENT = re.compile(r'_\("[^"]*"\)')
"""A sentence that a tag is given, already translated."""
STRING = re.compile(r'"([^"]*)"')
WORDS = re.compile(r"^[A-Z][a-z]|[a-z] [a-z]")
NO_TEXT = ("translate", "trans", "load", "icon")
ATTRIBUTE = re.compile(r"^data-[\w-]+$")
HOW = re.compile(r'\|(?:day|moment):"[^"]*"')
"""How a day is said, not what is said."""

BROKEN = {"ValueError", "TypeError", "KeyMissing"}
"""Faults of a program, read by who wrote it."""
LOG = "logger"
"""Its lines are read by who runs the machine."""
SAYING = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}
SENTENCE = re.compile(r"^[A-Z“%{].* .*[a-z0-9)”][.?!:…]$|^[A-Z][a-z]+( [a-z]+){2,}$", re.S)
NOT_FOR_READERS = re.compile(
    r"/(migrations|management|demo|load|curriculum|settings|models)/|/(checks|specs|triggers|address_guards|review|patterns)\.py"
)
"""The database, the command line and its files, made-up people, the samples of the patterns, Wagtail's own rows."""


def of_template(text: str) -> Iterator[str]:
    """Words of a template that no translation reaches: in its HTML, and in what its tags are given."""
    text = TRANSLATED.sub("", COMMENT.sub("", text))
    for tag in TAG.findall(text):
        if tag.strip("{% ").split(" ")[0] not in NO_TEXT:
            yield from (
                given
                for given in STRING.findall(ARGUMENT.sub("", HOW.sub("", tag)))
                if WORDS.search(given) and "--" not in given
            )
    for _where, said in of_html(TAG.sub("", text)):
        if LETTERS.search(NO_WORDS.sub("", said)) and not ATTRIBUTE.search(said):
            yield said


def of_module(text: str) -> Iterator[str]:
    """Sentences of a module that are no docstring and not given to gettext."""
    tree = ast.parse(text)
    silent: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(node.value)
        if isinstance(node, ast.Call) and _called(node.func) & (SAYING | BROKEN | {LOG}):
            silent.update(part for argument in node.args for part in ast.walk(argument))
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and node not in silent else None
        if isinstance(text, str) and SENTENCE.search(text):
            yield text


def _called(function: ast.expr) -> set[str]:
    """A function by its own name, and whose it is."""
    owner = getattr(function, "value", None)
    return {getattr(function, "id", getattr(function, "attr", "")), getattr(owner, "id", "")}


TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "templates").rglob("*.*") if path.is_file())
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for app in ("lms", "coaching", "assessments", "cms")
    for path in (ROOT / app).rglob("*.py")
    if not NOT_FOR_READERS.search(f"/{path.relative_to(ROOT).as_posix()}")
)


def test_templates_say_nothing_untranslated() -> None:
    found = {
        name: said
        for name in TEMPLATES
        if SAMPLES not in name and (said := list(of_template((ROOT / name).read_text())))
    }
    assert found == {}


def test_modules_say_nothing_untranslated() -> None:
    found = {name: said for name in MODULES if (said := list(of_module((ROOT / name).read_text())))}
    assert found == {}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('<p title="Late">{% translate "On time" %}</p>', ["Late"]),
        ("{% if x %}<b>critical</b>{% endif %}{% blocktranslate %}Fine{% endblocktranslate %}", ["critical"]),
        ('{% include "a/b.html" with title="No data" only %}', ["No data"]),
        ('{% include "a/b.html" with title=_("All data") text="No data" only %}', ["No data"]),
        ('{{ day|default:"not yet" }}{# a note #}', ["not yet"]),
    ],
)
def test_what_a_template_forgets_is_found(source: str, said: list[str]) -> None:
    assert list(of_template(source)) == said


def test_what_a_module_forgets_is_found() -> None:
    source = '"""Doc of it."""\nraise Conflict("This is taken.")\nraise Conflict(_("This is taken."))\n'
    assert list(of_module(source)) == ["This is taken."]
