"""What a file may say about a person, and whose each of it is.

An import changes only what is HR's. What is the person's own is taken for somebody new and never changed after that;
what is Vouch's (the address with which somebody signs in) is proposed, and an administrator changes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

HR, PERSON, VOUCH = "hr", "person", "vouch"


@dataclass(frozen=True, slots=True)
class PeopleField:
    """``code``: its name in specs and kept columns. ``words``: how HR systems call it, in English, German and Danish,
    without spaces and signs. ``longest``: 0 for what is not kept as it stands.
    """

    code: str
    label: Any
    owner: str
    words: frozenset[str]
    longest: int = 0


def _field(code: str, label: Any, owner: str, words: str, longest: int = 0) -> PeopleField:
    return PeopleField(code, label, owner, frozenset(words.split()), longest)


FIELDS = (
    _field(
        "employee_number", _("Employee number"), HR,
        "employeenumber employeeno employeeid employee personnelnumber personnelno persno staffnumber staffid number "
        "id empid personalnummer personalnr persnr mitarbeiternummer mitarbeiternr stammnummer medarbejdernummer "
        "medarbejdernr lønnummer lønnr ansatnummer",
        40,
    ),
    _field(
        "full_name", _("Full name"), HR,
        "fullname name displayname employeename vollständigername vornameundnachname mitarbeiter fuldenavn navn "
        "medarbejder",
        150,
    ),
    _field("given_name", _("First name"), HR, "firstname givenname forename vorname rufname fornavn", 80),
    _field(
        "family_name", _("Family name"), HR, "lastname familyname surname nachname familienname zuname efternavn", 80
    ),
    _field(
        "preferred_name", _("Preferred name"), PERSON,
        "preferredname knownas nickname called spitzname bevorzugtername kaldenavn", 60,
    ),
    _field(
        "email", _("E-mail address"), VOUCH,
        "email mail emailaddress mailaddress workemail businessemail emailadresse mailadresse emailgeschäftlich "
        "dienstlicheemail arbejdsmail arbejdsemail",
        254,
    ),
    _field(
        "job", _("Job title"), HR,
        "job jobtitle title position function role stelle stellenbezeichnung funktion tätigkeit berufsbezeichnung "
        "stilling stillingsbetegnelse titel",
        120,
    ),
    _field(
        "team", pgettext_lazy("column of people", "Team"), HR,
        "team department orgunit organisationalunit organizationalunit organisation unit abteilung "
        "organisationseinheit orgeinheit bereich afdeling enhed",
        400,
    ),
    _field(
        "manager", _("Manager"), HR,
        "manager managernumber managerid manageremail manageraddress reportsto supervisor linemanager supervisorid "
        "managerno vorgesetzter vorgesetzte vorgesetztenummer führungskraft leiter berichtetan leder nærmesteleder "
        "chef lederemail ledernummer",
        254,
    ),
    _field(
        "location", _("Location"), HR,
        "location office site workplace city standort arbeitsort niederlassung dienstort lokation kontor "
        "arbejdssted",
        120,
    ),
    _field(
        "started_on", _("First day"), HR,
        "firstday startdate start hiredate dateofhire entry entrydate joined joiningdate eintritt eintrittsdatum "
        "einstellungsdatum startdato ansættelsesdato ansat tiltrædelse tiltrædelsesdato førstedag",
    ),
    _field(
        "left_on", _("Last day"), HR,
        "lastday enddate leavingdate exit exitdate terminationdate leaver austritt austrittsdatum letztertag "
        "fratrædelse fratrædelsesdato slutdato sidstedag opsagt",
    ),
    _field(
        "time_zone", _("Time zone"), PERSON, "timezone tz zone zeitzone tidszone", 64
    ),
    _field("locale", _("Language"), PERSON, "language locale lang sprache sprog", 12),
)  # fmt: skip
BY_CODE = {field.code: field for field in FIELDS}
IDENTIFYING = ("employee_number", "email")
"""At least one of these has to be among the columns."""
