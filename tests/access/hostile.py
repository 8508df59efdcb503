"""Addresses as nobody's browser asks for them: each argument of each URL pattern in turn holds something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import unquote_to_bytes

from django.db import transaction
from django.test import Client

from .addresses import Address, addresses

UID = "0190f3c5-7a5b-4c8e-9f1a-0123456789ab"
ARGUMENT = re.compile(r"<(?:(?P<kind>\w+):)?\w+>|\((?:\?P<\w+>)?(?P<group>(?:[^()]|\([^()]*\))*)\)[?*+]?")
FITTING = {"int": "1", "uuid": UID, "slug": "cms", "str": "cms", "path": "a", None: "1"}


def holding(value: str, *, kinds: tuple[str, ...] = ()) -> Iterator[tuple[Address, str]]:
    """Every address with this value in one of its arguments (of these kinds only, if any are named; "": a regular
    expression), and what fits in the others.
    """
    for address in addresses():
        route = re.sub(r"\^|\$|\\Z", "", address.route).replace(r"\.", ".")
        spots = list(ARGUMENT.finditer(route))
        between = ["/" + route[: spots[0].start()]] if spots else []
        between += [route[one.end() : other.start()] for one, other in pairwise(spots)]
        for chosen, spot in enumerate(spots):
            if kinds and (spot["kind"] or "") not in kinds:
                continue
            given = [value if place == chosen else FITTING.get(one["kind"], "1") for place, one in enumerate(spots)]
            raw = "".join(before + each for before, each in zip(between, given, strict=True))
            yield address, raw + route[spots[-1].end() :]


def ask(client: Client, raw: str, query: str = "", method: str = "GET", **fields: Any) -> Any:
    """Send a path as it is, percent signs and dots included; what it changes is taken back."""
    sent = {"PATH_INFO": unquote_to_bytes(raw).decode("latin-1"), "QUERY_STRING": query}
    client.raise_request_exception = False
    with transaction.atomic():
        answer = client.generic(method, "/", **sent, **fields)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.body = body
        transaction.set_rollback(True)
    return answer
