"""Follows people on their way: which addresses they open, and one form of each kind as the browser sent it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.urls import Resolver404, resolve

from .site import Person

NO_WORDS = ("csrfmiddlewaretoken", "key", "seal", "password", "login")


@dataclass(frozen=True)
class Sent:
    """A form as the browser sent it; ``kind`` is the name of its address, and the act that it asks for."""

    by: str
    kind: str
    path: str
    fields: tuple[tuple[str, str], ...]
    enctype: str

    @property
    def words(self) -> list[str]:
        """What somebody wrote or chose: more than one word, in a field that is no secret."""
        return [value for name, value in self.fields if name not in NO_WORDS and len(value.split()) > 1]

    def with_new_key(self) -> Sent:
        """The same act once more, not the same form: nothing may be refused only because the key was used."""
        fields = tuple((name, str(uuid.uuid4()) if name == "key" else value) for name, value in self.fields)
        return replace(self, fields=fields)


class Watch:
    """``opened``: the first address of each name, by person; ``sent``: the first form of each kind."""

    def __init__(self) -> None:
        self.opened: dict[tuple[str, str], str] = {}
        self.sent: dict[str, Sent] = {}

    def follow(self, person: Person) -> None:
        """From now on."""
        person.page.on("request", lambda request: self._note(person, request))

    def _note(self, person: Person, request: Any) -> None:
        address = urlsplit(request.url)
        name = name_of(address.path)
        if not name:
            return
        path = address._replace(scheme="", netloc="").geturl()
        if request.method == "POST":
            enctype = request.headers.get("content-type", "")
            fields = fields_of(request.post_data_buffer or b"", enctype)
            act = "rate" if "seal" in dict(fields) else dict(fields).get("act") or dict(fields).get("turn") or ""
            kind = f"{name} {act}".strip()
            self.sent.setdefault(kind, Sent(person.name, kind, path, fields, enctype.partition(";")[0]))
        elif request.resource_type == "document":
            self.opened.setdefault((person.name, name), path)


def name_of(path: str) -> str:
    """The name of an address of ours; empty for pages of the tree and files."""
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def fields_of(body: bytes, enctype: str) -> tuple[tuple[str, str], ...]:
    """The fields of a form, in order, without files."""
    if not enctype.startswith("multipart/"):
        return tuple(parse_qsl(body.decode(), keep_blank_values=True))
    whole: Any = message_from_bytes(f"Content-Type: {enctype}\r\n\r\n".encode() + body, policy=HTTP)
    parts = [part for part in whole.iter_parts() if part.get_filename() is None]
    return tuple((str(part.get_param("name", header="content-disposition")), part.get_content()) for part in parts)
