"""docs/operate.md and docs/settings.md: what they say is what runs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import connection

from lms.management.variables import VARIABLES, page_of, read_in

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "lms" / "settings"
BY_OTHERS = {"DJANGO_SETTINGS_MODULE", "VOUCH_ADMIN_PASSPHRASE"}
"""Read by Django, and by create_admin."""
BY_TESTS = {"VOUCH_TEST_ON"}


@pytest.fixture(scope="module")
def operate() -> ModuleType:
    """bin/_operate.py."""
    sys.path.insert(0, str(ROOT / "bin"))
    try:
        spec = importlib.util.spec_from_file_location("_operate", ROOT / "bin" / "_operate.py")
        assert spec
        assert spec.loader
        found = importlib.util.module_from_spec(spec)
        sys.modules["_operate"] = found
        spec.loader.exec_module(found)
    finally:
        sys.path.remove(str(ROOT / "bin"))
    return found


def test_the_page_of_settings_is_what_the_settings_read() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    assert page == page_of(SETTINGS), "manage.py list_settings > docs/settings.md"


def test_every_variable_that_is_read_has_its_line_and_no_other() -> None:
    named = [each.name for group in VARIABLES.values() for each in group]
    assert len(named) == len(set(named))
    assert set(named) == set(read_in(SETTINGS)) - BY_TESTS | BY_OTHERS


def test_a_variable_that_settings_begin_to_read_is_found(tmp_path: Path) -> None:
    code = ['A = env.str("NEW_ONE", default="")', 'B = os.environ.get("OTHER")', 'C = x.get("NO")']
    (tmp_path / "base.py").write_text("\n".join(code))
    assert read_in(tmp_path) == {"NEW_ONE": ["base"], "OTHER": ["base"]}


def test_every_block_is_run_or_says_why_not(operate: ModuleType) -> None:
    """Sections that the script follows; all other code of the page is left out with a reason."""
    found = list(operate.blocks(operate.PAGE.read_text()))
    followed = {"On a Debian machine", "Copies", "Restoring", "Updates"}
    assert {block.section for block in found if not block.skip} == followed
    assert len([block for block in found if not block.skip]) >= 10
    assert all(len(block.skip.split()) >= 3 or block.skip == "needs Docker" for block in found if block.skip)


def test_a_mark_that_nobody_knows_ends_the_script(operate: ModuleType) -> None:
    with pytest.raises(operate.Stop, match="perhaps"):
        list(operate.blocks("## One\n\n```sh perhaps: tomorrow\nls\n```\n"))


def test_what_the_page_installs_names_the_same_places() -> None:
    """The files beside the page, and the page."""
    page = (ROOT / "docs" / "operate.md").read_text()
    folder = ROOT / "docs" / "installing"
    for name in ("vouch", "vouch-backup", "roles.sh"):
        assert os.access(folder / name, os.X_OK)
        assert f"docs/installing/{name}" in page
    for unit in folder.glob("*.service"):
        text = unit.read_text()
        for line in ("EnvironmentFile=/etc/vouch/vouch.env", "WorkingDirectory=/srv/vouch", "User=vouch"):
            assert line in text.splitlines()
        assert f"/etc/systemd/system/{unit.name}" in text


def test_compose_runs_all_but_the_migrations_as_the_role_that_rewrites_nothing() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    urls = {name: each["environment"]["DATABASE_URL"] for name, each in services.items() if "build" in each}
    owner = {name for name, url in urls.items() if url.startswith("postgresql://vouch_owner:")}
    web = {name for name, url in urls.items() if url.startswith("postgresql://vouch_web:")}
    assert (owner, web) == ({"migrate"}, {"web", "worker", "schedule"})
    assert "grant_web_role" in services["migrate"]["command"]
    assert "./docs/installing/roles.sh:/docker-entrypoint-initdb.d/roles.sh:ro" in services["database"]["volumes"]


@pytest.mark.django_db
def test_a_database_without_roles_or_without_this_one_is_told_so() -> None:
    with pytest.raises(CommandError) as refused:
        call_command("grant_web_role", "nobody_by_this_name")
    assert refused.value.returncode == 2
    assert ("no roles" if connection.vendor == "sqlite" else "nobody_by_this_name") in str(refused.value)


def test_the_page_is_followed_literally_to_a_restored_ledger() -> None:
    """Two minutes: a PostgreSQL and a Redis of its own, all programs with production settings."""
    done = subprocess.run([ROOT / "bin" / "operate", "--ready-venv"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All as the page says" in done.stdout
