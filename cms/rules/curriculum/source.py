"""Reading one YAML file into nodes that know their line.

The curriculum is written by hand, so a mistake must be named by file and line, and a file from a stranger
must not be able to exhaust the machine. The file is therefore read as a flat stream of YAML events: size,
depth and number of values are bounded, and anchors, aliases and tags, which the curriculum does not need,
are refused.

Nothing here raises for bad input: every function answers with what it could read and a list of problems.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_BYTES = 5_000_000
MAX_DEPTH = 20
MAX_VALUES = 100_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = yaml.resolver.Resolver()
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_DECIMAL = re.compile(r"-?[0-9]{1,9}\.[0-9]{1,9}")
_TRUE = {"yes", "true", "on"}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to change in the curriculum. ``str()`` gives ``2-learning.yaml:123: sentence``."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. ``kind`` says in plain words how YAML 1.1 reads it; ``text`` is how it was written."""

    line: int
    text: str
    value: str | int | float | bool | None
    kind: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A YAML sequence."""

    line: int
    items: tuple[Node, ...]
    kind: str = "a list"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A YAML mapping without duplicate keys. Keys are compared as written, so ``no`` and ``1`` are ordinary
    keys.
    """

    line: int
    pairs: dict[str, Node]
    key_lines: dict[str, int]
    kind: str = "a mapping of keys"


Node = Scalar | Listing | Mapping


def load(folder: Path, file: str) -> tuple[Node | None, list[Problem]]:
    """Read ``folder/file``. Gives no node when the file is missing, too large, not UTF-8 or not YAML."""
    path = folder / file
    try:
        if not path.is_file():
            return None, [Problem(file, 1, "This file is missing; add it to the curriculum folder.")]
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError:
        return None, [Problem(file, 1, "This file cannot be opened; check its permissions.")]
    return parse(file, content)


def parse(file: str, content: bytes) -> tuple[Node | None, list[Problem]]:
    """Read the bytes of one file. ``file`` is only used to name problems."""
    if len(content) > MAX_BYTES:
        return None, [Problem(file, 1, f"This file is too large; keep it below {MAX_BYTES // 1_000_000} MB.")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return None, [Problem(file, line, "This line is not UTF-8; save the file in the encoding UTF-8.")]
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not builder.take(event):
                break
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        builder.stop(
            mark.line + 1 if mark else 1,
            f"This is not valid YAML ({error.problem or 'it cannot be read'}); check indentation, "
            "quotes and commas here.",
        )
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        builder.stop(line, "This line holds a control character; remove it.")
    except (yaml.YAMLError, ValueError, RecursionError):
        builder.stop(1, "This file cannot be read as YAML; write it again in plain YAML.")
    return builder.result()


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been met."""

    line: int
    is_mapping: bool
    children: list[Node] = field(default_factory=list)


class _Builder:
    """Builds the tree from events without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.stopped = False
        self.documents = 0
        self.values = 0
        self.open: list[_Open] = []

    def stop(self, line: int, message: str) -> bool:
        """Note a problem after which the rest of the file cannot be trusted."""
        self.problems.append(Problem(self.file, line, message))
        self.stopped = True
        return False

    def result(self) -> tuple[Node | None, list[Problem]]:
        if self.stopped:
            return None, self.problems
        if self.root is None:
            return None, [Problem(self.file, 1, "This file is empty; write its keys as the README describes.")]
        return self.root, self.problems

    def take(self, event: Event) -> bool:
        """Take in one event; ``False`` means: read no further."""
        line = event.start_mark.line + 1 if event.start_mark else 1
        for refusal in self._refusals(event):
            return self.stop(line, refusal)
        if isinstance(event, ScalarEvent):
            self._add(_scalar(event, line))
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self.open.append(_Open(line, isinstance(event, MappingStartEvent)))
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            closed = self.open.pop()
            self._add(self._mapping(closed) if closed.is_mapping else Listing(closed.line, tuple(closed.children)))
        return True

    def _refusals(self, event: Event) -> Iterator[str]:
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                yield "A second document starts here; remove the line with three dashes."
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            yield "Anchors (&) and aliases (*) are not used here; write the value out, or put it in quotes."
        if getattr(event, "tag", None):
            yield "Tags (!) are not used here; remove the tag, or put the value in quotes."
        if isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
            self.values += 1
            if self.values > MAX_VALUES:
                yield f"This file holds more than {MAX_VALUES:,} values; make it smaller."
            if len(self.open) >= MAX_DEPTH:
                yield f"This is nested more than {MAX_DEPTH} levels deep; remove brackets."

    def _add(self, node: Node) -> None:
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node

    def _mapping(self, closed: _Open) -> Mapping:
        pairs: dict[str, Node] = {}
        key_lines: dict[str, int] = {}
        for key, value in zip(closed.children[::2], closed.children[1::2], strict=True):
            if not isinstance(key, Scalar):
                message = "A key must be one word, not a list or mapping; check brackets and quotes here."
                self.problems.append(Problem(self.file, key.line, message))
            elif key.text in pairs:
                message = f"The key `{key.text}` is written twice; remove one of them."
                self.problems.append(Problem(self.file, key.line, message))
            else:
                pairs[key.text] = value
                key_lines[key.text] = key.line
        return Mapping(closed.line, pairs, key_lines)


def _scalar(event: ScalarEvent, line: int) -> Scalar:
    """Decide what a value is, by the rules of YAML 1.1; numbers only in their plain decimal form."""
    text: str = event.value
    if not event.implicit[0] or len(text) > 60:
        return Scalar(line, text, text, "text")
    tag = str(_RESOLVER.resolve(yaml.ScalarNode, text, (True, False))).rsplit(":", 1)[-1]
    if tag == "str":
        return Scalar(line, text, text, "text")
    if tag == "int" and _WHOLE.fullmatch(text):
        return Scalar(line, text, int(text), "a whole number")
    if tag == "float" and _DECIMAL.fullmatch(text):
        return Scalar(line, text, float(text), "a number with decimals")
    if tag == "bool":
        return Scalar(line, text, text.lower() in _TRUE, "yes-or-no")
    if tag == "null":
        return Scalar(line, text, None, "nothing")
    kind = {"timestamp": "a date", "int": "an unusual number", "float": "an unusual number"}.get(tag, "a special sign")
    return Scalar(line, text, text, kind)
