"""The one stylesheet is what its parts say, in their order and layers."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from lms import stylesheet

MAIN = """/* Why. */
@layer one, two;

@import url("a.css") layer(one);
@import url("parts/b.css") layer(two);
"""


@pytest.fixture
def main(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "a.css").write_text("/* A. */\nbody { color: red; }\n")
    (tmp_path / "parts/b.css").write_text("p { fill: url(#hatch); }\n")
    (tmp_path / "main.css").write_text(MAIN)
    return tmp_path / "main.css"


def test_each_import_stands_in_its_place_and_layer(main: Path) -> None:
    assert stylesheet.bundled(main) == (
        "@layer one, two;\n@layer one {\nbody { color: red; }\n}\n@layer two {\np { fill: url(#hatch); }\n}\n"
    )


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.css", '@import url("c.css");'),
        ("a.css", "p { background: url(picture.svg); }"),
        ("main.css", '@import "a.css" layer(one);'),
        ("main.css", '@import url("a.css") layer(one) screen;'),
    ],
)
def test_what_would_mean_something_else_in_one_file_is_refused(main: Path, file: str, text: str) -> None:
    (main.parent / file).write_text(text)
    with pytest.raises(ValueError, match="import"):
        stylesheet.bundled(main)


def test_it_is_made_anew_when_a_part_changed(
    main: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    finder = stylesheet.OneStylesheet()
    monkeypatch.setattr(stylesheet, "MAIN", main)
    monkeypatch.setattr(finder, "storage", stylesheet.FileSystemStorage(location=tmp_path_factory.mktemp("made")))
    ((name, storage),) = finder.list(None)
    made = Path(storage.path(name))
    assert "color: red" in made.read_text()
    before = made.stat().st_mtime
    (main.parent / "a.css").write_text("body { color: blue; }")
    os.utime(main.parent / "a.css", (before + 5, before + 5))
    assert "color: blue" in Path(str(finder.find(stylesheet.NAME))).read_text()
    assert finder.find("css/other.css") == []
    assert list(finder.list(["css/*"])) == []


def test_our_own_has_every_rule_of_every_part() -> None:
    whole = stylesheet.bundled(stylesheet.MAIN)
    parts = stylesheet.parts_of(stylesheet.MAIN)
    assert {part.name for part in parts} == {part.name for part in (settings.BASE_DIR / "static/css").rglob("*.css")}
    for part in parts[1:]:
        for line in stylesheet.COMMENT.sub("", part.read_text()).splitlines():
            assert line.strip() in whole, part.name
    assert whole.count("{") == whole.count("}")


def test_a_page_asks_for_one_stylesheet_and_it_is_served() -> None:
    page = Client().get("/accounts/login/").content.decode()
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert len(sheets) == 1
    answer = Client().get(sheets[0])
    assert answer.status_code == 200
    assert "@import" not in b"".join(answer.streaming_content).decode()
    assert finders.find(stylesheet.NAME)
