"""The pages of importing people, and the command."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from lms.api import LEARNING_ADMINISTRATORS, AddressProposal, PeopleImport, User, open_proposals
from tests.clients import log_in, words_of
from tests.factories import basics, people
from tests.page import main_of
from tests.people_files import ANA, HEADS, csv_bytes, upload, xlsx_bytes
from tests.shown import look_and_send

pytestmark = pytest.mark.django_db

URL = "/people/import/"
BO = ("8", "Bo", "bo@example.com", "", "Ports", "101", "", "")
MESSY = ("9", "Bo", "bo@example.com", "", "Ports", "77", "", "")


@pytest.fixture
def desk(db: None) -> Client:
    """L&D, signed in."""
    return log_in(people.in_group(LEARNING_ADMINISTRATORS))


def send(client: Client, content: bytes, name: str = "people.csv") -> Any:
    return client.post(URL, {"key": basics.key(), "file": upload(content, name)})


def opened(client: Client, *rows: tuple[str, ...]) -> str:
    """The address of the page of a file with these rows."""
    return str(send(client, csv_bytes(*rows)).headers["Location"])


def test_a_file_is_looked_at_and_written_and_taken_back(desk: Client) -> None:
    assert "No file was brought in yet." in words_of(desk.get(URL))
    assert f'href="{URL}"' in desk.get("/people/").content.decode()
    url = opened(desk, ANA)
    page = words_of(desk.get(url))
    for said in ("Every row can be read", "8 of 8 are used", "Ana Duarte", "1 team is new", "20 April 2026"):
        assert said in page, said
    answer = look_and_send(desk, url, {"key": basics.key(), "act": "write", "invitations": "later"})
    assert (answer.status_code, answer.headers["Location"]) == (302, url)
    page = words_of(desk.get(url))
    assert "people.csv is written" in page
    assert "Invite 1 person now" in page
    assert desk.post(url, {"key": basics.key(), "act": "invite"}).status_code == 302
    assert "Invite 1 person now" not in words_of(desk.get(url))
    again = opened(desk, ANA)
    assert "There is nothing to write" in words_of(desk.get(again))
    assert desk.post(url, {"key": basics.key(), "act": "back"}).status_code == 302
    assert "people.csv is taken back" in words_of(desk.get(url))
    assert not User.objects.filter(employee_number="101").exists()
    assert desk.post(url, {"key": basics.key(), "act": "back"}).status_code == 409


def test_who_is_invited_at_once_need_not_wait_for_the_sweep(
    desk: Client, django_capture_on_commit_callbacks: Any
) -> None:
    url = opened(desk, ANA)
    with patch("lms.tasks.send_invitations.apply_async", side_effect=OSError("no broker")) as woken:
        with django_capture_on_commit_callbacks(execute=True):
            fields = {"key": basics.key(), "act": "write", "invitations": "now"}
            assert look_and_send(desk, url, fields).status_code == 302
        assert woken.call_count == 1
        other = opened(desk, ANA, BO)
        look_and_send(desk, other, {"key": basics.key(), "act": "write", "invitations": "later"})
        with django_capture_on_commit_callbacks(execute=True):
            assert desk.post(other, {"key": basics.key(), "act": "invite"}).status_code == 302
        assert woken.call_count == 2


def test_problems_stand_on_the_page_and_come_back_as_a_file(desk: Client) -> None:
    url = opened(desk, ANA, MESSY)
    page = words_of(desk.get(url))
    assert "1 row cannot be read" in page
    assert "The manager “77” is the employee number or address of nobody here or in the file." in page
    out = desk.get(f"{url}left-out.csv").content.decode("utf-8-sig").splitlines()
    assert len(out) == 2
    assert out[1].startswith("9,Bo,bo@example.com")
    fields = {"key": basics.key(), "act": "write", "invitations": "later"}
    refused = look_and_send(desk, url, fields)
    assert refused.status_code == 422
    assert "Correct it, or leave it out." in refused.content.decode()
    assert look_and_send(desk, url, fields | {"leave_out": "yes", "key": basics.key()}).status_code == 302
    assert "77" in desk.get(f"{url}left-out.csv").content.decode()
    assert desk.get(f"{opened(desk, ANA)}left-out.csv").status_code == 404


def test_columns_are_asked_chosen_and_kept(desk: Client) -> None:
    url = str(send(desk, csv_bytes(("1", "03/04/2026"), heads=("PersNr", "Entry"))).headers["Location"])
    page = main_of(desk.get(url))
    assert page.names("heading")[0] == "Say how days are written"
    assert page.get("link", "Choose the order of days").attrs["href"] == "#columns_order"
    assert "Say whether days are written with the day first or with the month first." in page.text
    fields = {"key": basics.key(), "act": "columns", "leave": "stated", "column-0": "", "column-1": "started_on"}
    refused = desk.post(url, fields)
    assert refused.status_code == 422
    assert "it says who is who" in refused.content.decode()
    chosen = fields | {"column-0": "employee_number", "order": "dmy", "keep_as": "HR list", "key": basics.key()}
    assert desk.post(url, chosen).status_code == 302
    assert "1 row cannot be read" in words_of(desk.get(url))
    assert "HR list</option>" in desk.get(URL).content.decode()


def test_a_page_that_shows_what_is_no_more_is_a_conflict_and_an_unknown_act_is_refused(desk: Client) -> None:
    url = opened(desk, ANA)
    people.person("Ana Duarte", email="ana.duarte@example.com", employee_number="101")
    stale = desk.post(url, {"key": basics.key(), "act": "write", "invitations": "later", "shown": "0" * 64})
    assert stale.status_code == 409
    assert "has changed since you opened it" in stale.content.decode()
    assert desk.post(url, {"key": basics.key(), "act": "burn"}).status_code == 422


def test_a_file_that_cannot_be_read_says_so_at_its_field(desk: Client) -> None:
    for content, said in ((b"%PDF-1.7", "This is no table"), (b"", "empty")):
        answer = send(desk, content)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert desk.post(URL, {"key": basics.key()}).status_code == 422
    assert not PeopleImport.objects.exists()


def test_a_file_is_kept_for_a_day(desk: Client, move_clock: Any) -> None:
    from lms.tasks import forget_files

    url = opened(desk, ANA)
    move_clock(timedelta(hours=25).total_seconds())
    assert forget_files() == 1
    desk.force_login(people.in_group(LEARNING_ADMINISTRATORS))
    assert "This file is not kept any more" in words_of(desk.get(url))
    assert desk.post(url, {"key": basics.key(), "act": "write"}).status_code == 409


def test_an_administrator_applies_an_address_or_keeps_the_old_one(desk: Client) -> None:
    who = people.person("Ana Duarte", email="ana@example.com", employee_number="101")
    look_and_send(desk, opened(desk, (*ANA[:2], "ana.d@example.com")), {"key": basics.key(), "act": "write"})
    row = open_proposals().get()
    assert "1 person has another address" in words_of(desk.get(URL))
    page = words_of(desk.get("/people/import/addresses/"))
    assert "ana.d@example.com" in page
    assert "Keep the old one" not in page, "only an administrator changes it"
    assert desk.post(f"/people/import/addresses/{row.uid}/keep/", {"key": basics.key()}).status_code == 403
    boss = log_in(people.administrator(), sure=True)
    assert 'value="ana.d@example.com"' in boss.get(f"/people/{who.uid}/address/").content.decode()
    assert boss.post(f"/people/import/addresses/{row.uid}/keep/", {"key": basics.key()}).status_code == 302
    assert AddressProposal.objects.get().declined_at is not None
    assert "No address waits." in words_of(boss.get("/people/import/addresses/"))


def test_everybody_comes_out_as_csv_and_as_a_workbook(desk: Client, tmp_path: Path) -> None:
    people.team(people.person("=Ana", email="ana@example.com"), slug="ports")
    text = desk.get(f"{URL}people.csv").content.decode("utf-8-sig")
    assert text.startswith("Employee number,Full name")
    assert "'=Ana" in text
    (tmp_path / "people.xlsx").write_bytes(desk.get(f"{URL}people.xlsx").content)
    sheet = load_workbook(tmp_path / "people.xlsx").active
    assert sheet.max_row == text.count("\n")


def test_pages_take_the_same_queries_for_one_row_and_for_many(desk: Client, django_assert_max_num_queries: Any) -> None:
    few = opened(desk, ANA)
    many = opened(desk, ANA, *((str(n), f"N {n}", f"n{n}@example.com", "", "Ports", "", "", "") for n in range(200)))
    desk.get(few)
    for url in (few, many, URL):
        with django_assert_max_num_queries(20):
            assert desk.get(url).status_code == 200


# --- The command


def run(path: Path, *options: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_people", str(path), *options, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A file of two people."""
    path = tmp_path / "people.xlsx"
    path.write_bytes(xlsx_bytes(ANA, ("102", "Bo", "bo@example.com", "", "Ports", "101", "", ""), heads=HEADS))
    return path


