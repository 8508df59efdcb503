"""Reading files with people: letters, rows, columns, days. Nothing here asks the database."""

from __future__ import annotations

import codecs
from datetime import date, datetime

import pytest

from lms.errors import Invalid
from lms.rules.people_files.columns import check, field_of, guess, missing_for_new
from lms.rules.people_files.dates import NoDay, WhichOrder, order_of, read_day
from lms.rules.people_files.rows import Known, PersonSpec, specs_of
from lms.rules.people_files.tables import read_table
from lms.rules.people_files.text import text_of
from tests.people_files import ANA, HEADS, csv_bytes, xlsx_bytes

NAMES = "Jörg Großmann;Søren Kjær;Aña Peña;Łukasz"
TODAY = date(2026, 3, 9)


# --- Letters


@pytest.mark.parametrize(
    "content",
    [
        NAMES.encode(),
        codecs.BOM_UTF8 + NAMES.encode(),
        codecs.BOM_UTF16_LE + NAMES.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + NAMES.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + NAMES.encode("utf-32-le"),
        NAMES.encode("utf-16-le"),
        NAMES.encode("utf-16-be"),
    ],
    ids=["utf8", "utf8-mark", "utf16-le", "utf16-be", "utf32", "utf16-le-bare", "utf16-be-bare"],
)
def test_unicode_is_read_with_and_without_a_mark(content: bytes) -> None:
    assert text_of(content)[0] == NAMES


@pytest.mark.parametrize("names", ["Jörg Großmann", "Søren Kjær", "Peña", "Zoë", "Åse Ærø Øst", "José Müller–Weiß"])
def test_western_names_from_windows_are_read_as_they_were_written(names: str) -> None:
    text = csv_bytes(("1", names, "a@example.com", "Verkäufer", "Vertrieb", "", "", ""), charset="cp1252")
    assert names in text_of(text)[0]


def test_cyrillic_from_windows_is_found() -> None:
    rows = [(str(n), f"Иван Петрович Сидоров {n}", "i@example.com", "менеджер по продажам", "отдел") for n in range(9)]
    assert "Сидоров" in text_of(csv_bytes(*rows, charset="cp1251"))[0]


def test_a_chosen_encoding_is_used() -> None:
    assert text_of("Łukasz Gądek".encode("cp1250"), "cp1250") == ("Łukasz Gądek", "cp1250")


# --- Rows


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found_also_with_others_in_the_cells(delimiter: str) -> None:
    row = ("1", "Lind, Marta; the second", "m@example.com", "a|b", "Sales\tNorth")
    table = read_table(csv_bytes(row, row, heads=HEADS[:5], delimiter=delimiter))
    assert table.heads == HEADS[:5]
    assert table.lines[0].cells == row


def test_excels_own_line_about_the_delimiter_is_no_row() -> None:
    table = read_table(b"sep=|\nName|Mail\nAna|ana@example.com\n")
    assert table.heads == ("Name", "Mail")
    assert table.lines[0].number == 3


def test_titles_above_and_empty_rows_are_passed_over_and_lines_count_as_in_the_file() -> None:
    table = read_table(b"Export of March\n\nName,Mail,Team\n\nAna,ana@example.com,Ports\n,,\nBo,bo@example.com,\n")
    assert table.heads == ("Name", "Mail", "Team")
    assert [(line.number, line.cells[0]) for line in table.lines] == [(5, "Ana"), (7, "Bo")]


def test_a_line_break_in_a_cell_moves_the_lines_below_it() -> None:
    table = read_table(b'Name,Mail\n"Ana\nDuarte",ana@example.com\nBo,bo@example.com\n')
    assert [line.number for line in table.lines] == [2, 4]


def test_names_of_columns_are_told_apart() -> None:
    assert read_table(b"Name;;Name;Mail\na;b;c;d\n").heads == ("Name", "Column 2", "Name (3)", "Mail")


def test_a_workbook_gives_what_a_csv_file_would() -> None:
    when = datetime(2026, 4, 20)  # noqa: DTZ001 - as workbooks have it
    table = read_table(xlsx_bytes((20381, "Ana", "a@example.com", 4.0, True, None, when, when.date())))
    assert table.lines[0].cells == ("20381", "Ana", "a@example.com", "4", "True", "", "2026-04-20", "2026-04-20")


