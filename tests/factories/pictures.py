"""Pictures as people send them, and photos as they are kept."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lms.api import User
from lms.models import Photo
from tests.factories import basics

RED, GREEN, BLUE, YELLOW = (200, 30, 30), (30, 160, 30), (30, 30, 200), (220, 200, 30)


def quarters(width: int = 240, height: int = 160) -> Image.Image:
    """Red, green / blue, yellow: one sees which way is up, and which part is kept."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    picture.paste(YELLOW, (width // 2, height // 2, width, height))
    return picture


def bytes_of(picture: Image.Image, kind: str = "PNG", **fields: Any) -> bytes:
    """The picture as a file of that kind."""
    file = io.BytesIO()
    picture.save(file, kind, **fields)
    return file.getvalue()


class Sent(SimpleUploadedFile):
    """A file that can be sent more than once."""

    def read(self, *args: Any) -> Any:
        """From its beginning."""
        self.seek(0)
        return self.file.read(*args)


def upload(data: bytes | None = None) -> Sent:
    """A file as a form sends it; without data a picture in four colours."""
    return Sent("me.png", bytes_of(quarters()) if data is None else data, "image/png")


def photo(who: User) -> Photo:
    """Somebody's photo, as a row: what is in it matters to nobody."""
    made = Photo.objects.create(small=b"small", middle=b"middle", large=b"large", kept_at=basics.SINCE)
    who.photo = made
    who.save(update_fields=["photo"])
    return made
