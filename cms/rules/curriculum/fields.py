"""Small readers that turn nodes into typed values and note what is wrong with them.

A reader is a function from a ``Place`` to a value. After a mistake it notes one problem and answers with an
empty value of the right type, so that reading goes on and one run finds as much as it can. A place without
a node is one whose mistake is already noted: readers stay silent there.

    with place.mapping() as m:
        return CourseDoc(at=m.at, slug=m.get("slug", slug), minutes=m.get("minutes", whole(1)))

Leaving the ``with`` block reports every key that nobody asked for.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from cms.rules.curriculum.documents.base import At
from cms.rules.curriculum.source import Listing, Node, Problem, Scalar
from cms.rules.curriculum.source import Mapping as MappingNode

MAX_LIST = 2_000
MAX_UNKNOWN = 20

T = TypeVar("T")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader stands: a node, the name of its field, and the list that takes the problems."""

    file: str
    name: str
    node: Node | None
    problems: list[Problem]

    def wrong(self, message: str, line: int | None = None) -> None:
        """Note a problem here; silent where a problem was noted before."""
        if self.node is not None:
            self.problems.append(Problem(self.file, line or self.node.line, message))

    def inside(self, name: str, node: Node | None) -> Place:
        return Place(self.file, name, node, self.problems)

    def scalar(self, wanted: str) -> Scalar | None:
        if isinstance(self.node, Scalar):
            return self.node
        if self.node is not None:
            self.wrong(f"`{self.name}` must be {wanted}, not {self.node.kind}; write it after the colon.")
        return None

    def mapping(self) -> Fields:
        if isinstance(self.node, MappingNode):
            return Fields(self, self.node)
        if self.node is not None:
            self.wrong(f"`{self.name}` must be a mapping of keys, not {self.node.kind}; write its keys below it.")
        return Fields(self.inside(self.name, None), MappingNode(1, {}, {}))


Reader = Callable[[Place], T]


class Fields:
    """The keys of one mapping while it is being read."""

    def __init__(self, place: Place, node: MappingNode) -> None:
        self._place = place
        self._node = node
        self._asked: set[str] = set()

    def __enter__(self) -> Fields:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        unknown = [key for key in self._node.pairs if key not in self._asked]
        for key in unknown[:MAX_UNKNOWN]:
            near = difflib.get_close_matches(key[:60], self._asked, n=1)
            hint = f"write `{near[0]}`" if near else "remove it, or put quotes around the text it stands in"
            self._place.wrong(f"The key `{key[:60]}` is unknown here; {hint}.", self._node.key_lines[key])

    @property
    def at(self) -> At:
        """Where this mapping and each of its values stand, for problems found later."""
        lines: dict[str, int] = {}
        for key, value in self._node.pairs.items():
            lines[key] = value.line if isinstance(value, Scalar) else self._node.key_lines[key]
            if isinstance(value, Listing):
                lines.update({f"{key}/{index}": item.line for index, item in enumerate(value.items)})
            elif isinstance(value, MappingNode):
                lines.update({f"{key}/{inner}": line for inner, line in value.key_lines.items()})
        return At(self._place.file, self._node.line, lines)

    def has(self, *keys: str) -> bool:
        """Whether any of these keys is written."""
        return any(key in self._node.pairs for key in keys)

    def wrong(self, message: str, key: str = "") -> None:
        self._place.wrong(message, self._node.key_lines.get(key, self._node.line))

    def accept_all(self) -> None:
        """Report no unknown keys: used when it is already unclear what this mapping is."""
        self._asked.update(self._node.pairs)

    def get(self, key: str, read: Reader[T]) -> T:
        """A required key."""
        self._asked.add(key)
        if key not in self._node.pairs:
            self._place.wrong(f"The key `{key}` is missing; add it to `{self._place.name}`.", self._node.line)
        return read(self._place.inside(key, self._node.pairs.get(key)))

    def maybe(self, key: str, read: Reader[T]) -> T | None:
        """An optional key; ``None`` when it is not written."""
        self._asked.add(key)
        return self.get(key, read) if self.has(key) else None


