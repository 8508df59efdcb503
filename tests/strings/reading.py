"""What a person reads of a page, a mail or a table: its text nodes, and the attributes that are shown or said."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from openpyxl import load_workbook

SAID = {"alt", "title", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "placeholder"}
SILENT = {"script", "style", "template", "code"}
BUTTONS = {"submit", "button", "reset"}


class Reader(HTMLParser):
    """Collects every text node and every attribute in words, with where it stands."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self.silent = 0
        self.tag = ""
        self.run = False
        """Whether the last text goes on: a word may break inside an address."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "wbr":
            return
        self.tag, self.run = tag, False
        self.silent += tag in SILENT
        have = {name: value or "" for name, value in attrs}
        for name, value in have.items():
            # A data-* attribute in words is shown by a script; a name or a number is not.
            if name in SAID or (name.startswith("data-") and " " in value.strip()) or name.startswith("data-say"):
                self.found.append((f"{tag} {name}", value))
        if tag == "input" and have.get("type") in BUTTONS:
            self.found.append(("input value", have.get("value", "")))
        if tag == "meta" and have.get("name") == "description":
            self.found.append(("meta description", have.get("content", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.silent -= tag in SILENT

    def handle_endtag(self, tag: str) -> None:
        self.run = False
        self.silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            if self.run:
                data = self.found.pop()[1] + data
            self.found.append((self.tag, data))
            self.run = True


def of_html(text: str) -> list[tuple[str, str]]:
    """Each (where, text) of a page."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    return [(where, " ".join(said.split())) for where, said in reader.found]


def of_response(response: HttpResponse) -> Iterator[tuple[str, str]]:
    """Of whatever came back: a page, a table; nothing of a file that somebody uploaded."""
    kind = response.get("Content-Type", "").partition(";")[0]
    body: Any = b"".join(response.streaming_content) if response.streaming else response.content
    if kind == "text/html":
        yield from of_html(body.decode())
    elif kind == "text/csv":
        for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))):
            yield from (("cell", cell) for cell in row)
    elif kind.endswith("spreadsheetml.sheet"):
        for sheet in load_workbook(io.BytesIO(body)):
            yield "sheet", sheet.title
            yield from (("cell", str(cell)) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    elif kind == "text/calendar":
        for line in re.findall(r"^(?:SUMMARY|DESCRIPTION|LOCATION):(.*)$", body.decode(), re.M):
            yield "calendar", line


def of_mail(message: str) -> Iterator[tuple[str, str]]:
    """The subject and every line of the bodies."""
    mail = message_from_bytes(message.encode(), policy=policy.default)
    yield "subject of a mail", str(mail["Subject"])
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            yield from (("mail", line) for line in part.get_content().splitlines())
        elif part.get_content_type() == "text/html":
            yield from of_html(part.get_content())
