"""From the errors of pydantic to problems: a sentence that says what to change, and the line where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from cms.rules.curriculum.documents.base import Absent, At, Doc, PlacedMapping, Unknown
from cms.rules.curriculum.documents.values import not_one_of
from cms.rules.curriculum.source import Listing, Node, Problem, Scalar
from cms.rules.curriculum.source import Mapping as MappingNode

D = TypeVar("D", bound=Doc)

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
}
_LIST, _MAPPING = "tuple_type", ("model_type", "dict_type")


def validate(kind: type[D], file: str, node: Node) -> tuple[D | None, list[Problem]]:
    """The document that a file holds, or what is wrong with its form."""
    try:
        return kind.model_validate(as_values(file, node)), []
    except ValidationError as error:
        found = error.errors(include_url=False)
        return None, [Problem(file, *_place_and_sentence(file, node, item)) for item in found]


def as_values(file: str, node: Node) -> Any:
    """Plain values for pydantic. Mappings keep their place, and what is no ordinary value stays a node."""
    match node:
        case MappingNode():
            return PlacedMapping({key: as_values(file, value) for key, value in node.pairs.items()}, _at(file, node))
        case Listing():
            return [as_values(file, item) for item in node.items]
        case Scalar(kind=kind):
            return node if kind in ("a date", "an unusual number", "a special sign") else node.value


def _at(file: str, node: MappingNode) -> At:
    """Where a mapping and each of its values stand, for problems found later."""
    lines: dict[str, int] = {}
    for key, value in node.pairs.items():
        lines[key] = value.line if isinstance(value, Scalar) else node.key_lines[key]
        if isinstance(value, Listing):
            lines.update({f"{key}/{index}": item.line for index, item in enumerate(value.items)})
        elif isinstance(value, MappingNode):
            lines.update({f"{key}/{inner}": line for inner, line in value.key_lines.items()})
    return At(file, node.line, lines)


def _place_and_sentence(file: str, node: Node, error: Mapping[str, Any]) -> tuple[int, str]:
    path = [part for part in error["loc"] if not str(part).startswith("~")]
    ctx, kind, given = error.get("ctx", {}), error["type"], error["input"]
    if kind == "missing" or isinstance(given, Absent):
        parent, name = _node_at(node, path[:-1]), _name(file, path[:-1])
        return parent.line, f"The key `{path[-1]}` is missing; add it to `{name}`."
    if isinstance(given, Unknown):
        parent, key = _node_at(node, path[:-1]), str(path[-1])
        hint = f"write `{given.near}`" if given.near else "remove it, or put quotes around the text it stands in"
        line = parent.key_lines[key] if isinstance(parent, MappingNode) else parent.line
        return line, f"The key `{key[:60]}` is unknown here; {hint}."
    here, name = _node_at(node, path), _name(file, path)
    if kind == "kind":
        key, _, choices = error["msg"].partition(": ")
        return _of_kind(here, name, key, tuple(choices.split(", ")))
    if kind == "form" and isinstance(here, MappingNode):
        return here.line, error["msg"]
    if kind == "sentence":
        return here.line, ctx["sentence"].replace("{name}", name)
    return here.line, _of_type(here, name, kind, ctx)


def _of_kind(here: Node, name: str, key: str, choices: tuple[str, ...]) -> tuple[int, str]:
    """The key that says which form a mapping has is not there, or is none of the ``choices``."""
    if not isinstance(here, MappingNode):
        return here.line, _of_type(here, name, "model_type", {})
    value = here.pairs.get(key)
    if value is None:
        return here.line, f"The key `{key}` is missing; add it to `{name}`."
    if isinstance(value, Scalar) and value.kind == "text" and value.text.strip():
        return value.line, not_one_of(key, choices, value.text.strip())
    return value.line, _of_type(value, key, "string_type", {})


def _of_type(here: Node, name: str, kind: str, ctx: Mapping[str, Any]) -> str:
    if kind == _LIST:
        return f"`{name}` must be a list, not {here.kind}; write it in square brackets."
    if kind in _MAPPING or kind == "form":
        return f"`{name}` must be a mapping of keys, not {here.kind}; write its keys below it."
    wanted = _WANTED.get(kind, "another value")
    if not isinstance(here, Scalar):
        return f"`{name}` must be {wanted}, not {here.kind}; write it after the colon."
    if kind == "string_type":
        if here.kind == "nothing" or not here.text.strip():
            return f"`{name}` is empty; write its text."
        return f"`{name}` must be text, but YAML reads {here.text[:60]} as {here.kind}; put it in quotes."
    if kind == "bool_type":
        return f"`{name}` must be true or false; change {here.text[:60]!r}."
    if kind == "greater_than_equal":
        return f"`{name}` must be at least {ctx['ge']}; change {here.text}."
    if kind == "less_than_equal":
        return f"`{name}` must be at most {ctx['le']}; change {here.text}."
    return f"`{name}` must be {wanted} in plain digits; change {here.text[:60]!r}."


def _node_at(node: Node, path: list[int | str]) -> Node:
    """The node at the end of ``path``, or the last one on the way that is there."""
    for part in path:
        if isinstance(node, MappingNode) and str(part) in node.pairs:
            node = node.pairs[str(part)]
        elif isinstance(node, Listing) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
    return node


def _name(file: str, path: list[int | str]) -> str:
    """How a sentence names what stands there: the key, "`skills`, entry 3", or the file."""

    def parts() -> Iterator[str]:
        name = file
        for part in path:
            name = f"{name}, entry {part + 1}" if isinstance(part, int) else part
            yield name

    return list(parts())[-1] if path else file