def text(place: Place) -> str:
    """Words, not blank, without control characters."""
    found = place.scalar("text")
    if found is None:
        return ""
    if not isinstance(found.value, str) or found.kind != "text":
        if found.kind == "nothing":
            place.wrong(f"`{place.name}` is empty; write its text.")
        else:
            place.wrong(f"`{place.name}` must be text, but YAML reads {found.text} as {found.kind}; put it in quotes.")
        return ""
    if not found.text.strip():
        place.wrong(f"`{place.name}` is empty; write its text.")
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in found.text):
        place.wrong(f"`{place.name}` holds a control character; remove it.")
        return ""
    return found.text.strip()


def matching(pattern: str, wanted: str, longest: int = 100) -> Reader[str]:
    """Text of one form; ``wanted`` finishes the sentence "must be ..."."""
    compiled = re.compile(pattern)

    def read(place: Place) -> str:
        value = text(place)
        if value and (len(value) > longest or not compiled.fullmatch(value)):
            place.wrong(f"`{place.name}` must be {wanted}, at most {longest} characters; change {value[:60]!r}.")
            return ""
        return value

    return read


slug = matching(_SLUG.pattern, "lower-case words joined by hyphens, such as first-visit")


def one_of(*choices: str) -> Reader[str]:
    def read(place: Place) -> str:
        value = text(place)
        if value and value not in choices:
            place.wrong(f"`{place.name}` must be one of {', '.join(choices)}; change {value[:60]!r}.")
            return ""
        return value

    return read


def whole(low: int | None = None, high: int | None = None) -> Reader[int]:
    """A whole number within limits."""

    def read(place: Place) -> int:
        found = place.scalar("a whole number")
        if found is None:
            return 0
        if isinstance(found.value, bool) or not isinstance(found.value, int):
            place.wrong(f"`{place.name}` must be a whole number in plain digits; change {found.text[:60]!r}.")
            return 0
        return int(_within(place, found.value, low, high))

    return read


def number(low: float | None = None, high: float | None = None) -> Reader[float]:
    """A number, with decimals or without, within limits."""

    def read(place: Place) -> float:
        found = place.scalar("a number")
        if found is None:
            return 0
        if isinstance(found.value, bool) or not isinstance(found.value, int | float):
            place.wrong(f"`{place.name}` must be a number in plain digits; change {found.text[:60]!r}.")
            return 0
        return _within(place, found.value, low, high)

    return read


def _within(place: Place, value: float, low: float | None, high: float | None) -> float:
    if low is not None and value < low:
        place.wrong(f"`{place.name}` must be at least {low}; change {value}.")
    elif high is not None and value > high:
        place.wrong(f"`{place.name}` must be at most {high}; change {value}.")
    return value


def yes_no(place: Place) -> bool:
    found = place.scalar("true or false")
    if found is not None and not isinstance(found.value, bool):
        place.wrong(f"`{place.name}` must be true or false; change {found.text[:60]!r}.")
    return found is not None and found.value is True


def or_null(read: Reader[T]) -> Reader[T | None]:
    """A required key that may hold ``null``."""

    def read_or_null(place: Place) -> T | None:
        if isinstance(place.node, Scalar) and place.node.kind == "nothing":
            return None
        return read(place)

    return read_or_null


def list_of(read: Reader[T], least: int = 0, most: int = MAX_LIST) -> Reader[tuple[T, ...]]:
    """A list with a bounded number of entries."""

    def read_list(place: Place) -> tuple[T, ...]:
        if not isinstance(place.node, Listing):
            if place.node is not None:
                place.wrong(f"`{place.name}` must be a list, not {place.node.kind}; write it in square brackets.")
            return ()
        count = len(place.node.items)
        if count < least or count > most:
            wanted = (
                f"exactly {least}" if least == most else f"at least {least}" if count < least else f"at most {most:,}"
            )
            place.wrong(f"`{place.name}` must have {wanted} entries, not {count}; add or remove some.")
            return ()
        return tuple(read(place.inside(f"{place.name}, entry {n}", item)) for n, item in enumerate(place.node.items, 1))

    return read_list


def mapping_of(read: Reader[T], *keys: str, every: bool = False) -> Reader[Mapping[str, T]]:
    """A mapping whose values are all alike; with ``keys`` only these, and with ``every`` all of them."""

    def read_mapping(place: Place) -> Mapping[str, T]:
        with place.mapping() as m:
            if keys:
                return {key: m.get(key, read) for key in keys if every or m.has(key)}
            written = place.node.pairs if isinstance(place.node, MappingNode) else {}
            return {key: m.get(key, read) for key in written}

    return read_mapping
