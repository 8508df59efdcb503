"""From 0.3 on an installation is kept: a migration that it has run is never changed, new ones are added beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FROZEN = {
    path: digest
    for digest, path in (line.split() for line in (ROOT / "migrations.lock").read_text(encoding="utf-8").splitlines())
}
APPS = ("lms", "coaching", "assessments", "cms", "bench")


def migrations() -> set[str]:
    """The migrations of our apps, as paths from the root."""
    files = (file for app in APPS for file in (ROOT / app / "migrations").glob("[0-9]*.py"))
    return {str(file.relative_to(ROOT)) for file in files}


@pytest.mark.parametrize("path", sorted(FROZEN))
def test_a_released_migration_is_as_it_was_released(path: str) -> None:
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == FROZEN[path], "add another one instead"


def test_every_migration_of_a_release_is_frozen() -> None:
    """Those of before the first release that is kept are all there; whatever comes later has a higher number."""
    for app in APPS:
        of_app = sorted(path for path in migrations() | set(FROZEN) if path.startswith(f"{app}/"))
        frozen = [path for path in of_app if path in FROZEN]
        assert of_app[: len(frozen)] == frozen
