"""Nothing is written into a page that a strict policy would have to excuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if "admin" not in path.parts]
FORBIDDEN = {
    "a style in a tag": r"<[^>{]*\sstyle\s*=",
    "a style element": r"<style\b",
    "a handler in a tag": r"<[^>{]*\son[a-z]+\s*=",
    "an attribute for a library that is not loaded": r"\s(hx|x|v)-[a-z]+\s*=",
    "a script in an address": r"javascript:",
    "a script or style from elsewhere": r"<(script|link)\b[^>]*(src|href)=\"(https?:)?//",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds_anything_inline_that_the_policy_forbids(what: str) -> None:
    found = [str(path.relative_to(ROOT)) for path in TEMPLATES if re.search(FORBIDDEN[what], path.read_text())]
    assert not found


def test_every_script_is_a_file_that_its_answer_names_or_plain_data() -> None:
    for path in TEMPLATES:
        for tag in re.findall(r"<script\b.*?>", re.sub(r"{%.*?%}", "", path.read_text())):
            named = 'nonce="{{ request.csp_nonce }}"' in tag and "src=" in tag
            assert named or 'type="application/json"' in tag, (path, tag)


def test_no_script_of_ours_evaluates_text_or_writes_markup() -> None:
    for script in (ROOT / "static" / "js").glob("*.js"):
        assert not re.search(r"\beval\(|new Function|\.style\.cssText|innerHTML", script.read_text()), script
