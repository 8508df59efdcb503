"""Photos: what becomes of a picture that somebody sends, and whose it is then."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageCms

from lms.api import LEARNING_ADMINISTRATORS, remove_own_photo, remove_photo, set_photo
from lms.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from lms.models import Act, Notice, Photo, User
from lms.rules.squares import MOST_BYTES, SIZES, Square, squares_of
from lms.services.platform.photos import photo_of
from tests.factories import basics, people, pictures
from tests.factories.pictures import BLUE, GREEN, RED, YELLOW, bytes_of, quarters, upload

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
WHOLE = Square()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def corners(data: bytes) -> list[tuple[int, ...]]:
    """The colours near the corners: top left, top right, bottom left, bottom right."""
    picture = opened(data)
    side = picture.width
    return [picture.getpixel((x, y)) for y in (side // 8, side * 7 // 8) for x in (side // 8, side * 7 // 8)]  # type: ignore[misc]


def alike(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Colours as one sees them: saving takes a little of each."""
    return all(abs(a - b) < 30 for a, b in zip(one, other, strict=True))


def assert_corners(data: bytes, *expected: tuple[int, ...]) -> None:
    found = corners(data)
    assert all(alike(one, other) for one, other in zip(found, expected, strict=True)), found


# --- The square -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("square", "expected"),
    [
        (WHOLE, (RED, GREEN, BLUE, YELLOW)),
        (Square(0, 0, 50), (RED, RED, RED, RED)),
        (Square(100, 0, 50), (GREEN, GREEN, GREEN, GREEN)),
        (Square(0, 100, 50), (BLUE, BLUE, BLUE, BLUE)),
        (Square(100, 100, 50), (YELLOW, YELLOW, YELLOW, YELLOW)),
        (Square(50, 50, 50), (RED, GREEN, BLUE, YELLOW)),
    ],
    ids=str,
)
def test_the_chosen_square_is_kept_in_three_sizes(square: Square, expected: tuple[Any, ...]) -> None:
    found = squares_of(bytes_of(quarters(400, 300)), square)
    assert {name: opened(data).size for name, data in found.items()} == {
        name: (side, side) for name, side in SIZES.items()
    }
    for data in found.values():
        assert_corners(data, *expected)


@pytest.mark.parametrize("width", [96, 97, 241, 1000])
@pytest.mark.parametrize("height", [96, 333])
def test_no_square_leaves_its_picture(width: int, height: int) -> None:
    for left in (0, 1, 50, 99, 100):
        for size in (25, 26, 99, 100):
            x, y, right, bottom = Square(left, 100 - left, size).box(width, height)
            assert 0 <= x < right <= width
            assert 0 <= y < bottom <= height
            assert right - x == bottom - y == min(width, height) * size // 100


