"""From bytes to text: which letters a file is written in."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.errors import Invalid

UTF_8 = "utf_8"
WINDOWS = "cp1252"
CHARSETS = {
    UTF_8: gettext_lazy("UTF-8"),
    WINDOWS: gettext_lazy("Windows, western Europe"),
    "cp1250": gettext_lazy("Windows, central Europe"),
    "cp1251": gettext_lazy("Windows, Cyrillic"),
    "cp1253": gettext_lazy("Windows, Greek"),
    "cp1254": gettext_lazy("Windows, Turkish"),
    "cp1257": gettext_lazy("Windows, Baltic"),
    "mac_roman": gettext_lazy("Mac"),
    "utf_16_le": gettext_lazy("UTF-16"),
    "utf_16_be": gettext_lazy("UTF-16, turned round"),
}
"""The encodings that can be chosen, and what people call them."""
MARKS = (
    (codecs.BOM_UTF32_LE, "utf_32"),
    (codecs.BOM_UTF32_BE, "utf_32"),
    (codecs.BOM_UTF8, "utf_8_sig"),
    (codecs.BOM_UTF16_LE, "utf_16"),
    (codecs.BOM_UTF16_BE, "utf_16"),
)
"""The marks at the beginning of a file, the longer ones first."""
WESTERN = ("cp1252", "latin_1", "iso8859_15", "cp1250", "cp1254", "cp1257", "iso8859_2")
"""Encodings that give western European names the same letters, or letters that only the language tells apart."""
FOUND = [name for name in CHARSETS if name.startswith("cp")]
"""Encodings that are found. What a Mac wrote looks like western text from Windows when it is short; it is chosen."""
BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf", b"{\\rtf")
"""How files begin that are no text."""
ALLOWED = "\t\n\r\f\x0b"


def text_of(content: bytes, charset: str = "") -> tuple[str, str]:
    """The text, and the encoding that it was read in. ``charset`` is the one that somebody chose, "" to find it.

    Raises Invalid for what is no text.
    """
    if content.startswith(BINARY):
        raise Invalid(file=_("This is no table. Save the list as CSV or XLSX, and choose that file."))
    found = charset or _charset_of(content)
    try:
        text = content.decode(found)
    except (UnicodeError, LookupError):
        raise Invalid(
            file=_("The letters of this file cannot be read. Save it as “CSV UTF-8”, and choose it again.")
        ) from None
    text = text.removeprefix("\ufeff")
    if any(letter < " " and letter not in ALLOWED for letter in set(text)):
        raise Invalid(file=_("The file holds signs that no text has. Save the list as CSV or XLSX again."))
    return text, {"utf_8_sig": UTF_8}.get(found, found)


def _charset_of(content: bytes) -> str:
    for mark, name in MARKS:
        if content.startswith(mark):
            return name
    if wide := _wide(content):
        return wide
    try:
        content.decode(UTF_8)
    except UnicodeDecodeError:
        return _narrow(content)
    return UTF_8


def _wide(content: bytes) -> str:
    """UTF-16 without a mark: in what is mostly western text every second byte is empty."""
    start = content[:4096]
    low, high = start[0::2].count(0), start[1::2].count(0)
    if max(low, high) * 4 < len(start):
        return ""
    return "utf_16_le" if high > low else "utf_16_be"


def _narrow(content: bytes) -> str:
    """One byte a letter. Western names look alike in several encodings: then it is the one that Windows writes."""
    best = from_bytes(content, cp_isolation=FOUND).best()
    if best is None or best.encoding in WESTERN:
        return WINDOWS
    return str(best.encoding)
