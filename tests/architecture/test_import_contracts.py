"""The import contracts of pyproject.toml hold, and each of them would notice a violation."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("lms", "coaching", "assessments", "cms")
TREES = (*APPS, "bench")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

# contract -> (file to plant, what it says)
VIOLATIONS = {
    "floors": ("lms/rules/planted.py", "def late():\n    import coaching.apps\n"),
    "rooms": ("lms/rules/planted.py", "import lms.views.health\n"),
    "halls-assessments": ("assessments/services/ledger/planted.py", "import assessments.services.standing.team\n"),
    "halls-cms": ("cms/services/learner/planted.py", "import cms.services.authoring.review\n"),
    "halls-lms": ("lms/services/platform/planted.py", "import lms.services.record.steering\n"),
    "doors-lms": ("coaching/planted.py", "import lms.models\n"),
    "doors-coaching": ("assessments/planted.py", "import coaching.models\n"),
    "doors-assessments": ("cms/planted.py", "import assessments.models\n"),
    "doors-cms": ("assessments/planted.py", "import cms.models\n"),
    "plain-services": ("lms/models/planted.py", "from celery import shared_task\n"),
}


def lint(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([tool, "--no-cache", *arguments], cwd=tree, capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for app in TREES:
        shutil.copytree(ROOT / app, tmp_path / app, ignore=shutil.ignore_patterns("__pycache__", "static"))
    return tmp_path


def test_all_import_contracts_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_every_contract_has_a_violation_to_try() -> None:
    assert {contract["id"] for contract in CONTRACTS} == set(VIOLATIONS)


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_each_contract_notices_an_import_that_it_forbids(contract: str, tree: Path) -> None:
    path, text = VIOLATIONS[contract]
    (tree / path).write_text(text)
    result = lint(tree, "--contract", contract)
    name = next(each["name"] for each in CONTRACTS if each["id"] == contract)
    assert result.returncode == 1, result.stdout
    assert f"{name} BROKEN" in " ".join(result.stdout.split())


@pytest.mark.parametrize("door", ["lms.views.duties", "lms.middleware.zone", "lms.allauth_tables", "lms.tasks"])
def test_no_other_app_enters_by_a_door_that_is_not_named(door: str, tree: Path) -> None:
    (tree / "coaching/views/planted.py").write_text(f"import {door}\n")
    result = lint(tree, "--contract", "doors-lms")
    assert result.returncode == 1, result.stdout


def test_a_module_without_a_place_is_noticed(tree: Path) -> None:
    (tree / "lms/helpers.py").write_text("")
    result = lint(tree, "--contract", "rooms")
    assert result.returncode == 1
    assert "lms.helpers" in result.stdout


@pytest.mark.parametrize("app", APPS)
def test_every_private_room_is_protected(app: str) -> None:
    protected = next(each["protected_modules"] for each in CONTRACTS if each["id"] == f"doors-{app}")
    rooms = [
        room
        for room in ("models", "services", "policies")
        if any((ROOT / app / place).exists() for place in (f"{room}.py", f"{room}/__init__.py"))
    ]
    assert set(protected) >= {f"{app}.{room}" for room in rooms}
