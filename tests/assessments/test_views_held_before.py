"""The pages of what people held before, as L&D, managers and the people themselves read them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.api import HeldBefore, SignOffEvent
from lms import clock
from lms.api import RoleHolding, User
from tests.clients import log_in, show_who
from tests.factories import basics, judging, notices, opening, paths, people
from tests.factories.opening import SINCE, SOURCE, Opening

pytestmark = pytest.mark.django_db

LIST = "/held-before/"


@pytest.fixture
def start() -> Opening:
    return opening.opening()


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def form(start: Opening, **fields: str) -> dict[str, str]:
    values = {"since": SINCE.isoformat(), "source": SOURCE, "listening": "3", "business": "2"}
    values |= {f"{skill}-standard": str(start.visit.standard_uid) for skill in judging.SKILLS}
    return values | {"key": str(basics.key())} | fields


def address(start: Opening) -> str:
    return f"/people/{start.person.uid}/held-before/?role={start.role.uid}"


# --- Recording and confirming -------------------------------------------------------------------------------------


def test_one_records_and_another_confirms(start: Opening) -> None:
    page = log_in(start.recorder).get(address(start))
    assert "High risk: it has to be seen here." in text(page)
    answer = log_in(start.recorder).post(address(start), form(start), follow=True)
    assert "It counts once another member of Learning has confirmed it." in text(answer)
    assert "To be confirmed" in text(answer)
    entry = HeldBefore.objects.get()
    mine = text(log_in(start.recorder).get(LIST))
    assert "Take back" in mine
    assert "Confirm what is chosen" not in mine
    client = log_in(start.confirmer, sure=True)
    assert SOURCE in text(client.get(LIST))
    answer = client.post(LIST, {"entries": [str(entry.uid)], "key": str(basics.key())}, follow=True)
    assert "Confirmed: 1 person holds the role." in text(answer)
    assert "Nothing waits to be confirmed." in text(answer)
    assert SignOffEvent.objects.count() == 2


def test_nothing_chosen_is_said(start: Opening) -> None:
    start.recorded()
    answer = log_in(start.confirmer, sure=True).post(LIST, {"key": str(basics.key())})
    assert answer.status_code == 422
    assert "Choose at least one entry of the list." in text(answer)


def test_what_was_answered_meanwhile_is_said(start: Opening) -> None:
    entry = start.recorded()
    start.confirmed(entry)
    answer = log_in(start.confirmer, sure=True).post(LIST, {"entries": [str(entry.uid)], "key": str(basics.key())})
    assert answer.status_code == 409
    assert "was answered in the meantime" in text(answer)


def test_alone_nobody_can_confirm_and_the_page_says_so(start: Opening) -> None:
    start.recorded()
    people.duty_ended(start.confirmer, "learning", clock.now())
    assert "Nobody else has the duty Learning" in text(log_in(start.recorder).get(LIST))


def test_a_skill_above_its_standard_is_said_beside_it(start: Opening) -> None:
    answer = log_in(start.recorder).post(address(start), form(start, listening="9"))
    assert answer.status_code == 422
    assert SOURCE in text(answer)
    assert not HeldBefore.objects.exists()


def test_an_entry_is_not_confirmed_with_a_reason(start: Opening) -> None:
    entry = start.recorded()
    client = log_in(start.confirmer)
    answer = client.post(f"{LIST}{entry.uid}/", {"key": str(basics.key())})
    assert answer.status_code == 422
    answer = client.post(f"{LIST}{entry.uid}/", {"reason": "No such list.", "key": str(basics.key())}, follow=True)
    assert "Done. It counts for nothing, and stays on the list." in text(answer)
    assert "No such list." in text(client.get(f"{LIST}?state=refused"))


def test_many_entries_cost_no_more_queries(start: Opening) -> None:
    start.recorded()
    client = log_in(start.confirmer)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST).status_code == 200
        return len(asked)

    count()
    few = count()
    for number in range(5):
        start.recorded(person_uid=people.person(f"Nr {number}").uid)
    assert count() == few <= 24


def test_whoever_shows_who_they_are_finds_their_choice_again(start: Opening) -> None:
    entry = start.recorded()
    client = log_in(start.confirmer)
    asked = client.post(LIST, {"entries": [str(entry.uid)], "key": str(basics.key())})
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    show_who(client)
    assert f'value="{entry.uid}" checked' in text(client.get(LIST))


# --- Where it counts ----------------------------------------------------------------------------------------------


def test_it_is_marked_wherever_it_counts(start: Opening) -> None:
    manager = User.objects.get(full_name="Henrike Manager")
    start.confirmed(start.recorded())
    share = "100 % of"
    team = text(log_in(manager).get("/team/"))
    assert "0 of 1 person is ready" in team
    assert "3 of 4 of the weight is met." in team
    assert share in team
    readiness = text(log_in(manager).get(f"/people/{start.person.uid}/"))
    assert readiness.count("held before") >= 2
    assert "Attested at the start, not seen here." in readiness
    own = text(log_in(start.person).get("/skills/"))
    assert "held before" in own
    assert start.role.profile.title in own
    record = text(log_in(start.person).get("/me/record/"))
    assert "Held since" in record
    assert share in record
    event = SignOffEvent.objects.order_by("pk")[0]
    sheet = text(log_in(manager).get(f"/signoffs/{event.uid}/"))
    assert "Attested at the start by two members of Learning; nobody has seen it here." in sheet
    assert SOURCE in sheet


def test_the_spreadsheet_names_who_holds_a_role(start: Opening) -> None:
    start.confirmed(start.recorded())
    lines = log_in(User.objects.get(full_name="Henrike Manager")).get("/team/export.csv").content.decode("utf-8-sig")
    assert "Held before: weight met" in lines
    assert "Olga Held" in lines
    assert "Holds the role since 3 February 2025" in lines


def test_on_a_path_it_counts_and_its_share_is_shown() -> None:
    work, start = judging.scene(), opening.opening("Somebody Else")
    start.confirmed(start.recorded(person_uid=work.learner.uid))
    page = text(log_in(work.manager).get(f"/people/{work.learner.uid}/"))
    assert "100 % of what is met was held before Vouch and never seen here." in page
    assert "Held before" in page
    judging.decided(work)
    assert "was held before Vouch" not in text(log_in(work.manager).get(f"/people/{work.learner.uid}/"))


def test_learning_takes_it_back_on_its_page(start: Opening) -> None:
    event = start.confirmed(start.recorded())[0]
    client = log_in(start.recorder, sure=True)
    assert "Take it back" in text(client.get(f"/signoffs/{event.uid}/"))
    page = client.get(f"/signoffs/{event.uid}/revoke/")
    fields = {"reason": "A forged list.", "meant": "on", "key": str(basics.key()), "shown": page.context["shown"]}
    answer = client.post(f"/signoffs/{event.uid}/revoke/", fields, follow=True)
    assert "Taken back. It stays in the record." in text(answer)
    assert "It was taken back and does not count." in text(answer)


def test_a_path_that_is_to_begin_takes_nothing_from_the_role(start: Opening) -> None:
    start.confirmed(start.recorded())
    other = paths.role(paths.requires("listening", 4), slug="other-role")
    path = paths.path(paths.step("external", "elsewhere"), role_version=other)
    enrolment = paths.enrolment(start.person, path, started_on=clock.now().date() + timedelta(days=9))
    manager = log_in(User.objects.get(full_name="Henrike Manager"))
    for client, url in ((log_in(start.person), "/skills/"), (manager, f"/people/{start.person.uid}/")):
        page = text(client.get(url))
        assert start.role.profile.title in page
        assert "held before" in page
    assert "Other-role" in text(manager.get(f"/people/{start.person.uid}/?path={enrolment.uid}"))


# --- A role ends --------------------------------------------------------------------------------------------------


def test_a_role_ends_with_a_reason(start: Opening) -> None:
    start.confirmed(start.recorded())
    holding = RoleHolding.objects.get()
    client, day = log_in(start.recorder), clock.now().date() - timedelta(days=1)
    url = f"/roles/{holding.uid}/end/"
    assert client.post(url, {"until_on": day, "key": str(basics.key())}).status_code == 422
    late = {"until_on": day + timedelta(days=9), "reason": "Moved.", "key": str(basics.key())}
    assert client.post(url, late).status_code == 422
    answer = client.post(url, {"until_on": day, "reason": "Moved on.", "key": str(basics.key())}, follow=True)
    assert "Written down. Olga Held reads it." in text(answer)
    assert any("Moved on." in said for said in notices.told(start.person))
    again = client.post(url, {"until_on": day, "reason": "Moved on.", "key": str(basics.key())})
    assert (again.status_code, "This had ended already." in text(again)) == (409, True)
    assert "In their role" not in text(log_in(User.objects.get(full_name="Henrike Manager")).get("/team/"))


# --- From a file --------------------------------------------------------------------------------------------------


HEAD = "Person;Role;Since;Source;Coach;Skill;Standard;Level\n"


def sent(start: Opening, rows: str) -> Any:
    file = SimpleUploadedFile("held.csv", (HEAD + rows).encode())
    return log_in(start.recorder).post(f"{LIST}file/", {"file": file, "key": str(basics.key())}, follow=True)


def test_a_file_records_many(start: Opening) -> None:
    role, mail = start.role.profile.title, start.person.email
    other = people.person("Nr Two", employee_number="A-17")
    answer = sent(
        start,
        f"{mail};{role};3.2.2025;A list;;Listening;;3\n{mail};{role};3.2.2025;A list;;business;Lead a visit;2\n"
        f"a-17;{role};2025-02-03;A list;{mail};;;\n",
    )
    assert "Recorded: 2 entries." in text(answer)
    found = {entry.person: [row.level for row in entry.skills.all()] for entry in HeldBefore.objects.all()}
    assert found == {start.person: [3, 2], other: []}
    assert HeldBefore.objects.get(person=other).coach == start.person


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("nobody@example.com;{role};3.2.2025;A list;;;;", "Nobody here has the number or the address"),
        ("{mail};No such role;3.2.2025;A list;;;;", "There is no role “No such role”."),
        ("{mail};{role};3.2.2025;;;;;", "“Source” is empty."),
        ("{mail};{role};31.2.2025;A list;;;;", "is no day of the calendar"),
        ("{mail};{role};3.2.2099;A list;;;;", "Line 2"),
        ("{mail};{role};3.2.2025;A list;;listening;;", "A skill needs a level"),
        ("{mail};{role};3.2.2025;A list;;listening;;9", "“9” is no level."),
        ("{mail};{role};3.2.2025;A list;;unknown;;3", "The role does not ask for “unknown”."),
        ("{mail};{role};3.2.2025;A list;;repair;;3", "High risk: it has to be seen here."),
        ("{mail};{role};3.2.2025;A list;;listening;Another;3", "Write which standard is meant"),
        ("{mail};{role};3.2.2025;A list;;listening;;5", "permits level 4 at most"),
        ("{mail};{role};3.2.2025;A list;who@example.com;;;", "Nobody here has the number or the address"),
    ],
)  # fmt: skip
def test_a_file_with_a_wrong_row_records_nothing(start: Opening, row: str, problem: str) -> None:
    known = {"mail": start.person.email, "role": start.role.profile.title}
    answer = sent(start, row.format(**known) + "\n")
    assert answer.status_code == 422
    assert "nothing was recorded" in text(answer)
    assert problem in text(answer)
    assert not HeldBefore.objects.exists()


def test_a_file_without_a_column_says_which(start: Opening) -> None:
    file = SimpleUploadedFile("held.csv", b"Person;Role;Since\na;b;c\n")
    answer = log_in(start.recorder).post(f"{LIST}file/", {"file": file, "key": str(basics.key())})
    assert (answer.status_code, "The file has no column “Source”." in text(answer)) == (422, True)


def test_the_sample_has_the_columns_and_the_roles(start: Opening) -> None:
    sample = log_in(start.recorder).get(f"{LIST}sample.csv").content.decode("utf-8-sig")
    assert sample.splitlines()[0].replace(",", ";") == HEAD.strip()
    assert start.role.profile.title in sample


def test_without_roles_the_page_says_where_they_come_from() -> None:
    learning = people.in_group("Learning administrators", people.person("Ruta First"))
    page = log_in(learning).get(f"/people/{people.person('New').uid}/held-before/")
    assert "There is no role yet." in text(page)
    assert paths.role(paths.requires("listening")).profile.title in text(
        log_in(learning).get(f"/people/{people.person('Newer').uid}/held-before/")
    )