def turned(orientation: int) -> bytes:
    """A picture that a camera says to turn before one looks."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return bytes_of(quarters(), "JPEG", exif=exif, quality=95)


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, (RED, GREEN, BLUE, YELLOW)),
        (2, (GREEN, RED, YELLOW, BLUE)),
        (3, (YELLOW, BLUE, GREEN, RED)),
        (6, (BLUE, RED, YELLOW, GREEN)),
        (8, (GREEN, YELLOW, RED, BLUE)),
    ],
)
def test_a_picture_is_upright_as_its_camera_says(orientation: int, expected: tuple[Any, ...]) -> None:
    assert_corners(squares_of(turned(orientation), WHOLE)["large"], *expected)


def sixteen_bits() -> bytes:
    """Grey from nearly black to nearly white, in steps that eight bits do not have."""
    row = struct.pack("<160H", *[8_000] * 80, *[60_000] * 80)
    return bytes_of(Image.frombytes("I;16", (160, 160), row * 160))


def two_views() -> bytes:
    """As some telephones save them: a second picture behind the first."""
    return bytes_of(quarters(), "MPO", save_all=True, append_images=[Image.new("RGB", (240, 160))], quality=95)


SEEN_THROUGH = Image.new("RGBA", (160, 160), (0, 0, 0, 0))
GREY, LIGHT, WHITE = (31, 31, 31), (234, 234, 234), (255, 255, 255)
READ: dict[str, tuple[Callable[[], bytes], tuple[Any, ...]]] = {
    "four inks": (lambda: bytes_of(quarters().convert("CMYK"), "JPEG", quality=95), (RED, GREEN, BLUE, YELLOW)),
    "in steps": (lambda: bytes_of(quarters(), "JPEG", quality=95, progressive=True), (RED, GREEN, BLUE, YELLOW)),
    "a palette": (lambda: bytes_of(quarters().convert("P", palette=1)), (RED, GREEN, BLUE, YELLOW)),
    "WebP": (lambda: bytes_of(quarters(), "WEBP", lossless=True), (RED, GREEN, BLUE, YELLOW)),
    "one can see through it": (lambda: bytes_of(SEEN_THROUGH), (WHITE,) * 4),
    "a palette one can see through": (lambda: bytes_of(SEEN_THROUGH.convert("P"), transparency=0), (WHITE,) * 4),
    "grey": (lambda: bytes_of(Image.new("L", (160, 160), 234)), (LIGHT,) * 4),
    "grey one can see through": (lambda: bytes_of(Image.new("LA", (160, 160), (0, 0))), (WHITE,) * 4),
    "black and white": (lambda: bytes_of(Image.new("1", (160, 160), 1)), (WHITE,) * 4),
    "sixteen bits": (sixteen_bits, (GREY, LIGHT, GREY, LIGHT)),
    "two views": (two_views, (RED, GREEN, BLUE, YELLOW)),
    "a page behind it": (lambda: bytes_of(quarters()) + HTML, (RED, GREEN, BLUE, YELLOW)),
    "an archive behind it": (lambda: bytes_of(quarters()) + b"PK\x05\x06" + bytes(18), (RED, GREEN, BLUE, YELLOW)),
    "much larger than needed": (lambda: bytes_of(quarters(3000, 2400), "JPEG"), (RED, GREEN, BLUE, YELLOW)),
}


@pytest.mark.parametrize("what", READ)
def test_every_kind_of_picture_looks_as_it_should(what: str) -> None:
    data, expected = READ[what]
    found = squares_of(data(), WHOLE)["middle"]
    assert_corners(found, *expected)
    assert b"script" not in found
    assert b"PK" not in found


def test_nothing_of_the_file_but_its_colours_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "Sentinel street 7"
    exif.get_ifd(0x8825)[1] = "N"
    colours = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = bytes_of(quarters(), "JPEG", exif=exif, icc_profile=colours, comment=b"Sentinel", xmp=b"<x>Sentinel</x>")
    assert data.count(b"Sentinel") == 3
    for kept in squares_of(data, WHOLE).values():
        assert b"Sentinel" not in kept
        assert not {"exif", "icc_profile", "xmp", "comment"} & opened(kept).info.keys()


# --- What is no photo -----------------------------------------------------------------------------------------------


def png(*parts: tuple[bytes, bytes]) -> bytes:
    """A PNG of these parts."""
    whole = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


def says(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it has so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return png((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))


def swollen() -> bytes:
    """Words of a megabyte and more, packed into a kilobyte."""
    head = struct.pack(">IIBBBBB", 160, 160, 8, 2, 0, 0, 0)
    words = b"Comment\0\0" + zlib.compress(b"a" * 3_000_000)
    return png((b"IHDR", head), (b"zTXt", words), (b"IDAT", zlib.compress(b"\0" * 481 * 160)), (b"IEND", b""))


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (160, 160), colour) for colour in (RED, GREEN, BLUE)]
    return bytes_of(frames[0], kind, save_all=True, append_images=frames[1:])


def half(kind: str) -> bytes:
    whole = bytes_of(Image.effect_noise((200, 200), 90).convert("RGB"), kind)
    return whole[: len(whole) // 2]


READABLE, STILL, PIXELS, SMALL, BYTES = (
    "no picture that we can read",
    "This picture moves",
    "more than 25 million pixels",
    "needs 96 pixels on each side",
    "up to 10 MB",
)
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", BYTES),
    "more than may be sent": (lambda: bytes_of(quarters()).ljust(MOST_BYTES + 1, b"\0"), BYTES),
    "one letter": (lambda: b"\xff", READABLE),
    "a drawing that runs": (lambda: SVG, READABLE),
    "a page": (lambda: HTML, READABLE),
    "a picture of another kind": (lambda: bytes_of(quarters(), "BMP"), READABLE),
    "a picture of a kind of many": (lambda: bytes_of(quarters(), "TIFF"), READABLE),
    "moving, in an old way": (lambda: moving("GIF"), READABLE),
    "moving, as PNG": (lambda: moving("PNG"), STILL),
    "moving, as WebP": (lambda: moving("WEBP"), STILL),
    "half a JPEG": (lambda: half("JPEG"), READABLE),
    "half a PNG": (lambda: half("PNG"), READABLE),
    "half a WebP": (lambda: half("WEBP"), READABLE),
    "a head and no picture": (lambda: bytes_of(quarters())[:40], READABLE),
    "more pixels than memory": (lambda: says(30_000, 30_000), PIXELS),
    "more pixels than any number": (lambda: says(2**31 - 1, 2**31 - 1), PIXELS),
    "one pixel more than the cap": (lambda: says(5_001, 5_000), PIXELS),
    "a line": (lambda: says(40_000, 1), SMALL),
    "no width": (lambda: says(0, 5_000), READABLE),
    "words without end": (swollen, READABLE),
    "small": (lambda: bytes_of(Image.new("RGB", (95, 400))), SMALL),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_photo_ends_in_a_sentence(what: str) -> None:
    data, said = REFUSED[what]
    with pytest.raises(Invalid, match=said) as refused:
        squares_of(data(), WHOLE)
    assert set(refused.value.fields) == ({"size"} if said == SMALL else {"file"})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_with_any_byte_changed_is_a_photo_or_a_sentence(kind: str) -> None:
    whole = bytearray(bytes_of(quarters(120, 100), kind))
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        try:
            squares_of(bytes(broken), WHOLE)
        except Invalid:
            continue


# --- Whose it is ----------------------------------------------------------------------------------------------------


def give(who: User, **fields: Any) -> User:
    return set_photo(actor=who, **{"file": upload(), "key": basics.key(), "at": basics.MONDAY} | fields)


def test_a_photo_is_of_the_person_who_sent_it_and_kept_once() -> None:
    who, key = people.person(), basics.key()
    for _twice in range(2):
        give(who, key=key)
    assert User.objects.get(pk=who.pk).photo_id == key
    assert Act.objects.filter(name="photo.set").count() == Photo.objects.count() == 1
    with pytest.raises(Conflict):
        give(who, key=key, left=0)


def test_another_photo_takes_the_place_of_the_first() -> None:
    who, other = people.person(), people.person()
    for person in (who, other, who):
        give(person)
    assert set(Photo.objects.all()) == {User.objects.get(pk=one.pk).photo for one in (who, other)}
    first = people.fresh(other).photo_id
    assert photo_of(who, first, "small")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "outside", [{"left": -1}, {"left": 101}, {"top": -1}, {"top": 10**9}, {"size": 24}, {"size": 101}]
)
def test_a_square_outside_of_every_picture_is_refused(outside: dict[str, int]) -> None:
    who = people.person()
    with pytest.raises(Invalid, match=r"Choose a (place|size)"):
        give(who, **outside)
    assert not Photo.objects.exists()


def test_a_refused_picture_leaves_the_photo_that_is_there() -> None:
    who = people.person()
    give(who)
    kept = who.photo_id
    with pytest.raises(Invalid):
        give(who, file=upload(SVG))
    assert people.fresh(who).photo_id == kept
    assert Photo.objects.count() == 1


def test_who_removes_their_photo_has_none_and_may_say_so_twice() -> None:
    who = people.person()
    give(who)
    for _twice in range(2):
        remove_own_photo(actor=who, key=basics.key(), at=basics.MONDAY)
    assert people.fresh(who).photo_id is None
    assert not Photo.objects.exists()


def test_a_page_that_was_open_for_long_brings_no_photo_back() -> None:
    """Whatever saves a whole person, as Wagtail's form does, writes what it read before."""
    who = people.person()
    give(who)
    old = people.fresh(who)
    remove_own_photo(actor=who, key=basics.key(), at=basics.MONDAY)
    old.job = "Baker"
    old.save()
    assert people.fresh(who).photo_id is None


