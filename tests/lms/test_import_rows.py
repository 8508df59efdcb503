"""Correcting rows of a file on its page, leaving rows out, and what the page of a person says of files."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from lms.api import (
    LEARNING_ADMINISTRATORS,
    FileLook,
    Membership,
    PeopleImport,
    User,
    apply_import,
    choose_columns,
    correct_rows,
    forget_files,
    look_at_import,
    read_people_file,
    rows_shown,
    take_back_import,
)
from lms.errors import Changed, Conflict, Invalid, NotAllowed
from lms.rules.people_files import corrections
from lms.rules.people_files.corrections import Corrections, RowsToCorrect
from tests.clients import log_in, words_of
from tests.factories import basics, people
from tests.people_files import HEADS, csv_bytes, upload
from tests.shown import look_and_send

pytestmark = pytest.mark.django_db

NUMBER, NAME, MAIL, JOB, TEAM, MANAGER, ENTRY, EXIT = range(8)
ANA = ("1", "Ana Duarte", "ana@example.com", "Consultant", "Ports", "", "2026-04-20", "")
BO = ("2", "Bo Lind", "bo@example.com", "", "Ports", "77", "", "")
"""Whose manager is nobody."""


@pytest.fixture
def learning(db: None) -> User:
    return people.in_group(LEARNING_ADMINISTRATORS)


@pytest.fixture
def desk(learning: User) -> Client:
    """L&D, signed in."""
    return log_in(learning)


def read(actor: User, *rows: tuple[str, ...], **choices: Any) -> PeopleImport:
    kept = read_people_file(actor=actor, file=upload(csv_bytes(*rows)), key=basics.key(), at=basics.NOON)
    if choices:
        choose_columns(
            actor=actor, import_uid=kept.uid, columns=kept.columns, key=basics.key(), at=basics.NOON, **choices
        )
    return kept


def correct(actor: User, kept: PeopleImport, cells: Any = None, out: Any = None, **fields: Any) -> PeopleImport:
    kept.refresh_from_db()
    said = {"shown": rows_shown(kept), "key": basics.key(), "at": basics.NOON} | fields
    correct_rows(actor=people.fresh(actor), import_uid=kept.uid, cells=cells or {}, out=out or {}, **said)
    kept.refresh_from_db()
    return kept


def look(actor: User, kept: PeopleImport) -> FileLook:
    return look_at_import(PeopleImport.objects.get(pk=kept.pk), basics.NOON, actor)


def sentences(actor: User, kept: PeopleImport) -> list[str]:
    plan = look(actor, kept).plan
    assert plan is not None
    return [problem.sentence for problem in plan.problems]


def write(actor: User, kept: PeopleImport, **fields: Any) -> PeopleImport:
    plan = look(actor, kept).plan
    assert plan is not None
    said = {"shown": plan.fingerprint, "key": basics.key(), "at": basics.NOON} | fields
    return apply_import(actor=people.fresh(actor), import_uid=kept.uid, **said)


# --- Cells


def test_a_corrected_cell_is_read_instead_and_the_file_stays_as_it_is(learning: User) -> None:
    kept = read(learning, ANA, BO)
    before = bytes(kept.content or b"")
    correct(learning, kept, {(3, MANAGER): " 1\n"})
    assert kept.corrections == {"cells": {"3": {"5": "1"}}, "out": []}
    assert bytes(kept.content or b"") == before
    assert sentences(learning, kept) == []
    write(learning, kept)
    assert User.objects.get(employee_number="2").full_name == "Bo Lind"
    assert Membership.objects.get(role="manager").person.employee_number == "1"


def test_a_cell_that_is_still_wrong_keeps_what_was_written_with_the_new_sentence(learning: User) -> None:
    kept = read(learning, ANA, BO)
    correct(learning, kept, {(3, MANAGER): "78"})
    assert sentences(learning, kept) == [
        "The manager “78” is the employee number or address of nobody here or in the file."
    ]


def test_a_cell_that_says_what_the_file_says_is_corrected_no_more(learning: User) -> None:
    kept = read(learning, ANA, BO)
    correct(learning, kept, {(3, MANAGER): "1", (3, JOB): "Seller"})
    correct(learning, kept, {(3, MANAGER): " 77 "})
    assert kept.corrections == {"cells": {"3": {"3": "Seller"}}, "out": []}
    correct(learning, kept, {(3, JOB): ""})
    assert kept.corrections == {}


def test_days_are_read_in_the_order_of_the_file_whatever_is_corrected(learning: User) -> None:
    kept = read(learning, (*ANA[:6], "25/04/2026", ""), (*BO[:5], "1", "31/04/2026", ""))
    correct(learning, kept, {(3, ENTRY): "04/05/2026"})
    found = look(learning, kept)
    assert (found.order, found.question) == ("dmy", "")
    write(learning, kept)
    assert User.objects.get(employee_number="2").started_on.isoformat() == "2026-05-04"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("row", "concerned"),
    [
        (BO, ["Manager"]),
        (("2", "Bo", "", "", "Ports", "", "", ""), ["Employee number", "E-mail address"]),
        (("2", "Bo", "bo@example.com", "", "", "", "", ""), ["Team", "Manager"]),
        (("2", "Bo", "bo@example.com", "", "Ports", "", "2026-05-01", "2026-04-20"), ["First day", "Last day"]),
        (("2", "", "bo@example.com", "", "Ports", "", "", ""), ["Full name"]),
        (("2", "Bo", "bo@example.com", "", "Ports", "", "32.01.2026", ""), ["First day"]),
        (("2", "Bo", "bo@example.com", "", "Ports", "", "", "", "one more"), [
            "Employee number", "Full name", "E-mail address", "Job title", "Team", "Manager", "First day", "Last day",
            "Cell 9",
        ]),
    ],
)  # fmt: skip
def test_the_cells_that_a_problem_is_about_stand_first(
    learning: User, row: tuple[str, ...], concerned: list[str]
) -> None:
    kept = read(learning, row)
    found = look(learning, kept)
    assert found.plan is not None
    rows = RowsToCorrect(found.as_read, Corrections(), found.columns)
    first = rows.with_problem(found.plan.problems[0])
    assert [cell.label for cell in first.concerned] == concerned
    assert len(first.cells) == max(len(row), len(HEADS))


def test_a_row_with_a_cell_too_many_is_put_right_by_emptying_it(learning: User) -> None:
    kept = read(learning, ANA, ("2", "Lind", "Bo", "bo@example.com", "", "Ports", "", "", "2027-01-01"))
    assert "9 cells" in sentences(learning, kept)[0]
    cells = {1: "Bo Lind", 2: "bo@example.com", 3: "", 4: "Ports", 5: "", 8: ""}
    correct(learning, kept, {(3, place): text for place, text in cells.items()})
    assert sentences(learning, kept) == []


def test_what_is_no_cell_too_long_or_too_much_is_refused(learning: User, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = read(learning, ANA, BO)
    for cells in ({(9, 0): "x"}, {(3, 8): "x"}, {(3, -1): "x"}, {(1, 0): "x"}, {(3, 0): "x" * 1001}):
        with pytest.raises(Invalid):
            correct(learning, kept, cells)
    monkeypatch.setattr(corrections, "MOST_CORRECTED", 2)
    correct(learning, kept, {(3, MANAGER): "1"}, {2: True})
    with pytest.raises(Invalid, match="More than 2 cells and rows"):
        correct(learning, kept, {(3, JOB): "Seller"})
    assert kept.corrections == {"cells": {"3": {"5": "1"}}, "out": [2]}


def test_a_line_that_is_not_in_the_file_is_not_left_out(learning: User) -> None:
    kept = correct(learning, read(learning, ANA), out={99: True, 0: True})
    assert kept.corrections == {}


# --- Rows that are left out


def test_a_row_that_is_left_out_is_not_written_and_comes_back_as_a_file(learning: User) -> None:
    kept = correct(learning, read(learning, ANA, BO), {(3, MANAGER): "78"}, {3: True})
    assert sentences(learning, kept) == []
    done = write(learning, kept)
    assert not User.objects.filter(employee_number="2").exists()
    out = bytes(done.left_out or b"").decode("utf-8-sig").splitlines()
    assert out[1] == "2,Bo Lind,bo@example.com,,Ports,78,,,Left out by hand."
    assert len(out) == 2


def test_a_row_is_taken_in_again(learning: User) -> None:
    kept = correct(learning, read(learning, ANA, BO), out={3: True})
    correct(learning, kept, out={3: False})
    assert len(sentences(learning, kept)) == 1
    assert kept.corrections == {}


def test_nobody_is_missing_while_a_row_is_left_out(learning: User) -> None:
    team = people.team(slug="ports")
    for number in ("1", "2"):
        who = people.person(f"Here {number}", employee_number=number)
        Membership.objects.create(person=who, team=team, from_on=basics.NOON.date() - timedelta(days=30))
    rows = [("1", "", "", "", "Ports", "", "", ""), ("2", "", "", "", "Ports", "", "", "")]
    kept = correct(learning, read(learning, *rows, leave="missing"), out={3: True})
    plan = look(learning, kept).plan
    assert plan is not None
    assert (plan.missing, plan.counts["leaving"]) == ((), 0)
    assert "while a row is left out" in plan.notes[0]


# --- Together with others, and afterwards


def test_a_page_on_which_somebody_else_corrected_meanwhile_is_refused(learning: User) -> None:
    kept = read(learning, ANA, BO)
    shown = rows_shown(kept)
    correct(learning, kept, {(3, MANAGER): "1"})
    with pytest.raises(Changed):
        correct(learning, kept, {(3, MANAGER): "2"}, shown=shown)
    choose_columns(
        actor=learning, import_uid=kept.uid, columns=kept.columns | {"Mail": ""}, key=basics.key(), at=basics.NOON
    )
    with pytest.raises(Changed):
        correct(learning, kept, {(3, MANAGER): "2"}, shown=rows_shown(kept) and shown)
    assert kept.corrections["cells"] == {"3": {"5": "1"}}


def test_a_plan_that_was_looked_at_before_a_correction_is_not_written(learning: User) -> None:
    kept = read(learning, ANA, BO)
    plan = look(learning, kept).plan
    assert plan is not None
    correct(learning, kept, {(3, MANAGER): "1"})
    with pytest.raises(Changed):
        write(learning, kept, shown=plan.fingerprint)


def test_nobody_else_corrects_and_nothing_is_corrected_after_it_was_written(learning: User) -> None:
    kept = read(learning, ANA, BO)
    with pytest.raises(NotAllowed):
        correct(people.person(), kept, {(3, MANAGER): "1"})
    correct(learning, kept, {(3, MANAGER): "1"})
    write(learning, kept)
    with pytest.raises(Conflict, match="written already"):
        correct(learning, kept, {(3, MANAGER): "2"})


def test_the_same_key_again_is_the_same_correction(learning: User) -> None:
    kept = read(learning, ANA, BO)
    fields = {"shown": rows_shown(kept), "key": basics.key()}
    correct(learning, kept, {(3, MANAGER): "1"}, **fields)
    before = kept.corrections
    assert correct(learning, kept, {(3, MANAGER): "1"}, **fields).corrections == before
    with pytest.raises(Conflict):
        correct(learning, kept, {(3, MANAGER): "2"}, **fields)


def test_corrections_go_with_the_file(learning: User) -> None:
    written, waiting = (correct(learning, read(learning, ANA, BO), {(3, MANAGER): "1"}) for _time in range(2))
    assert write(learning, written).corrections == {}
    assert forget_files(basics.NOON + timedelta(hours=25)) == 1
    waiting.refresh_from_db()
    assert (waiting.content, waiting.corrections) == (None, {})


def test_an_import_with_corrections_is_taken_back(learning: User) -> None:
    kept = correct(learning, read(learning, ANA, BO), {(3, MANAGER): "1"})
    write(learning, kept)
    taken = take_back_import(
        actor=people.fresh(learning), import_uid=kept.uid, key=basics.key(), at=basics.NOON + timedelta(hours=1)
    )
    assert taken.stays == ()
    assert not User.objects.filter(employee_number__in=["1", "2"]).exists()


# --- The page


def text_of(answer: Any) -> str:
    """The page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", words_of(answer)).split()).replace(" ,", ",").replace(" :", ":")