def test_the_command_says_what_it_would_write_writes_it_and_then_nothing(listed: Path) -> None:
    actor = people.in_group(LEARNING_ADMINISTRATORS)
    code, out, _err = run(listed, "--dry-run")
    assert (code, out) == (0, "Would write: 2 new, 0 changed, 0 leaving, 0 same, 0 problem.\n")
    assert not PeopleImport.objects.exists()
    code, out, _err = run(listed, "--by", actor.email.upper(), "--json", "--invite", "first-day")
    assert code == 0
    assert json.loads(out) == {
        "written": True, "new": 2, "changed": 0, "leaving": 0, "same": 0, "problem": 0, "problems": [], "notes": [],
    }  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        code, out, _err = run(listed, "--by", actor.email)
    assert (code, out) == (0, "Nothing written: 0 new, 0 changed, 0 leaving, 2 same, 0 problem.\n")
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []


def test_the_command_leaves_with_1_for_a_finding_and_2_for_what_cannot_be_done(listed: Path, tmp_path: Path) -> None:
    actor = people.in_group(LEARNING_ADMINISTRATORS)
    by = ("--by", actor.email)
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(csv_bytes(ANA, MESSY))
    code, out, err = run(wrong, *by)
    assert (code, out[:15]) == (1, "Nothing written")
    assert err.startswith("line 3: Bo: The manager “77”")
    assert not User.objects.filter(employee_number="101").exists()
    assert run(wrong, *by, "--leave-out")[0] == 1
    assert User.objects.filter(employee_number="101").exists()
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    for options in (
        (empty, *by),
        (tmp_path / "none.csv", *by),
        (listed,),
        (listed, "--by", "nobody@example.com"),
        (listed, "--by", people.person().email),
        (listed, *by, "--mapping", "none"),
    ):
        code, out, err = run(*options)
        assert (code, out) == (2, ""), options
        assert err.strip().endswith((".", "directory")), err
    code, out, _err = run(empty, *by, "--json")
    assert (code, list(json.loads(out))) == (2, ["problems"])
