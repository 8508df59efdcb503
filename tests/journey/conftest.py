"""One site for all that is shown in a browser of the whole job; it is walked once, by whoever asks first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .site import Site
from .walk import LATER, PEOPLE, Walked, walk


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with accounts and the curriculum, and nothing else."""
    site = Site(tmp_path_factory.mktemp("journey"), PEOPLE | LATER)
    site.start()
    yield site
    site.stop()


@pytest.fixture(autouse=True)
def nobodys_browser_complains(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever is done on the site: no page breaks its policy, runs into an error or misses something it needs."""
    yield
    if "site" in request.fixturenames:
        said: list[str] = request.getfixturevalue("site").said
        heard = said.copy()
        said.clear()
        assert heard == []


@pytest.fixture(scope="session")
def journey(site: Site, browser: Any) -> Callable[[], Walked]:
    """``journey()``: the site with the whole job done; fails for everybody as it failed for the first who asked."""
    kept: list[Walked | Exception] = []

    def once() -> Walked:
        if not kept:
            try:
                kept.append(walk(site, browser))
            except Exception as error:
                kept.append(error)
        if isinstance(kept[0], Exception):
            raise kept[0]
        return kept[0]

    return once
