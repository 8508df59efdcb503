"""Which column of a file is what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from lms.errors import Invalid

from .fields import BY_CODE, FIELDS, IDENTIFYING

Columns = Mapping[str, str]
"""The code of a field, or "", for each name of a column."""
NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def bare(head: str) -> str:
    """A name of a column without spaces, signs, capitals, and what stands in brackets."""
    text = NOTE.sub("", unicodedata.normalize("NFKC", head)).casefold()
    return "".join(letter for letter in text if letter.isalnum())


def field_of(head: str) -> str:
    """The code of the field that a column is, by its name alone; "" for a name that nobody knows."""
    said = bare(head)
    for field in FIELDS:
        if said and (said in field.words or said == bare(str(field.label))):
            return field.code
    return ""


def is_known(head: str) -> bool:
    """Whether this is how a column is called."""
    return bool(field_of(head))


def guess(heads: Sequence[str], kept: Columns | None = None) -> dict[str, str]:
    """What each column is: as the kept mapping says, else by its name; each field once, the first column has it."""
    found: dict[str, str] = {}
    for head in heads:
        code = (kept or {}).get(head)
        code = field_of(head) if code is None else code
        found[head] = "" if code in found.values() or code not in BY_CODE else code
    return found


def check(columns: Columns) -> None:
    """Raises Invalid when a field has two columns, or the columns do not say who somebody is."""
    used = [code for code in columns.values() if code]
    twice = next((code for code in used if used.count(code) > 1), "")
    if twice:
        words = {"field": BY_CODE[twice].label}
        raise Invalid(_("Two columns go to “%(field)s”. Choose one of them.") % words)
    if not set(used) & set(IDENTIFYING):
        raise Invalid(_("Choose the column with the employee number or the one with the address: it says who is who."))


def missing_for_new(columns: Columns) -> list[str]:
    """What nobody new can be made without and no column has, as labels."""
    used = set(columns.values())
    named = {"full_name"} & used or {"given_name", "family_name"} <= used
    return [
        str(BY_CODE[code].label)
        for code, there in (
            ("full_name", named),
            ("email", "email" in used),
            ("team", {"team", "manager"} & used),
        )
        if not there
    ]
