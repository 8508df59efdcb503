"""The list of mutants is in step with the code: each text stands once in its file, each constraint and test exists."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
MUTANTS: list[dict[str, str]] = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text("utf-8"))["mutant"]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda item: item.get("name") or item["constraint"])
def test_each_mutant_still_has_its_place(mutant: dict[str, Any]) -> None:
    if "constraint" in mutant:
        names = {item.name for item in apps.get_model(mutant["model"])._meta.constraints}
        assert mutant["constraint"] in names
    else:
        assert (ROOT / mutant["file"]).read_text("utf-8").count(mutant["old"]) == 1
        assert mutant["old"] != mutant["new"]
    file, _colons, name = mutant["test"].partition("::")
    assert f"def {name}(" in (ROOT / file).read_text("utf-8")


def test_no_name_stands_twice() -> None:
    names = [item.get("name") or item["constraint"] for item in MUTANTS]
    assert len(names) == len(set(names))
