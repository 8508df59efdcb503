"""One stylesheet on the wire: ``css/site.css`` is ``css/main.css`` with everything that it imports.

Who writes styles has a file for each component and no build step; a browser would ask for each of them, after it has
read the first. A finder of static files makes one of them: ``collectstatic`` collects it, and where static files are
served as they are (the demo, development) it is made anew when one of its parts changed.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

NAME = "css/site.css"
MAIN = settings.BASE_DIR / "static" / "css" / "main.css"
IMPORT = re.compile(r'^@import url\("([\w/.-]+)"\) layer\((\w+)\);$', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
ELSEWHERE = re.compile(r"@import|@charset|url\((?!#)")
"""What would mean something else in another file, or another place of it."""


def bundled(main: Path) -> str:
    """The stylesheet with each import in its place, in the layer that it names.

    Raises ValueError for an import that is written otherwise, and for a part that imports or names a file itself.
    """

    def part(found: re.Match[str]) -> str:
        text = COMMENT.sub("", (main.parent / found[1]).read_text()).strip()
        if ELSEWHERE.search(text):
            raise ValueError(
                f"{found[1]} imports or names another file, which its place in one stylesheet would change."
            )
        return f"@layer {found[2]} {{\n{text}\n}}"

    whole = IMPORT.sub(part, COMMENT.sub("", main.read_text()))
    if "@import" in whole:
        raise ValueError(f'{main.name} has an import that is not written as @import url("...") layer(...);')
    return "\n".join(line.rstrip() for line in whole.splitlines() if line.strip()) + "\n"


def parts_of(main: Path) -> list[Path]:
    """The files that one stylesheet is made of, itself included."""
    return [main, *(main.parent / name for name, _layer in IMPORT.findall(main.read_text()))]


class OneStylesheet(BaseFinder):
    """Finds ``css/site.css``, which it makes in the data folder."""

    storage = FileSystemStorage(location=settings.VOUCH_DATA_DIR / "stylesheet")

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing that could be set wrongly."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The path of the stylesheet for its name, and nothing for any other."""
        if path != NAME:
            return []
        made = str(self._made())
        return [made] if find_all or kwargs.get("all") else made

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """The stylesheet, for ``collectstatic``."""
        if not matches_patterns(NAME, list(ignore_patterns or ())):
            self._made()
            yield NAME, self.storage

    def _made(self) -> Path:
        """Where it lies; made when there is none or a part is newer, and whole at every moment."""
        file = Path(self.storage.path(NAME))
        newest = max(part.stat().st_mtime for part in parts_of(MAIN))
        if not file.exists() or file.stat().st_mtime < newest:
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=file.parent, suffix=".new", delete=False) as new:
                new.write(bundled(MAIN))
            Path(new.name).chmod(0o644)
            Path(new.name).replace(file)
        return file
