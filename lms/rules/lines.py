"""Text as it is kept: on one line (names, titles, reasons, what becomes the subject of a mail) or on several."""

from __future__ import annotations

import unicodedata

from icu import Char, UProperty

JOINERS = "\u200c\u200d"
"""Names in some scripts are not right without them, and a picture of several people is one."""
EMOJI_STYLE = "\ufe0f"
BLANK = "\u2800"
"""A pattern of Braille without a dot: the one sign that takes room and shows nothing."""


def one_line(text: str) -> str:
    """The text without line breaks, control characters, unseen marks, and spaces that nobody meant.

    "" when nothing that can be seen is left.
    """
    text = str(text)
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept: list[str] = []
    for letter in text:
        if letter.isspace() or not (is_control(letter) or is_unseen(letter, kept[-1] if kept else "")):
            kept.append(letter)
    line = " ".join("".join(kept).split())
    return line if shows(line) else ""


def is_unseen(letter: str, before: str) -> bool:
    """Whether a sign takes no room after another: it formats, joins or turns, or Unicode lets programs ignore it.

    A joiner is needed after a letter of a script without capitals, its vowels, or an emoji; there it changes what one
    sees. So does the style of an emoji.
    """
    if letter in JOINERS:
        return not before or unicodedata.category(before) not in ("Lo", "Mn", "Mc", "So", "Sk")
    if letter == EMOJI_STYLE:
        return not before or before.isascii() or not Char.hasBinaryProperty(before, UProperty.EMOJI)
    if Char.hasBinaryProperty(letter, UProperty.PREPENDED_CONCATENATION_MARK):
        return False  # the sign of a year or a page in Arabic: it formats, and one sees it
    ignorable = Char.hasBinaryProperty(letter, UProperty.DEFAULT_IGNORABLE_CODE_POINT)
    return letter == BLANK or ignorable or unicodedata.category(letter) == "Cf"


def shows(text: str) -> bool:
    """Whether there is anything to see: a letter, a digit or a sign; accents alone stand on nothing."""
    return any(
        unicodedata.category(letter)[0] in "LNPS" and not (letter in JOINERS or is_unseen(letter, ""))
        for letter in text
    )


def many_lines(text: str) -> str:
    """The text with its line breaks and its direction of reading, without control characters and outer spaces.

    "" when nothing that can be seen is left.
    """
    kept = "".join(letter for letter in str(text) if letter in "\n\r\t" or not is_control(letter)).strip()
    return kept if shows(kept) else ""


def is_control(letter: str) -> bool:
    """Whether a character is an order to a machine, or half of one (a surrogate)."""
    return unicodedata.category(letter) in ("Cc", "Cs")


def shorten(text: str, length: int) -> str:
    """One line of at most so many characters; "…" stands for what was left out."""
    text = one_line(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