# --- Columns


@pytest.mark.parametrize(
    ("heads", "codes"),
    [
        ("PersNr|Name|Mail|Function|Org unit|Reports to|Entry|Exit|TZ|Cost centre",
         "employee_number full_name email job team manager started_on left_on time_zone -"),
        ("Personalnummer|Vorname|Nachname|E-Mail-Adresse|Abteilung|Vorgesetzter|Eintrittsdatum|Austritt|Gehalt",
         "employee_number given_name family_name email team manager started_on left_on -"),
        ("Medarbejdernr.|Fornavn|Efternavn|E-mail|Afdeling|Leder|Ansættelsesdato|Sprog",
         "employee_number given_name family_name email team manager started_on locale"),
        ("Employee ID|Display Name|Work e-mail (business)|Job Title|Department|Manager ID|Hire Date|Office",
         "employee_number full_name email job team manager started_on location"),
    ],
    ids=["english", "german", "danish", "american"],
)  # fmt: skip
def test_columns_are_known_by_their_names(heads: str, codes: str) -> None:
    found = guess(heads.split("|"))
    assert [code or "-" for code in found.values()] == codes.split()


def test_the_first_of_two_columns_of_a_field_is_used_and_a_kept_choice_goes_before_the_name() -> None:
    assert guess(["Name", "Full name"]) == {"Name": "full_name", "Full name": ""}
    assert guess(["Name", "Full name"], {"Name": "", "Full name": "full_name"})["Full name"] == "full_name"
    assert guess(["Name"], {"Name": "no such field"}) == {"Name": ""}


def test_no_name_of_a_column_means_two_fields() -> None:
    from lms.rules.people_files.fields import FIELDS

    words = [word for field in FIELDS for word in field.words]
    assert len(words) == len(set(words))
    assert all(field_of(str(field.label)) == field.code for field in FIELDS)


def test_somebody_has_to_be_identified_and_a_field_has_one_column() -> None:
    with pytest.raises(Invalid, match="employee number or the one with the address"):
        check({"Name": "full_name"})
    with pytest.raises(Invalid, match="Two columns go to “Full name”"):
        check({"A": "full_name", "B": "full_name", "C": "email"})
    check({"Mail": "email"})
    assert missing_for_new({"Nr": "employee_number", "Vorname": "given_name"}) == [
        "Full name", "E-mail address", "Team",
    ]  # fmt: skip
    assert missing_for_new({"N": "full_name", "M": "email", "L": "manager"}) == []


# --- Days


@pytest.mark.parametrize(
    "text",
    ["2026-04-20", "20.04.2026", "20. 4. 2026", "20260420", "2026/04/20", "2026-04-20 00:00:00", "20.04.2026 00:00"],
)
def test_days_that_can_be_read_in_one_way(text: str) -> None:
    assert read_day(text, "") == date(2026, 4, 20)


def test_strokes_are_read_in_the_order_that_is_said() -> None:
    assert read_day("03/04/2026", "dmy") == date(2026, 4, 3)
    assert read_day("03/04/2026", "mdy") == date(2026, 3, 4)
    with pytest.raises(WhichOrder):
        read_day("03/04/2026", "")


@pytest.mark.parametrize("text", ["31.04.2026", "20.04.26", "46132", "soon", "2026-13-01", "1/2/3", "00.00.0000"])
def test_what_is_no_day_is_said_with_the_text(text: str) -> None:
    with pytest.raises(NoDay, match=text):
        read_day(text, "dmy")


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        ([], ""),
        (["2026-04-20", "20.04.2026"], ""),
        (["03/04/2026"], None),
        (["03/04/2026", "20/04/2026"], "dmy"),
        (["03/04/2026", "04/20/2026"], "mdy"),
        (["20/04/2026", "04/20/2026"], None),
    ],
)
def test_the_order_of_day_and_month_is_found_or_asked(texts: list[str], order: str | None) -> None:
    assert order_of(texts) == order


# --- Rows into people


def known() -> Known:
    def address(text: str) -> str:
        if "@" not in text:
            raise ValueError("This is no address.")
        return text.lower()

    return Known(TODAY, address, frozenset({"Europe/Riga"}), frozenset({"en"}), {"porto": 1})


