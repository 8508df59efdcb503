"""A ledger for the tests that forge it."""

from __future__ import annotations

import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from . import forging


@pytest.fixture(scope="module")
def _scene_of_the_file(once_for_the_file: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[forging.Scene, Path]:
    media = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=str(media)):
        return once_for_the_file(forging.scene), media


@pytest.fixture
def scene(db: None, settings: Any, tmp_path: Path, _scene_of_the_file: tuple[forging.Scene, Path]) -> forging.Scene:
    """A ledger with everything in it, and its files, to be changed at will."""
    made, media = _scene_of_the_file
    settings.MEDIA_ROOT = str(shutil.copytree(media, tmp_path / "media"))
    return deepcopy(made)
