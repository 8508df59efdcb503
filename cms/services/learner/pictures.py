"""Scaled pictures: a name stands for a row, and the row for a file. No name of a client becomes a path."""

from __future__ import annotations

from pathlib import PurePath

from django.utils.translation import gettext as _

from cms.models import CustomRendition
from lms.errors import NotFound

KINDS = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
"""What a picture may be, by the ending of the name that Wagtail gave it."""


def picture_named(name: str) -> tuple[CustomRendition, str]:
    """The picture that is kept under exactly this name, and what kind it is. Raises NotFound. Queries: 1."""
    kind = KINDS.get(PurePath(name).suffix.lstrip("."))
    picture = CustomRendition.objects.filter(file=name).first() if kind else None
    if picture is None or kind is None:
        raise NotFound(_("There is no such picture."))
    return picture, kind