def opened(client: Client, *rows: tuple[str, ...]) -> str:
    sent = {"key": basics.key(), "file": upload(csv_bytes(*rows))}
    return str(client.post("/people/import/", sent).headers["Location"])


def sent(act: str, **fields: Any) -> dict[str, Any]:
    said = {name.replace("_", "-") if name[-1].isdigit() else name: value for name, value in fields.items()}
    return {"key": basics.key(), "act": act, **said}


def value_of(page: str, name: str) -> str:
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert field, name
    found = re.search(r'value="([^"]*)"', field[0])
    return found[1] if found else ""


def test_a_row_is_corrected_on_the_page_until_it_can_be_read(desk: Client) -> None:
    url = opened(desk, ANA, BO)
    page = desk.get(url).content.decode()
    assert value_of(page, "cell-3-5") == "77"
    assert page.index('name="cell-3-5"') < page.index("The other cells of this row") < page.index('name="cell-3-0"')
    answer = look_and_send(desk, url, sent("correct", cell_3_5="78"))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{url}#problems")
    page = desk.get(url).content.decode()
    assert value_of(page, "cell-3-5") == "78"
    for said in ("The manager “78” is", "Corrected here. The file says: 77", "As in the file again"):
        assert said in text_of(desk.get(url)), said
    assert look_and_send(desk, url, sent("correct", cell_3_5="1")).status_code == 302
    words = text_of(desk.get(url))
    for said in ("Every row can be read", "Corrected or left out", "corrected here"):
        assert said in words, said
    assert look_and_send(desk, url, sent("put_back", line="3")).status_code == 302
    assert value_of(desk.get(url).content.decode(), "cell-3-5") == "77"