def read(*rows: tuple[str, ...], heads: tuple[str, ...] = HEADS) -> tuple[list[PersonSpec], list[str]]:
    table = read_table(csv_bytes(*rows, heads=heads))
    specs, problems = specs_of(table, guess(table.heads), "", known())
    return specs, [f"{problem.line} {problem.field}: {problem.sentence}" for problem in problems]


def test_a_row_is_a_person() -> None:
    specs, problems = read(ANA)
    assert problems == []
    assert specs == [
        PersonSpec(
            line=2, employee_number="101", email="ana.duarte@example.com", full_name="Ana Duarte", job="Consultant",
            team=("Ports",), started_on=date(2026, 4, 20),
        )
    ]  # fmt: skip


def test_a_name_in_two_columns_teams_with_those_above_and_a_day_that_never_comes() -> None:
    heads = ("Vorname", "Nachname", "Mail", "Team", "Exit", "Site", "TZ")
    specs, problems = read(
        ("Ana", "Duarte", "A@Example.com", "Sales >  North > Ports", "31.12.9999", "PORTO", "Europe/Riga"), heads=heads
    )
    assert problems == []
    assert (specs[0].full_name, specs[0].email) == ("Ana Duarte", "a@example.com")
    assert (specs[0].team, specs[0].left_on) == (("Sales", "North", "Ports"), None)
    assert (specs[0].location, specs[0].time_zone) == ("porto", "Europe/Riga")


@pytest.mark.parametrize(
    ("place", "text", "sentence"),
    [
        (0, "1" * 41, "2 employee_number: “Employee number” is longer than 40 signs."),
        (1, "A" * 151, "2 full_name: “Full name” is longer than 150 signs."),
        (2, "ana", "2 email: This is no address."),
        (4, "N" * 121, "2 team: The name of the team is longer than 120 signs."),
        (6, "31.04.2026", "2 started_on: “31.04.2026” is no day of the calendar."),
        (6, "03/04/2026", "2 started_on: Say whether the day or the month comes first in “03/04/2026”."),
        (6, "2099-01-01", "2 started_on: 2099-01-01: Choose a day from 24 March 1966 to 8 March 2028."),
        (7, "2099-01-01", "2 left_on: 2099-01-01: Choose a day from 9 March 2024 to 8 March 2028."),
    ],
)
def test_a_cell_that_is_wrong_is_said_with_its_line(place: int, text: str, sentence: str) -> None:
    row = list(ANA)
    row[place] = text
    specs, problems = read(tuple(row))
    assert (specs, problems) == ([], [sentence])


def test_a_location_or_a_zone_that_is_not_offered_is_said() -> None:
    heads = ("Name", "Mail", "Site", "TZ", "Language")
    _specs, problems = read(
        ("Ana", "a@example.com", "Oslo", "", ""),
        ("Bo", "b@example.com", "", "Mars/Base", ""),
        ("Cy", "c@example.com", "", "", "xx"),
        heads=heads,
    )
    assert [problem.split(":")[0] for problem in problems] == ["2 location", "3 time_zone", "4 locale"]


def test_rows_of_one_person_are_all_named() -> None:
    same = ("", "Ana", "ana.duarte@example.com", "", "Ports", "", "", "")
    specs, problems = read(ANA, same, ("101", "Bo", "bo@example.com", "", "", "", "", ""))
    assert specs == []
    assert [problem[:2] for problem in problems] == ["2 ", "3 ", "4 "]
    assert "Rows 2 and 4 have the same employee number" in problems[0]
    assert "Rows 2 and 3 have the same address" in problems[1]


def test_a_row_with_more_cells_than_columns_is_a_problem_and_one_with_fewer_is_none() -> None:
    table = read_table(b"Name,Mail,Team\nAna,ana@example.com,Ports,North\nBo,bo@example.com\nCy,cy@example.com,,,\n")
    specs, problems = specs_of(table, guess(table.heads), "", known())
    assert [spec.full_name for spec in specs] == ["Bo", "Cy"]
    assert "This row has 4 cells, and there are 3 columns" in problems[0].sentence


def test_what_our_own_export_made_harmless_is_read_as_it_was() -> None:
    specs, _problems = read(("1", "'=Anna", "a@example.com", "'-", "", "", "", ""))
    assert (specs[0].full_name, specs[0].job) == ("=Anna", "-")
