"""What the first people of a company do, until somebody learns: pages and mail. No step looks into the database."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.people_files import csv_bytes

from .site import PASSPHRASE, Person, Site
from .steps import choose

HEADS = (
    "PersNr", "Nachname", "Vorname", "E-Mail", "Stelle", "Abteilung", "Vorgesetzter", "Dabei seit", "Kostenstelle",
)  # fmt: skip
GIVEN = ("Søren", "Åse", "Jürgen", "Zoë", "André", "Maja", "Nuño", "Grete")
FAMILY = ("Møller", "Weiß", "Dupré", "Østergård", "Quist")
TEAMS = {"Ports": "Mats Nager", "Rail": "Ida Roth"}
"""Each team with its manager; the people of a file belong to them in turn."""
JOINERS = 6
"""So many of a file have their first day today, the last ones of it."""

Row = tuple[str, ...]


def staff(today: date) -> list[Row]:
    """Forty people as the HR system has them: days of long ago with strokes or with the year first, those of today with
    points or with the year first.
    """
    pairs = [(given, family) for family in FAMILY for given in GIVEN]
    found: list[Row] = []
    for place, (given, family) in enumerate(pairs):
        team = list(TEAMS)[place % len(TEAMS)]
        long_ago = ("03/04/2019", "2019-05-02")[place // 2 % 2]
        first_day = (f"{today:%d.%m.%Y}", f"{today}")[place // 2 % 2]
        found.append(
            (
                str(101 + place), family, given, f"p{101 + place}@aldermoor.example", "Account consultant", team,
                address(TEAMS[team]), first_day if place >= len(pairs) - JOINERS else long_ago, "4711",
            )
        )  # fmt: skip
    return found


def with_slips(rows: list[Row]) -> list[Row]:
    """The same list with two slips: a manager whose address is an old one, and somebody who stands in it twice."""
    old = rows[9][6].replace(".example", ".old")
    return [*rows[:9], (*rows[9][:6], old, *rows[9][7:]), *rows[10:], (*rows[4][:4], "Consultant", *rows[4][5:])]


def as_file(rows: list[Row]) -> dict[str, Any]:
    """As a spreadsheet on Windows saves it, for a field that takes files."""
    content = csv_bytes(*rows, heads=HEADS, delimiter=";", charset="cp1252")
    return {"name": "personal.csv", "mimeType": "text/csv", "buffer": content}


def address(full_name: str) -> str:
    """The address of somebody who is invited."""
    return f"{full_name.lower().replace(' ', '.')}@aldermoor.example"


# --- Ways that everybody goes


def come_in(browser: Any, site: Site, name: str) -> Person:
    """By the link in the invitation: choose a passphrase, and sign in with it."""
    mail = site.wait_for_mail(f"{name}@", "Your way into Vouch")
    person = Person(browser, site, name)
    page = person.page
    page.goto(next(word for word in mail.get_content().split() if word.startswith(site.url)))
    page.get_by_label("The new one", exact=True).fill(PASSPHRASE)
    page.get_by_label("The new one, once more").fill(PASSPHRASE)
    page.get_by_role("button", name="Keep this one").click()
    page.get_by_role("link", name="Sign in").click()
    return person.give_passphrase()


def to_place(who: Person, name: str) -> None:
    """By the main navigation."""
    who.page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()


def by_menu(who: Person, name: str) -> None:
    """By the person's own menu."""
    menu = who.page.locator("details.menu")
    menu.locator("summary").click()
    menu.get_by_role("link", name=name, exact=True).click()


# --- Setting up


def describe_organisation(admin: Person, name: str) -> None:
    """From the page that sets up: what it is called, its zone, and that Saturday is worked, too."""
    page = admin.page
    page.get_by_role("link", name="Describe the organisation").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Time zone").select_option(label="Europe/Copenhagen")
    page.get_by_label("Saturday").check()
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("Kept. Due days and names follow it from now on.").wait_for()


def make_team(admin: Person, name: str) -> None:
    """At the top of the tree."""
    to_place(admin, "Teams")
    page = admin.page
    page.get_by_role("link", name="Add a team").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Add the team").click()
    page.get_by_text(f"{name} is there. Name who manages it.").wait_for()


