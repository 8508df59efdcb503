"""What a script shows stands on the page, where it is translated; the scripts themselves hold no sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

SCRIPTS = sorted((Path(settings.BASE_DIR) / "static" / "js").glob("*.js"))
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.S)
LITERAL = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`")
SENTENCE = re.compile(r"^[A-Z][a-z]+( |[.!?…:]|$)|[a-z][.!?…]$")
SHOWN = re.compile(r"(?:textContent|innerText|innerHTML|title|placeholder|alert\()\s*=?\s*[\"'`]")


def sentences(script: str) -> list[str]:
    """Literals that read like words for people."""
    code = COMMENT.sub("", script)
    literals = ["".join(found) for found in LITERAL.findall(code)]
    return [text for text in literals if SENTENCE.search(text) and text != "Escape"] + SHOWN.findall(code)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_nothing_of_its_own(script: Path) -> None:
    assert sentences(script.read_text()) == []


def test_a_sentence_would_be_found() -> None:
    assert sentences('/* Kept. */ say(area, "Kept on this device.");') == ["Kept on this device."]
    assert sentences("button.textContent = `print`;") != []
