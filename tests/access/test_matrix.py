"""The access matrix (TRUST): every URL has a row, every cell of an operation that exists is tried."""

from __future__ import annotations

from typing import Any

import pytest

from .addresses import addresses, row_of, tried_names
from .admin import Admin, Opened
from .matrix import MATRIX, ROLE_NAMES, STRANGERS, Cell, cells, trust_of
from .probes import PROBES
from .walk import Answer, Walked
from .world import ROLES

pytestmark = pytest.mark.django_db  # the walks need it, and run beside the others that do

STATUS = {"Y": {200, 302}, "s": {403}, "-": {404}, "c": {409}, "v": {422}}
ALLOWED, REFUSED = {"Y", "c", "v"}, {"s", "-"}
DOOR = "/accounts/login/"
LED_BACK = {"/cms/", "/people/invite/"}
"""Where the admin sends whoever may not; inviting asks again."""
OPERATIONS = MATRIX["operation"]
NOBODYS = {"the pattern page"}


# --- Every URL has a row --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", addresses(), ids=str)
def test_every_address_has_one_row(address: object) -> None:
    """A new page fails here until somebody has said who may open it."""
    name, route = address.name, address.route  # type: ignore[attr-defined]
    row = row_of(name, route)
    assert (name in tried_names()) != (row is not None), "no row in matrix.toml, or two"


def test_an_address_that_nobody_wrote_down_has_none() -> None:
    assert row_of("a_new_page", "a-new-page/") is None
    assert row_of("", "a-new-page/") is None


def test_two_rows_as_long_are_refused_and_the_longer_one_wins() -> None:
    rules = [{"names": ["ab*"], "operation": "1"}, {"names": ["a*c"], "operation": "2"}]
    with pytest.raises(ValueError, match="two rows"):
        row_of("abc", rules=rules)
    rules.append({"names": ["abc"], "operation": "3"})
    assert row_of("abc", rules=rules).operation == "3"  # type: ignore[union-attr]


def test_no_row_is_about_what_is_gone() -> None:
    there = addresses()
    assert tried_names() - {address.name for address in there} == set()
    assert {cell.probe for cell in cells()} == PROBES.keys()
    used = {row.operation for address in there if (row := row_of(address.name, address.route))}
    assert {rule["operation"] for rule in MATRIX["rule"]} - used == set()
    opened = {name for rule in MATRIX["rule"] for name in rule.get("opens", [])}
    assert opened - {address.name for address in there} == set()


# --- The words of TRUST and what is tried ---------------------------------------------------------------------------


def codes_of(operation: dict[str, Any], role: str, whose: set[str]) -> set[str]:
    """What a role gets somewhere in an operation."""
    mine = [cell for cell in cells() if cell.operation == operation["name"] and cell.role == role]
    return {cell.code for cell in mine if cell.whose in whose}


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if "trust" in one], ids=lambda one: one["name"])
def test_what_is_tried_is_what_trust_says_or_the_difference_is_written(operation: dict[str, Any]) -> None:
    if not operation.get("tried"):
        assert operation.get("missing") or operation.get("wagtail")
        return
    differs = {ROLE_NAMES.get(name, name) for name in operation.get("differs", {})}
    unlike = set()
    for role, word in trust_of(operation).items():
        theirs = codes_of(operation, role, {"near", "all"})
        if word == "-" and theirs & ALLOWED:
            unlike.add(role)
        if word == "Y":
            assert theirs & ALLOWED, role
        if word == "o":
            near = codes_of(operation, role, {"near"})
            assert role == "NH" or not near & ALLOWED or role in differs, role
            assert codes_of(operation, role, {"own", "all"} | ({"near"} if role == "NH" else set())) & ALLOWED, role
    assert unlike - differs - ({*ROLES} if "rest" in differs else set()) == set()


def test_every_operation_is_tried_or_listed_as_missing() -> None:
    for operation in OPERATIONS:
        assert operation.get("tried") or operation.get("missing") or operation.get("wagtail"), operation["name"]


# --- Every cell -----------------------------------------------------------------------------------------------------


def wrong(cell: Cell, got: Answer) -> str:
    """What is wrong with an answer; nothing when it is as the matrix says."""
    post = cell.probe.startswith("POST")
    if cell.role in STRANGERS:
        fine = got.status == 403 if post else got.status == 302 and got.to.startswith(DOOR)
    else:
        fine = got.status in STATUS[cell.code] and not got.to.startswith("/accounts/")
    if not fine:
        return f"got {got.status} {got.to}, not {cell.code}"
    if post and cell.code == "Y" and not got.changed:
        return "the form that should be done changed nothing, so a refusal of it would prove nothing"
    if got.changed and (not post or cell.code != "Y"):
        return f"changed {sorted(got.changed)}"
    return ""


def test_everybody_gets_what_the_matrix_says(walked: Walked) -> None:
    found = {f"{cell.role} {cell.probe} {cell.whose}": wrong(cell, got) for cell, got in walked.cells.items()}
    assert {name: sentence for name, sentence in found.items() if sentence} == {}


def test_every_method_that_an_address_takes_is_tried(walked: Walked) -> None:
    tried = {tuple(probe.split()[:2][::-1]) for probe in PROBES}
    taken = {(name, method) for name, methods in walked.methods.items() for method in methods}
    assert taken - tried == set()


# --- Addresses that are not ours ------------------------------------------------------------------------------------


BOOKKEEPING = {
    "cms_customdocument", "cms_customimage", "cms_customrendition",  # sizes and fingerprints of files, when first asked
    "wagtailsearch_indexentry",  # where an image whose size was noted is indexed again
    "wagtailadmin_editingsession", "wagtailcore_pagesubscription", "wagtailusers_userprofile",  # who has what open
}  # fmt: skip
"""What Wagtail and allauth write down when a page of theirs is opened."""


def not_let_in(got: Answer) -> bool:
    """How Wagtail refuses: the log-in page, its own home with a sentence, 403 or 404."""
    led_away = got.status == 302 and (got.to.startswith((DOOR, "/cms/login/")) or got.to in LED_BACK)
    return got.status in (403, 404, 405) or led_away


def wrong_there(asked: Opened, got: Answer) -> str:
    """What is wrong with an answer of the admin; nothing when it is as the matrix says."""
    if got.changed - (BOOKKEEPING if asked.method == "GET" else set()):
        return f"changed {sorted(got.changed)}"
    if got.status == 500 and asked.address != "wagtailadmin_error_test":
        return "failed"
    if asked.row.open or asked.role in asked.row.may:
        opens = asked.role in asked.row.may and asked.address in asked.row.opens and asked.method == "GET"
        if opens and got.status != 200:
            return f"got {got.status} {got.to}, not the page"
        return ""
    return "" if not_let_in(got) else f"got {got.status} {got.to}"


def test_nobody_gets_into_the_admin_but_those_whom_the_matrix_names(admin: Admin) -> None:
    found = {f"{one.role} {one.method} {one.address}": wrong_there(one, got) for one, got in admin.answers.items()}
    assert {name: sentence for name, sentence in found.items() if sentence} == {}


def test_no_address_was_left_out(admin: Admin) -> None:
    assert admin.unreached == []