def invite(admin: Person, full_name: str, team: str) -> None:
    """Somebody who has been with the company for years."""
    to_place(admin, "People")
    page = admin.page
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Full name").fill(full_name)
    page.get_by_label("E-mail address").fill(address(full_name))
    page.get_by_label("Team", exact=True).select_option(label=team)
    page.get_by_label("First day").fill("2015-01-05")
    page.get_by_role("button", name="Send the invitation").click()
    page.get_by_text(f"{full_name} is invited.").wait_for()


def name_manager(admin: Person, team: str, full_name: str) -> None:
    """From today on."""
    to_place(admin, "Teams")
    page = admin.page
    page.get_by_role("link", name=team, exact=True).click()
    choose(page.locator("form:has(button[value=manager])"), "person", full_name)
    page.get_by_role("button", name="Name the manager").click()
    page.get_by_text("Named. They are told.").wait_for()


def give_duty(admin: Person, full_name: str, duty: str) -> None:
    """An administrator gives a duty to somebody else, says why, and shows who they are before it is done."""
    to_place(admin, "People")
    page = admin.page
    page.get_by_role("link", name=full_name, exact=True).click()
    page.get_by_role("link", name="Duties, and who gave them").click()
    page.get_by_label(f"{duty}:").check()
    page.get_by_label("Reason").fill("Has run our training for years.")
    page.get_by_role("button", name="Give the duty").click()
    page.wait_for_url("**/reauthenticate/**")
    admin.confirm_passphrase()
    page.get_by_text("Nothing has been done yet").wait_for()
    page.get_by_role("button", name="Give the duty").click()
    page.get_by_text(f"{full_name} has the duty “{duty}” from now on.").wait_for()


# --- Bringing people in


def bring_in(admin: Person, file: dict[str, Any]) -> None:
    """Choose a file, and look at what it would write."""
    to_place(admin, "People")
    page = admin.page
    page.get_by_role("link", name="Import people").click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("heading", name="Where you are").wait_for()


def read_again(admin: Person) -> None:
    """With what was said about the columns."""
    with admin.page.expect_navigation():
        admin.page.get_by_role("button", name="Read again with these columns").click()


def write_it(admin: Person, invitations: str) -> None:
    """The last step of a file."""
    page = admin.page
    page.get_by_label(invitations).check()
    page.get_by_role("button", name="Write it").click()
    page.get_by_text("Written. You can take it back within a day.").wait_for()


# --- The library


def press_starter(admin: Person) -> None:
    """One press on the page that sets up."""
    by_menu(admin, "Set up")
    admin.page.get_by_role("button", name="Load the starter curriculum").click()
    admin.page.get_by_text("The starter curriculum is on its way. You may leave this page.").wait_for()


LOOK_AGAIN = """async ([address, words, within]) => {
    const until = Date.now() + within * 1000;
    while (Date.now() < until && !(await (await fetch(address)).text()).includes(words)) {
        await new Promise((again) => setTimeout(again, 500));
    }
}"""


def wait_for_starter(admin: Person, within: int) -> None:
    """Look again and again until the page says that it is loaded; so many seconds at most."""
    admin.page.evaluate(LOOK_AGAIN, [admin.page.url, "The starter curriculum is loaded since", within])
    admin.page.reload()


# --- Who learns


def look_at_rule(ld: Person, team: str, path: str) -> None:
    """A rule for whoever joins a team from today on, before it is switched on."""
    by_menu(ld, "Rules that enrol")
    page = ld.page
    page.get_by_role("link", name="Add a rule").click()
    page.get_by_label("Team, with the teams below it").select_option(label=team)
    page.get_by_label(path).check()
    page.get_by_role("button", name="Show whom it enrols").click()
    page.get_by_role("heading", name="Today").wait_for()


def switch_on(ld: Person) -> None:
    """The rule that is looked at."""
    ld.page.get_by_role("button", name="Switch the rule on").click()
    ld.page.get_by_text("The rule is on. It enrols whoever comes, within five minutes.").wait_for()


def accept_coach(manager: Person, learner: str) -> None:
    """By the link in the mail about the proposal."""
    mail = manager.site.wait_for_mail(f"{manager.name}@", f"as the coach of {learner}")
    page = manager.page
    page.goto(next(word for word in mail.get_content().split() if word.startswith(manager.site.url)))
    page.get_by_role("region", name="Proposed").get_by_role("button", name="Make them the coach").click()
    page.get_by_text(f"{learner} has a new coach.").wait_for()
