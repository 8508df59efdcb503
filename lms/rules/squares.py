"""From the picture that somebody sends to the square photo that is kept of them: pure functions on bytes.

Whatever is sent was made by a stranger. The picture is opened by what it is and not by its name, never with more than
``MOST_PIXELS``, and drawn anew: nothing of the file but its colours comes through, no place, no camera, no second file
behind the first.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from lms.errors import Invalid

KINDS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 25_000_000
LEAST = 96
"""Pixels on each side of the part that is chosen."""
SIZES = {"small": 96, "middle": 256, "large": 512}
"""Pixels on each side: beside a name, at the head of a page, by itself."""
ENOUGH = 2 * SIZES["large"]
"""Pixels of the shorter side that are worked with, where it has more."""
QUALITY = 80
WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Square:
    """Which square of a picture is kept, in hundredths.

    ``size``: its side, of the shorter side of the picture; ``left`` and ``top``: how much of the room that is left over
    lies left of it and above it (0: at the edge, 50: in the middle).
    """

    left: int = 50
    top: int = 50
    size: int = 100

    def side(self, width: int, height: int) -> int:
        """Its side in pixels."""
        return min(width, height) * self.size // 100

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom in pixels."""
        side = self.side(width, height)
        left, top = (width - side) * self.left // 100, (height - side) * self.top // 100
        return left, top, left + side, top + side


SMALLEST_PART = 25
"""The least ``Square.size``: there is enough of the picture in it for the large photo."""


def squares_of(data: bytes, square: Square) -> dict[str, bytes]:
    """The square in each of ``SIZES``, as WebP and upright. CPU: up to a second for the largest pictures.

    Raises Invalid (at ``file``, or at ``size`` where the part is too small) with a sentence, whatever is in the data.
    """
    if not 0 < len(data) <= MOST_BYTES:
        raise Invalid(file=_("A photo may have up to 10 MB and must not be empty."))
    try:
        picture = Image.open(io.BytesIO(data), formats=KINDS)
        _check(picture, square)
        upright = _drawn(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Invalid:
        raise
    except Exception:  # whatever a decoder makes of what a stranger wrote
        raise Invalid(
            file=_("This is no picture that we can read. Send a JPEG, PNG or WebP file, and all of it.")
        ) from None
    part = upright.crop(square.box(*upright.size))
    return {name: _encoded(part.resize((side, side), Image.Resampling.LANCZOS)) for name, side in SIZES.items()}


def _check(picture: Image.Image, square: Square) -> None:
    """What its head says, before anything is read of it."""
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise _too_many_pixels()
    if getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO":  # some cameras put a second view behind
        raise Invalid(file=_("This picture moves. Choose one that stands still."))
    if square.side(width, height) < LEAST:
        words = {"n": LEAST}
        raise Invalid(size=_("This part of the picture is too small: it needs %(n)s pixels on each side.") % words)


def _too_many_pixels() -> Invalid:
    return Invalid(file=_("This picture has more than 25 million pixels. Make it smaller, and send it again."))


def _drawn(picture: Image.Image) -> Image.Image:
    """The picture read to its end, upright, in red, green and blue, on white where one can see through it.

    The whole of it is in memory once: what comes after is done with as many pixels as are needed.
    """
    picture.draft("RGB", (ENOUGH, ENOUGH))
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")  # 16 bits of grey
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    coloured = picture if picture.mode == mode else picture.convert(mode)
    upright = ImageOps.exif_transpose(coloured.reduce(max(1, min(coloured.size) // ENOUGH)))
    if mode == "RGB":
        return upright
    drawn = Image.new("RGB", upright.size, WHITE)
    drawn.paste(upright, mask=upright.getchannel("A"))
    return drawn


def _encoded(part: Image.Image) -> bytes:
    """As WebP: Pillow writes colours and nothing that it knows of the file they come from, unless it is told to."""
    kept = io.BytesIO()
    part.save(kept, "WEBP", quality=QUALITY)
    return kept.getvalue()
