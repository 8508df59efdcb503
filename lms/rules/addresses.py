"""E-mail addresses: one way to write each, so that two that mean the same mailbox are the same text.

Capitals and spaces around do not count, nor how a letter was typed (a full-width “a” is an “a”). A domain with other
letters is written in its ASCII form, as DNS and certificates have it. Dots and a “+” in the name count: whether they
lead to the same mailbox is known to its server alone.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from datetime import timedelta

KEPT_FOR = timedelta(days=30)
"""So long after somebody gave an address up it is nobody else's, and mail about their door goes there, too."""


def plain(address: str) -> str:
    """The address as it is stored and looked up; what is no address comes back as no address."""
    name, at, domain = unicodedata.normalize("NFKC", address).strip().rpartition("@")
    with suppress(UnicodeError):  # no domain at all: whoever validates it says so
        domain = domain.encode("idna").decode("ascii")
    return f"{name}{at}{domain}".lower()