def test_a_box_puts_a_cell_back_that_is_still_wrong(desk: Client) -> None:
    url = opened(desk, ANA, BO)
    look_and_send(desk, url, sent("correct", cell_3_5="78"))
    look_and_send(desk, url, sent("correct", cell_3_5="79", back_3_5="on"))
    assert value_of(desk.get(url).content.decode(), "cell-3-5") == "77"
    assert PeopleImport.objects.get().corrections == {}


def test_a_row_is_left_out_on_the_page_and_taken_in_again(desk: Client) -> None:
    url = opened(desk, ANA, BO)
    assert look_and_send(desk, url, sent("correct", cell_3_5="78", out_3="on")).status_code == 302
    assert "Take it in again: Bo Lind" in text_of(desk.get(url))
    assert "Left out by hand." in desk.get(f"{url}left-out.csv").content.decode()
    look_and_send(desk, url, sent("put_back", line="3"))
    assert value_of(desk.get(url).content.decode(), "cell-3-5") == "78", "what was written in it stays"
    look_and_send(desk, url, sent("correct", cell_3_5="78", out_3="on"))
    assert look_and_send(desk, url, sent("write", invitations="later")).status_code == 302
    assert "Left out" in text_of(desk.get(url))
    assert "Left out by hand." in desk.get(f"{url}left-out.csv").content.decode()


