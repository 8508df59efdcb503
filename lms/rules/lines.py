"""Text that has to fit on one line: reasons, titles, and sentences that become the subject of a mail."""

from __future__ import annotations


def one_line(text: str) -> str:
    """The text without line breaks and without spaces that nobody meant."""
    return " ".join(str(text).split())


def shorten(text: str, length: int) -> str:
    """One line of at most so many characters; "…" stands for what was left out."""
    text = one_line(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
