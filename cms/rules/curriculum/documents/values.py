"""The types of single values and lists, and what their sentences say when a file holds something else.

A sentence names its field as ``{name}``; ``cms.rules.curriculum.sentences`` puts the name in and finds the line.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, Strict
from pydantic_core import PydanticCustomError

MAX_LIST = 2_000

T = TypeVar("T")


def wrong(sentence: str, key: str = "") -> PydanticCustomError:
    """The error that says ``sentence``; with ``key`` on the line of that key."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence, "key": key})


def _words(value: str) -> str:
    """Not blank, without control characters, without white space around."""
    if not value.strip():
        raise wrong("`{name}` is empty; write its text.")
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in value):
        raise wrong("`{name}` holds a control character; remove it.")
    return value.strip()


Text = Annotated[str, Strict(), AfterValidator(_words)]


def matching(pattern: str, wanted: str, longest: int = 100) -> AfterValidator:
    """Text of one form; ``wanted`` finishes the sentence "must be ..."."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if len(value) > longest or not compiled.fullmatch(value):
            raise wrong(f"`{{name}}` must be {wanted}, at most {longest} characters; change {value[:60]!r}.")
        return value

    return AfterValidator(check)


Slug = Annotated[Text, matching(r"[a-z0-9]+(-[a-z0-9]+)*", "lower-case words joined by hyphens, such as first-visit")]


def one_of(*choices: str) -> AfterValidator:
    """One of a few words."""

    def check(value: str) -> str:
        if value not in choices:
            raise wrong(not_one_of("{name}", choices, value))
        return value

    return AfterValidator(check)


def not_one_of(name: str, choices: tuple[str, ...], value: str) -> str:
    """The sentence about a word that is none of these."""
    return f"`{name}` must be one of {', '.join(choices)}; change {value[:60]!r}."


Whole = Annotated[int, Strict()]
YesNo = Annotated[bool, Strict()]


def _number(value: Any) -> float:
    """With decimals or without, and kept as it was written."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("float_type", "a number")
    return value


Number = Annotated[float, PlainValidator(_number)]
Share = Annotated[Number, Field(ge=0, le=1)]


def _not_null(value: Any) -> Any:
    if value is None:
        raise wrong("`{name}` is empty; write its text.")
    return value


Maybe = Annotated[T | None, BeforeValidator(_not_null)]
"""A key that may be absent; written, it holds something."""


def entries(least: int = 0, most: int = MAX_LIST) -> BeforeValidator:
    """How many entries a list has."""

    def check(value: Any) -> Any:
        if isinstance(value, list | tuple) and not least <= len(value) <= most:
            bound = f"at least {least}" if len(value) < least else f"at most {most:,}"
            wanted = f"exactly {least}" if least == most else bound
            raise wrong(f"`{{name}}` must have {wanted} entries, not {len(value)}; add or remove some.")
        return value

    return BeforeValidator(check)