def test_what_was_written_stays_on_a_page_that_is_stale_or_too_long(desk: Client) -> None:
    url = opened(desk, ANA, BO)
    stale = desk.post(url, sent("correct", cell_3_5="somebody else", shown="0" * 64))
    assert stale.status_code == 409
    assert "has changed since you opened it" in stale.content.decode()
    assert value_of(stale.content.decode(), "cell-3-5") == "somebody else"
    look_and_send(desk, url, sent("correct", cell_3_5="1"))
    late = desk.post(url, sent("correct", cell_3_5="somebody else", shown="0" * 64))
    assert late.status_code == 409
    assert value_of(late.content.decode(), "cell-3-5") == "somebody else"
    assert "This row is settled by now" in late.content.decode()
    assert value_of(late.content.decode(), "cell-3-1") == "Bo Lind", "what the form did not send is not emptied"
    again = opened(desk, ANA, BO)
    long = look_and_send(desk, again, sent("correct", cell_3_5="x" * 1001))
    assert long.status_code == 422
    assert value_of(long.content.decode(), "cell-3-5") == "x" * 1001


def test_a_form_that_comes_twice_is_one_act(desk: Client) -> None:
    rows = [(str(n), f"N {n}", f"n{n}@example.com", "", "Ports", "77", "", "") for n in range(10, 40)]
    url = opened(desk, *rows)
    look_and_send(desk, url, sent("correct", cell_2_5="78"))
    for act, fields in (
        ("correct", {"cell_2_5": "79", "back_2_5": "on", "cell_3_5": ""}), ("put_back", {"line": "3"}),
    ):  # fmt: skip
        page = desk.get(url).content.decode()
        form = sent(act, **fields) | {
            "shown": page.split(f'value="{act}"')[0].rsplit('name="shown" value="', 1)[1][:64]
        }
        assert [desk.post(url, form).status_code for _time in range(2)] == [302, 302]
    assert PeopleImport.objects.get().corrections == {}


