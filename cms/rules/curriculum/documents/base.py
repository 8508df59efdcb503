"""What every document shares: it is read by pydantic, and knows where it was written."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_validator,
)

from cms.rules.curriculum.source import Problem

MAX_UNKNOWN = 20


@dataclass(frozen=True, slots=True)
class At:
    """File and line of a document, and the line of each of its values (``title``, ``skills``, ``skills/2``).

    Documents are compared by what they hold, so one place equals every other.
    """

    file: str = field(compare=False)
    line: int = field(compare=False)
    lines: Mapping[str, int] = field(compare=False)


NOWHERE = At("", 0, {})


class PlacedMapping(dict[str, Any]):
    """A mapping of a file with the place where it stands."""

    def __init__(self, values: Mapping[str, Any], at: At) -> None:
        super().__init__(values)
        self.at = at


@dataclass(frozen=True, slots=True)
class Absent:
    """In the place of a key that is not there and has to be."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """In the place of the value of a key that means nothing here; ``near`` is a key that was perhaps meant."""

    near: str


def known_keys(data: PlacedMapping, known: Iterable[str], needed: Iterable[str] = ()) -> PlacedMapping:
    """The mapping, with what is missing and what is unknown marked so that no type takes it."""
    known, kept, unknown = set(known), dict[str, Any](), 0
    for key, value in data.items():
        if key in known:
            kept[key] = value
        elif unknown < MAX_UNKNOWN:
            unknown += 1
            kept[key] = Unknown(next(iter(difflib.get_close_matches(key[:60], known, n=1)), ""))
    return PlacedMapping({key: Absent() for key in needed if key not in data} | kept, data.at)


def keyed(*keys: str, every: bool = False) -> BeforeValidator:
    """A mapping of values that are all alike, under these keys only; with ``every`` under all of them."""

    def check(value: Any) -> Any:
        return known_keys(value, keys, keys if every else ()) if isinstance(value, PlacedMapping) else value

    return BeforeValidator(check)


class Doc(BaseModel):
    """A structure of the curriculum. Two documents are equal when their contents are, wherever they stand.

    ``together``: when any of the first keys is written, all of the second have to be.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    together: ClassVar[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = ()
    _at: At = PrivateAttr(default=NOWHERE)

    @model_validator(mode="wrap")
    @classmethod
    def _remember_place(cls, data: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(data, PlacedMapping):
            return build(data)
        known = [info.alias or name for name, info in cls.model_fields.items()]
        needed = [key for any_of, all_of in cls.together if any(key in data for key in any_of) for key in all_of]
        doc = build(known_keys(data, known, needed))
        doc._at = data.at
        return doc

    @property
    def at(self) -> At:
        return self._at

    @property
    def file(self) -> str:
        return self._at.file

    @property
    def line(self) -> int:
        return self._at.line

    def become(self, kind: type[D], **changes: Any) -> D:
        """This as another kind of document, or with other values, at the same place."""
        made = kind.model_construct(**{**dict(self), **changes})
        made._at = self._at
        return made

    def problem(self, message: str, key: str = "", entry: int | str | None = None) -> Problem:
        """A problem on the line of this document, of its ``key``, or of an entry of the list or mapping there."""
        line = self._at.lines.get(key, self._at.line)
        if entry is not None:
            line = self._at.lines.get(f"{key}/{entry}", line)
        return Problem(self._at.file, line, message)


D = TypeVar("D", bound=Doc)


def by(key: str, tags: Mapping[str, str]) -> Discriminator:
    """Which document of a union is meant: what ``key`` says, as one of ``tags``; a ``Tag`` has "~" before it."""

    def tag(data: Any) -> str | None:
        value = data.get(key) if isinstance(data, PlacedMapping) else getattr(data, key, None)
        return f"~{tags[value]}" if isinstance(value, str) and value in tags else None

    return Discriminator(tag, custom_error_type="kind", custom_error_message=f"{key}: {', '.join(tags)}")


def by_key(sentence: str, *keys: str, of: Callable[[Any], str]) -> Discriminator:
    """Which document of a union is meant: the one of these keys that is written. ``of`` tells it of a document."""

    def tag(data: Any) -> str | None:
        if not isinstance(data, PlacedMapping):
            return f"~{of(data)}"
        written = [key for key in keys if key in data]
        return f"~{written[0]}" if len(written) == 1 else None

    return Discriminator(tag, custom_error_type="form", custom_error_message=sentence)
