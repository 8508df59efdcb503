"""Links that people give: to a page of the web, that leads where it says and carries nobody's secrets.

Authors give them in their words, too, and may lead to a page of ours there.
"""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from lms.rules.lines import one_line, shorten

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


ELSEWHERE = ("mailto:", "tel:", "#")
"""Where words of authors may lead besides: to a mailbox, to a telephone, to a place on the same page."""


def wrong_with_link_in_words(link: str) -> str:
    """What is wrong with a link of an author: as above; it may also lead to a page of ours, without its host."""
    ours = link.startswith("/") and link[1:2] not in ("/", "\\")
    if (ours or link.startswith(ELSEWHERE)) and link == one_line(link):
        return ""
    return wrong_with_link(link)


def wrong_with_links(html: str) -> str:
    """The first link in a text that is wrong, and why; "" when none is."""
    reader = _Links()
    reader.feed(html)
    wrongs = ((link, wrong_with_link_in_words(link)) for link in reader.found)
    return next((f"{shorten(link, 60)}: {wrong}" for link, wrong in wrongs if wrong), "")


class _Links(HTMLParser):
    """Where the links of a text lead; those that name a page or file of ours have no address yet."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == "href"]
