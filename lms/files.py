"""Where files are kept: in folders of their own beside each other (docs/decisions/0020)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage
from django.utils.functional import cached_property


class Folder(FileSystemStorage):
    """One folder below MEDIA_ROOT. A name leads to nothing outside it, links in the folder included.

    Raises SuspiciousFileOperation (400) for a name that does.
    """

    def __init__(self, folder: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.folder = folder

    @cached_property
    def base_location(self) -> Path:
        """Asked of the settings anew when they change (Django clears it then)."""
        return Path(settings.MEDIA_ROOT) / self.folder

    def path(self, name: str) -> str:
        """Where the file of this name is, or would be."""
        path = super().path(name)
        inside = os.path.realpath(self.location)
        if os.path.commonpath([inside, os.path.realpath(path)]) != inside:
            raise SuspiciousFileOperation(f"{name} leads out of {self.folder}")
        return path
