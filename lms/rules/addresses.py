"""E-mail addresses: one way to write each, so that two that mean the same mailbox are the same text.

Capitals and spaces around do not count, nor how a letter was typed (a full-width “a” is an “a”). A domain with other
letters is written in its ASCII form, as DNS, browsers and certificates have it (IDNA 2008 with UTS 46, where a “ß” is
no “ss”: that is somebody else's domain). Dots and a “+” in the name count: whether they
lead to the same mailbox is known to its server alone.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache

import idna

KEPT_FOR = timedelta(days=30)
"""So long after somebody gave an address up it is nobody else's, and mail about their door goes there, too."""

UNSEEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
"""Categories of characters that take no room, are orders to a machine, or mean nothing to everybody alike."""


def plain(address: str) -> str:
    """The address as it is stored and looked up; what is no address comes back as no address."""
    name, at, domain = unicodedata.normalize("NFKC", address).strip().rpartition("@")
    return f"{name}{at}{_in_ascii(domain)}".lower()


@lru_cache(maxsize=1024)
def _in_ascii(domain: str) -> str:
    """The domain as DNS has it; what is none comes back as it is, and ``is_plain`` says so. Kept: people share them."""
    with suppress(UnicodeError):
        return idna.encode(domain, uts46=True, transitional=False).decode("ascii")
    return domain


def is_plain(address: str) -> bool:
    """Whether an address, as somebody typed it, is one that every mail server reads in the same way.

    Nothing in it is unseen (joiners neither), no part is in quotation marks, and the domain has a form in ASCII.
    """
    letters = address.strip()
    name, _at, domain = unicodedata.normalize("NFKC", letters).rpartition("@")
    if not name or '"' in name:
        return False
    if not (letters.isascii() and letters.isprintable()) and any(
        unicodedata.category(letter) in UNSEEN for letter in letters
    ):
        return False
    return _is_domain(domain)


@lru_cache(maxsize=1024)
def _is_domain(domain: str) -> bool:
    try:
        dropped = [letter for letter in domain if not idna.uts46_remap(letter, std3_rules=False, transitional=False)]
        return not dropped and bool(idna.encode(domain, uts46=True, transitional=False))
    except UnicodeError:
        return False