def test_a_form_that_names_no_row_changes_nothing(desk: Client) -> None:
    url = opened(desk, ANA, BO)
    for line in ("", "x", "9" * 20, "-1", "99"):
        assert look_and_send(desk, url, sent("put_back", line=line)).status_code == 302
    assert look_and_send(desk, url, sent("correct", cell_99_0="x", out_77="on")).status_code == 422
    assert look_and_send(desk, url, sent("correct", out_77="on")).status_code == 302
    assert PeopleImport.objects.get().corrections == {}


def test_many_rows_are_corrected_page_by_page(desk: Client, django_assert_max_num_queries: Any) -> None:
    rows = [(str(n), f"N {n}", f"n{n}@example.com", "", "Ports", "77", "", "") for n in range(10, 40)]
    url = opened(desk, *rows)
    with django_assert_max_num_queries(20):
        page = desk.get(f"{url}?wrong=2").content.decode()
    assert page.count('name="out-') == 10
    answer = look_and_send(desk, f"{url}?wrong=2", sent("correct", cell_31_5=""))
    assert answer.headers["Location"] == f"{url}?wrong=2#problems"
    assert "29 rows cannot be read" in text_of(desk.get(url))


# --- The page of a person


def test_the_page_of_a_person_says_what_files_changed(desk: Client, learning: User) -> None:
    who = people.person("Ana Old", employee_number="1", email="ana.old@example.com", started_on=None)
    team = people.team(slug="ports")
    Membership.objects.create(person=who, team=team, from_on=basics.NOON.date() - timedelta(days=30))
    kept = read(learning, (*ANA[:6], "2026-02-02", ""), ("2", "Bo Lind", "bo@example.com", "", "Docks", "1", "", ""))
    write(learning, kept)
    url = f"/people/{who.uid}/profile/"
    page = text_of(desk.get(url))
    for said in (
        "From files", "people.csv", "Full name: was Ana Old becomes Ana Duarte", "First day: 2 February 2026",
        "Proposed address: was ana.old@example.com becomes ana@example.com", "Manages: Docks",
    ):  # fmt: skip
        assert said in page, said
    assert f'href="/people/import/{kept.uid}/"' in desk.get(url).content.decode()
    new = User.objects.get(employee_number="2")
    assert "by which they came" in text_of(desk.get(f"/people/{new.uid}/profile/"))
    take_back_import(actor=people.fresh(learning), import_uid=kept.uid, key=basics.key(), at=basics.NOON)
    assert "taken back" in text_of(desk.get(url))


def test_only_who_may_look_at_imports_sees_them_on_the_page_of_a_person(learning: User) -> None:
    who, manager = people.person("Ana Old", employee_number="1"), people.person("Mo")
    people.team(who, slug="ports", manager=manager)
    write(learning, read(learning, ("1", "Ana New", "", "", "", "", "", "")))
    address = f"/people/{who.uid}/profile/"
    seen = {
        reader.full_name: "From files" in text_of(log_in(reader).get(address))
        for reader in (learning, people.administrator(), manager, User.objects.get(pk=who.pk))
    }
    assert list(seen.values()) == [True, True, False, False]
