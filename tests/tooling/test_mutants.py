"""The list of mutants is in step with the code: each has its place and its test, and no guard is without a mutant."""

from __future__ import annotations

import ast
import importlib.util
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from assessments.services.ledger import triggers

ROOT = Path(__file__).resolve().parents[2]
MUTANTS: list[dict[str, str]] = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text("utf-8"))["mutant"]
APPS = ("lms", "coaching", "assessments", "cms")


def called(mutant: dict[str, str]) -> str:
    place = (mutant.get(part, "") for part in ("name", "constraint", "trigger", "on", "file", "condition"))
    return mutant.get("name") or " ".join(filter(None, place))


def conditions() -> set[tuple[str, str]]:
    """Of every policy, as ``bin/mutants`` finds them."""
    spec = importlib.util.spec_from_file_location("_conditions", ROOT / "bin" / "_conditions.py")
    assert spec
    assert spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    files = [file for app in APPS for file in sorted((ROOT / app / "policies").glob("*.py"))]
    return {
        (str(file.relative_to(ROOT)), name) for file in files for name in found.without_each(file.read_text("utf-8"))
    }


@pytest.mark.parametrize("mutant", [item for item in MUTANTS if "old" in item], ids=called)
def test_each_mutants_old_text_stands_once_in_its_file(mutant: dict[str, Any]) -> None:
    assert (ROOT / mutant["file"]).read_text("utf-8").count(mutant["old"]) == 1
    assert mutant["old"] != mutant["new"]


def test_each_test_that_a_mutant_names_exists() -> None:
    texts: dict[str, str] = {}
    for mutant in MUTANTS:
        assert ("test" in mutant) != ("same" in mutant), called(mutant)
        if "test" in mutant:
            file, _colons, name = mutant["test"].partition("::")
            text = texts.setdefault(file, (ROOT / file).read_text("utf-8"))
            assert f"def {name.partition('[')[0]}(" in text, mutant["test"]


def test_no_test_finds_its_mutant_by_chance() -> None:
    """Property tests try other examples each time."""
    tests = {mutant["test"].partition("[")[0] for mutant in MUTANTS if "test" in mutant}
    for file in {test.partition("::")[0] for test in tests}:
        for part in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
            if isinstance(part, ast.FunctionDef) and f"{file}::{part.name}" in tests:
                assert "given(" not in " ".join(map(ast.unparse, part.decorator_list)), part.name


def test_no_two_mutants_have_one_name() -> None:
    assert [name for name, times in Counter(map(called, MUTANTS)).items() if times > 1] == []


def test_each_constraint_of_the_database_has_a_mutant() -> None:
    models = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    known = {(model._meta.label, item.name) for model in models for item in model._meta.constraints}
    assert {(item["model"], item["constraint"]) for item in MUTANTS if "constraint" in item} == known


def test_each_trigger_of_the_ledger_has_a_mutant_on_its_database() -> None:
    known = {(on, name) for on in ("sqlite", "postgresql") for name in triggers.names(on)}
    assert {(item["on"], item["trigger"]) for item in MUTANTS if "trigger" in item} == known


def test_each_condition_of_a_policy_has_a_mutant() -> None:
    assert {(item["file"], item["condition"]) for item in MUTANTS if "condition" in item} == conditions()
