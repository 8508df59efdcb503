"""Addresses are made in one place: services name what is meant, and each app says where its kinds of target are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from lms import addresses
from lms.addresses import address_of, register_addresses, registered_addresses, web_address_of
from lms.api import all_kinds
from lms.rules.target import Target
from tests.factories import basics

ROOT = Path(settings.BASE_DIR)
APPS = ("lms", "coaching", "assessments", "cms")
ROOMS = ("services", "rules", "policies", "models")
REVERSES = {"reverse", "reverse_lazy", "resolve_url"}
PATH = re.compile(r"/[a-z]|[?&][a-z]+=")
PLACE = {"Target": 0, "found_by_policy": 1, "NoticeKind": 2}
"""Where a kind stands among what is given to a call."""
UID = basics.uid("x")


def sources(*rooms: str) -> Iterator[Path]:
    """Modules of these rooms of every app; of all rooms without any."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not rooms or path.relative_to(ROOT / app).with_suffix("").parts[0] in rooms:
                yield path


def makes_an_address(node: ast.AST) -> bool:
    """Whether this is an import or a use of a function that makes one, or a path or query of the site as a text."""
    match node:
        case ast.ImportFrom(names=names):
            return bool(REVERSES & {alias.name for alias in names})
        case ast.Attribute(value=module, attr=name):
            return name in REVERSES and ast.unparse(module).endswith(("urls", "shortcuts"))
        case ast.Constant(value=str() as text):
            return bool(PATH.match(text))
    return False


def made_here(source: str) -> Iterator[int]:
    """Lines that make an address; what documents something makes none."""
    tree = ast.parse(source)
    documents = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    yield from (node.lineno for node in ast.walk(tree) if node not in documents and makes_an_address(node))


def kinds_named(source: str) -> Iterator[str]:
    """Kinds of target that a module names: in a target, a kind of notice, or a finder."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PLACE:
            given = node.args[PLACE[node.func.id]]
            parts = (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,)
            yield from (part.value for part in parts if isinstance(part, ast.Constant))


def test_services_rules_policies_and_models_make_no_address() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}" for path in sources(*ROOMS) for line in made_here(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from django.urls import NoReverseMatch, reverse", [1]),
        ("from django.urls import reverse_lazy as lazy", [1]),
        ("from django.shortcuts import redirect, resolve_url", [1]),
        ("from django import urls\nurls.reverse('today')", [2]),
        ('redirect(f"/go/{uid}/")', [1]),
        ('address + f"?path={uid}"', [1]),
        ('"""/go/ is said here."""\nSITE = BASE + "/accounts/login/"', [2]),
        ('rows.reverse()\nsorted(rows, reverse=True)\nname.split("/")\n"a/b"', []),
    ],
)
def test_an_address_that_is_made_elsewhere_is_found(source: str, found: list[int]) -> None:
    assert list(made_here(source)) == found


def test_every_kind_that_is_named_is_registered_and_no_other() -> None:
    named = {kind for path in sources() for kind in kinds_named(path.read_text("utf-8"))}
    assert named == set(registered_addresses())
    assert {kind.leads_to for kind in all_kinds()} <= named


def test_kinds_that_are_named_are_found() -> None:
    source = 'Target("step", uid)\nTarget("case" if seen else "request", uid)\nfound_by_policy(policy, "thread")'
    assert list(kinds_named(f'{source}\nNoticeKind("a.code", said, "today", urgent=True)\nTarget(kind, uid)')) == [
        "step",
        "case",
        "request",
        "thread",
        "today",
    ]


@pytest.mark.parametrize("kind", sorted(registered_addresses()))
def test_every_kind_has_a_page(kind: str) -> None:
    found = []
    for about in (None, UID, "a-slug", 7):
        try:
            found.append(address_of(Target(kind, about)))
        except NoReverseMatch:
            continue
    assert found


def test_an_address_is_that_of_the_page_with_query_and_part() -> None:
    assert address_of(None) == ""
    assert address_of(Target("session", UID)) == reverse("session", args=[UID])
    assert address_of(Target("thread", UID, part="post-1")) == f"/exchange/{UID}/#post-1"
    both = (("enrolment", UID), ("step", "a&b"))
    assert address_of(Target("new session", query=both)) == f"/sessions/plan/?enrolment={UID}&step=a%26b"
    assert address_of(Target("log-in", query=(("next", "/today/"),))) == "/accounts/login/?next=/today/"
    assert web_address_of(Target("today")) == f"{settings.VOUCH_BASE_URL}/today/"


def test_a_kind_is_of_one_app_and_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for kept in ("_names", "_app_of"):
        monkeypatch.setattr(addresses, kept, dict(getattr(addresses, kept)))
    register_addresses("cms", {"today": "path"})
    assert address_of(Target("today")) == "/path/"
    with pytest.raises(ImproperlyConfigured, match="“today” belongs to cms"):
        register_addresses("coaching", {"today": "exchange"})
    with pytest.raises(KeyError):
        address_of(Target("nothing that is registered"))
