"""A file with people: choosing it, saying what its columns are, and writing it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lms.api import FileLook
from lms.rules.people_files.compare import MISSING, NOBODY, STATED
from lms.rules.people_files.corrections import Cell, CellToCorrect, RowToCorrect
from lms.rules.people_files.dates import ORDERS
from lms.rules.people_files.fields import FIELDS
from lms.rules.people_files.tables import LONGEST_CELL
from lms.rules.people_files.text import CHARSETS

from .fields import OneLineField


class PeopleFileForm(forms.Form):
    """The file, and under which name its columns were kept before."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, up to 8 MB and 20,000 people. The first row names the columns."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )
    mapping = forms.ChoiceField(label=_("Columns as kept under"), required=False)

    def __init__(self, *args: Any, names: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = [(name, name) for name in names]
        self.fields["mapping"].choices = [("", _("Find them by their names")), *kept]  # type: ignore[attr-defined]
        if not kept:
            del self.fields["mapping"]


class ColumnsForm(forms.Form):
    """What each column is. The fields are ``column-0`` and so on, in the order of the file."""

    leave = forms.ChoiceField(
        label=_("Who leaves by this file"),
        widget=forms.RadioSelect,
        choices=[
            (NOBODY, _("Nobody")),
            (STATED, _("Whoever has a last day in it")),
            (MISSING, _("These, and today whoever of its teams and locations is missing from it")),
        ],
    )
    order = forms.ChoiceField(label=_("Days with strokes are written"), required=False)
    charset = forms.ChoiceField(label=_("Letters are written in"), required=False)
    keep_as = OneLineField(
        label=_("Keep these choices as"),
        max_length=80,
        required=False,
        help_text=_("The next file with these columns is read in the same way."),
    )

    def __init__(self, *args: Any, look: FileLook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heads = look.table.heads
        choices = [("", _("Do not use")), *((field.code, field.label) for field in FIELDS)]
        for number, head in enumerate(self.heads):
            self.fields[f"column-{number}"] = forms.ChoiceField(
                label=head, required=False, choices=choices, initial=look.columns.get(head, "")
            )
        found = [("", _("as they can be read"))]
        self.fields["order"].choices = [*found, *ORDERS.items()]  # type: ignore[attr-defined]
        self.fields["charset"].choices = [*found, *CHARSETS.items()]  # type: ignore[attr-defined]
        if not look.table.charset:
            del self.fields["charset"]

    def chosen(self) -> dict[str, Any]:
        """What was chosen, as the service takes it."""
        said = dict(self.cleaned_data)
        columns = {head: said.pop(f"column-{number}") for number, head in enumerate(self.heads)}
        return {"columns": columns, **said}


class RowsForm(forms.Form):
    """Rows to correct. The fields of line 3 are ``cell-3-0`` and so on, by the place of the column, ``back-3-0`` where
    one is corrected, and ``out-3``.
    """

    def __init__(self, sent: QueryDict | None = None, *, rows: Iterable[RowToCorrect], **kwargs: Any) -> None:
        self.rows = [row for row in rows if row.line]
        self.sent = sent or QueryDict()
        super().__init__(None if sent is None else self._with_the_rest(sent), **kwargs)
        for row in self.rows:
            for cell in row.cells:
                self._add(cell)
            self.fields[f"out-{row.line}"] = forms.BooleanField(
                label=_("Leave this row out"), required=False, initial=row.out
            )

    def _with_the_rest(self, sent: QueryDict) -> QueryDict:
        """What was sent, and what stands in cells that its page did not have."""
        data = sent.copy()
        for row in self.rows:
            for cell in row.cells:
                data.setdefault(f"cell-{cell.name}", cell.text)
            if row.out:
                data[f"out-{row.line}"] = "on"
        return data

    def _add(self, cell: CellToCorrect) -> None:
        field = OneLineField(label=cell.label, required=False, max_length=LONGEST_CELL, initial=cell.text)
        field.widget.attrs["autocomplete"] = "off"
        if cell.is_wrong:
            field.widget.attrs["aria-invalid"] = "true"
        self.fields[f"cell-{cell.name}"] = field
        if cell.is_corrected:
            words = _("Corrected here. The file says: %(text)s")
            nothing = _("Corrected here. The file says nothing.")
            field.help_text = words % {"text": cell.in_file[:120]} if cell.in_file else nothing
            self.fields[f"back-{cell.name}"] = forms.BooleanField(label=_("As in the file again"), required=False)

    def said(self) -> dict[str, Any]:
        """What was sent, as the service takes it, and nothing else: it is the same when it comes twice."""
        cells = cells_in(self.sent, "cell")
        lines = {line for line, _place in cells}
        return {
            "cells": {cell: self.sent[name] for cell, name in cells.items()},
            "back": set(cells_in(self.sent, "back")),
            "out": {line: f"out-{line}" in self.sent for line in lines},
        }


def cells_in(sent: Iterable[str], what: str) -> dict[Cell, str]:
    """The cells to which a form has a field of this kind, each with the name of the field."""
    names = ((re.fullmatch(rf"{what}-(\d{{1,7}})-(\d{{1,3}})", name, re.ASCII), name) for name in sent)
    return {(int(found[1]), int(found[2])): name for found, name in names if found}


class ApplyForm(forms.Form):
    """What becomes of rows that cannot be read, and when new people are invited."""

    leave_out = forms.ChoiceField(
        label=_("Rows that cannot be read"),
        widget=forms.RadioSelect,
        choices=[
            ("", _("Write nothing until every row is fine")),
            ("yes", _("Write the others, and leave these out")),
        ],
        required=False,
        initial="",
    )
    invitations = forms.ChoiceField(
        label=_("Invitations to people who are new"),
        widget=forms.RadioSelect,
        choices=[
            ("later", _("Later: I say when")),
            ("first_day", _("On the morning before their first day")),
            ("now", _("At once")),
        ],
        initial="later",
    )
    typed = OneLineField(label=_("How many leave"), max_length=10, required=False)

    def __init__(self, *args: Any, look: FileLook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = look.plan
        if plan is None or not plan.problems:
            del self.fields["leave_out"]
        if plan is None or not plan.counts["new"]:
            del self.fields["invitations"]
        if plan is None or not plan.to_type:
            del self.fields["typed"]
