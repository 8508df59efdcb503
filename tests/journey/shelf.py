"""Pages as the site answered them, kept and given out again: a browser can look at each as often as it likes."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders

from tests.factories import pictures

NOT_KEPT = {"content-length", "set-cookie"}
TELLING = ("type", "aria-invalid", "disabled")
"""Attributes on which it depends how an element looks."""
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


@dataclass(frozen=True)
class Kept:
    """A page: which probe it answers, with what, and as it came."""

    probe: str
    status: int
    headers: dict[str, str]
    body: str
    new: bool = True
    """Whether something stands on it that stands on no page before it."""

    def __str__(self) -> str:
        return f"{self.probe} [{self.status}]"

    @property
    def name(self) -> str:
        """Without for whom and about whom."""
        return self.probe.partition(":")[0]


class Shelf:
    """Keeps every page once; in another state or for somebody else, when something new stands on it."""

    def __init__(self) -> None:
        self.pages: list[Kept] = []
        self._known: set[Any] = set()
        self._named: set[str] = set()

    def note(self, probe: str, response: Any) -> None:
        """What came back; redirections, files and answers without a page are nobody's to look at."""
        if response.streaming or not response.get("Content-Type", "").startswith("text/html") or not response.content:
            return
        if response.has_header("Location"):
            return
        body = response.content.decode()
        headers = {name: value for name, value in response.headers.items() if name.lower() not in NOT_KEPT}
        self.add(Kept(probe, response.status_code, headers, body))

    def add(self, page: Kept) -> None:
        """Onto the shelf, if it is new."""
        parts = parts_of(page.body) | {page.status}
        new = not parts <= self._known
        self._known |= parts
        first = page.status == 200 and page.name not in self._named and not page.name.startswith("POST")
        if new or first:
            self.pages.append(replace(page, new=new))
        if page.status == 200:
            self._named.add(page.name)


class Parts(HTMLParser):
    """What a page is made of: elements as the style sheet knows them, pairs of headings, names that are given twice."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[Any] = set()
        self.heading = ""
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        self.found.add((tag, have.get("class", ""), *(f"{name}={have[name]}" for name in TELLING if name in have)))
        if tag in HEADINGS:
            self.found.add((self.heading, tag))
            self.heading = tag
        if (name := have.get("id", "")) in self.ids and name:
            self.found.add(("twice", name))
        self.ids.add(name)


def parts_of(body: str) -> set[Any]:
    """Of a whole page."""
    parts = Parts()
    parts.feed(body)
    parts.close()
    return parts.found


@contextmanager
def given_out(shelf: Shelf) -> Iterator[str]:
    """Serve the shelf: page n at <address>/n, with the status and the headers that it had; the static files; and one
    photo for everybody, whose own is gone with the world.
    """
    photo = pictures.bytes_of(pictures.quarters())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            if path.startswith(settings.STATIC_URL):
                self._static(path.removeprefix(settings.STATIC_URL))
            elif path.startswith("/photos/"):
                self._send(200, {"Content-Type": "image/png"}, photo)
            elif (number := path.strip("/")).isdigit():
                page = shelf.pages[int(number)]
                self._send(page.status, page.headers, page.body.encode())
            else:
                self._send(404, {}, b"")

        def _static(self, name: str) -> None:
            file = finders.find(name)
            if not file:
                self._send(404, {}, b"")
                return
            kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
            self._send(200, {"Content-Type": kind, "Cache-Control": "max-age=3600"}, Path(file).read_bytes())

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
