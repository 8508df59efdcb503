"""A language that exists only in tests: every translated string comes back accented, longer and in brackets.

What still has a plain letter in it was never given to gettext. Placeholders, tags and entities stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.utils import translation
from django.utils.safestring import SafeData, SafeString, mark_safe

from lms.rules.said import kept_sentence

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ACCENTED = "åƀçđéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ"
TABLE = str.maketrans(PLAIN, ACCENTED)
KEPT = re.compile(r"(%\(\w+\)[-0-9.]*[a-z]|%[sdr%]|\{[^{}]*\}|<[^<>]+>|&#?\w+;)")
FILLER = "ļöñĝéŕ "
GROWTH = 0.4


def pseudo(text: str) -> str:
    """The string as the language has it: ``Save`` becomes ``⟦Šåṽé ļö⟧``."""
    if not re.search("[A-Za-z]", KEPT.sub("", text)):
        return text
    parts = KEPT.split(text)
    said = "".join(part if n % 2 else part.translate(TABLE) for n, part in enumerate(parts))
    wanted = max(2, round(sum(map(len, parts[::2])) * GROWTH))
    filler = (FILLER * (wanted // len(FILLER) + 1))[:wanted].rstrip()
    found = f"⟦{said} {filler}⟧"
    return mark_safe(found) if isinstance(text, SafeData | SafeString) else found


@contextmanager
def pseudo_language(only: str = "") -> Iterator[None]:
    """Everything that is translated meanwhile, lazily or at once, in code, templates and packages.

    ``only``: while this language is active, and nothing in the others, which stay English.
    """

    def said(message: str) -> str:
        return pseudo(message) if only in ("", translation.get_language()) else message

    def gettext(message: str) -> str:
        return said(message)

    def ngettext(singular: str, plural: str, number: Any) -> str:
        return said(singular if number == 1 else plural)

    def pgettext(context: str, message: str) -> str:
        return said(message)

    def npgettext(context: str, singular: str, plural: str, number: Any) -> str:
        return ngettext(singular, plural, number)

    ours = {"gettext": gettext, "ngettext": ngettext, "pgettext": pgettext, "npgettext": npgettext}
    # Some sentences are kept, once a language: not those of another test.
    kept_sentence.cache_clear()
    with patch.multiple(translation._trans, create=True, **ours):
        yield
    kept_sentence.cache_clear()
