"""What was shown is what is signed (PRODUCT, invariant 13).

A form whose act rests on something that can change carries a *fingerprint* of what its page showed. The service makes
the fingerprint again, behind its lock, and refuses when the two differ (``require_same``). A page and its service ask
the same function for it, so that what is compared is what was read.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lms.errors import Changed

from .digest import digest


def fingerprint(what: str, *values: Any) -> str:
    """SHA-256, in hex, of what a page shows of ``what``: values that ``lms.rules.digest`` can write as JSON."""
    return digest([what, *values])


def require_same(shown: str, now: str) -> None:
    """Raise Changed when a form's page did not show what is there now; also for a form that does not say."""
    if shown != now:
        raise Changed(
            _(
                "What this page showed has changed since you opened it. Nothing is done yet, and your words are kept: "
                "look at it as it is now, then send it again."
            )
        )
