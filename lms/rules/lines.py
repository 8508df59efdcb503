"""Text as it is kept: on one line (names, titles, reasons, what becomes the subject of a mail) or on several."""

from __future__ import annotations

import unicodedata

TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Marks that turn the direction of reading: with them a name can look like another one, or like two lines."""
UNSEEN = TURNS + "\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\ufff9\ufffa\ufffb"
"""Marks that take no room. Joiners (U+200C, U+200D) stay: names in some scripts are not right without them."""


def one_line(text: str) -> str:
    """The text without line breaks, control characters, unseen marks, and spaces that nobody meant."""
    kept = (letter for letter in str(text) if letter.isspace() or not (letter in UNSEEN or is_control(letter)))
    return " ".join("".join(kept).split())


def many_lines(text: str) -> str:
    """The text with its line breaks and its direction of reading, without control characters and outer spaces."""
    return "".join(letter for letter in str(text) if letter in "\n\r\t" or not is_control(letter)).strip()


def is_control(letter: str) -> bool:
    """Whether a character is an order to a machine, or half of one (a surrogate)."""
    return unicodedata.category(letter) in ("Cc", "Cs")


def shorten(text: str, length: int) -> str:
    """One line of at most so many characters; "…" stands for what was left out."""
    text = one_line(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
