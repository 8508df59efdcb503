"""Links that people give: to a page of the web, that leads where it says and carries nobody's secrets."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from lms.rules.lines import one_line

SCHEMES = ("http", "https")


def wrong_with_link(text: str) -> str:
    """What is wrong with a link, in a sentence; "" when nothing is."""
    if text != one_line(text):
        return _("This link has line breaks or unseen marks in it. Copy it again from the address bar.")
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:  # brackets, a port that is no number, letters that only look like others
        return _("This link cannot be read. Copy it again from the address bar, without placeholders in brackets.")
    if parts.scheme not in SCHEMES or not host:
        return _("Write a whole link that begins with https://.")
    if "@" in parts.netloc or "\\" in parts.netloc:
        return _("Leave names and passwords out of the link: whoever sees it could use them.")
    return ""
