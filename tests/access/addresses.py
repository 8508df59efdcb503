"""Every address of the site, and which row of the matrix it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from .matrix import MATRIX, roles_of


@dataclass(frozen=True, slots=True)
class Address:
    """One pattern of the resolver: its name with the namespace ("" for none), its route, its named arguments."""

    name: str
    route: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return self.name or self.route


@dataclass(frozen=True, slots=True)
class Row:
    """What the matrix says of addresses that are not ours."""

    operation: str
    may: frozenset[str]
    opens: frozenset[str]
    open: bool


def addresses() -> list[Address]:
    """Everything that the resolver knows."""
    return list(_below(get_resolver(), "", "", ()))


def _below(resolver: URLResolver, space: str, route: str, names: tuple[str, ...]) -> Iterator[Address]:
    for found in resolver.url_patterns:
        here = route + str(found.pattern)
        named = (*names, *found.pattern.regex.groupindex)
        if isinstance(found, URLPattern):
            yield Address(space + found.name if found.name else "", here, named)
        else:
            yield from _below(found, f"{space}{found.namespace}:" if found.namespace else space, here, named)


def tried_names() -> set[str]:
    """Names of addresses that the matrix tries cell by cell."""
    return {line["try"].split()[1] for operation in MATRIX["operation"] for line in operation.get("tried", [])}


def row_of(name: str, route: str = "", rules: list[dict[str, Any]] | None = None) -> Row | None:
    """The rule for an address: that of the longest pattern; None when there is none. ValueError: two as long."""
    rules = MATRIX["rule"] if rules is None else rules
    fits = []
    for rule in rules:
        patterns = rule.get("names", []) if name else rule.get("routes", [])
        for pattern in patterns:
            if fnmatchcase(name, pattern) if name else route == pattern:
                fits.append((len(pattern.replace("*", "")) + (1000 if "*" not in pattern else 0), rule))
    if not fits:
        return None
    longest = max(length for length, _rule in fits)
    best = [rule for length, rule in fits if length == longest]
    if len(best) > 1:
        raise ValueError(f"{name or route} has two rows: {[rule['operation'] for rule in best]}")
    rule = best[0]
    return Row(
        rule["operation"], frozenset(roles_of(rule.get("may", ""))), frozenset(rule.get("opens", [])),
        bool(rule.get("open")),
    )  # fmt: skip