def take(who: User, actor: User, reason: str = "It shows a dog.") -> User:
    return remove_photo(actor=actor, person_uid=who.uid, reason=reason, key=basics.key(), at=basics.MONDAY)


@pytest.mark.parametrize("duty", ["learning", "administrator"])
def test_somebody_elses_photo_is_removed_with_a_reason_that_they_read(duty: str) -> None:
    who, desk = people.person(), people.with_duty(duty, people.person("Lena Dahl"))
    pictures.photo(who)
    with pytest.raises(Invalid, match="Say why"):
        take(who, desk, " \u200b ")
    take(who, desk)
    assert people.fresh(who).photo_id is None
    assert not Photo.objects.exists()
    assert Notice.objects.get(person=who).text == "Lena Dahl removed your photo: It shows a dog."
    assert Act.objects.get(name="photo.remove").why == "It shows a dog."
    with pytest.raises(Conflict, match="has no photo"):
        take(who, desk)


def test_nobody_else_removes_a_photo() -> None:
    who, manager, stranger = (people.person() for _three in range(3))
    people.team(who, manager=manager)
    pictures.photo(who)
    desk = people.in_group(LEARNING_ADMINISTRATORS)
    pictures.photo(desk)
    refused: list[tuple[User, User, type[DomainError]]] = [
        (who, manager, NotAllowed), (who, stranger, NotFound), (who, who, NotAllowed), (desk, desk, NotAllowed),
    ]  # fmt: skip
    for person, actor, error in refused:
        with pytest.raises(error):
            take(person, actor)
    assert Photo.objects.count() == 2
