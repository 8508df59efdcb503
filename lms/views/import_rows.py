"""Correcting rows on the page of a file: those that cannot be read, and what was put right so far."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.forms import BoundField, Form
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.api import FileLook, PeopleImport, correct_rows, put_back_row
from lms.forms.imports import RowsForm, cells_in
from lms.requests import SignedInRequest, key_of, shown_of
from lms.rules.people_files.corrections import CellToCorrect, Corrections, RowsToCorrect, RowToCorrect
from lms.rules.people_files.rows import RowProblem

from .acting import Outcome, carry_out

MANY = 3
"""More cells than these stand below what is wrong, in columns, and not beside it."""
PER_PAGE = 20
"""So many rows can be corrected at once: each has a field for every column."""


class RowsOnPage:
    """The rows of a file that need somebody. ``problems``: a page of those that cannot be read; ``settled``: a page of
    those that were corrected and are fine now, or are left out; ``form``: of the first, ``put_back``: of the others.
    """

    ACTS = ("correct", "put_back")

    def __init__(self, request: SignedInRequest, row: PeopleImport, look: FileLook) -> None:
        self.request, self.row = request, row
        self.rows = RowsToCorrect(look.as_read, Corrections.kept(row.corrections), look.columns)
        found = look.plan.problems if look.plan else ()
        self.problems: Page[RowProblem] = Paginator(found, PER_PAGE).get_page(request.GET.get("wrong"))
        settled = self.rows.settled(found) if look.plan else []
        self.settled: Page[RowToCorrect] = Paginator(settled, PER_PAGE).get_page(request.GET.get("settled"))
        self.corrected_lines = {line for line, _place in self.rows.corrections.cells}
        act = request.POST.get("act") if request.method == "POST" else None
        sent = request.POST if act == "correct" else None
        self.form = RowsForm(sent, rows=self._to_correct(found), auto_id="rows_%s")
        self.put_back = Form(request.POST if act == "put_back" else None)

    def _to_correct(self, found: Iterable[RowProblem]) -> list[RowToCorrect]:
        """The rows of this page, and those of the form that was sent, whatever has become of them meanwhile."""
        sent = {line for line, _place in cells_in(self.request.POST, "cell")}
        shown = {problem.line for problem in self.problems}
        rows = [self.rows.with_problem(problem) for problem in found if problem.line in shown or problem.line in sent]
        fine = sent - {problem.line for problem in found}
        return rows + self.rows.now_fine(fine, _("This row is settled by now: it can be read, or is left out."))

    @property
    def address(self) -> str:
        """Where the reader goes on: the same rows."""
        place = self.request.GET.get("wrong", "")
        query = f"?wrong={place}" if place.isdecimal() else ""
        return reverse("people_import_file", args=[self.row.uid]) + query + "#problems"

    def carry_out(self, act: str) -> Outcome[PeopleImport]:
        """Keep what was sent. A form with a fault says so, with what was written."""
        known = {"import_uid": self.row.uid, "shown": shown_of(self.request)}
        if act == "put_back":
            line = self.request.POST.get("line", "")
            number = int(line) if line.isdecimal() and len(line) < 8 else 0
            outcome = carry_out(self.request, self.put_back, put_back_row, line=number, **known)
        elif self.form.is_valid():
            outcome = carry_out(self.request, self.form, correct_rows, **known, **self.form.said())
        else:
            return Outcome(None, 422, key_of(self.request))
        if outcome.done:
            messages.success(self.request, _("Kept, and read again."))
        return outcome

    def wrong(self) -> list[dict[str, Any]]:
        """Each row to correct, with its fields."""
        return [self._fields(row) for row in self._to_show()]

    def _to_show(self) -> list[RowToCorrect]:
        """With those that stand in no file, in whose cells nothing can be corrected."""
        elsewhere = [self.rows.with_problem(problem) for problem in self.problems if not problem.line]
        return elsewhere + self.form.rows

    def _fields(self, row: RowToCorrect) -> dict[str, Any]:
        concerned, others = ([self._pair(cell) for cell in cells] for cells in (row.concerned, row.others))
        if not concerned or any(field.errors for field, _back in others):
            concerned, others = concerned + others, []  # nothing that somebody has to see is folded away
        out = self.form[f"out-{row.line}"] if row.line else None
        return {"row": row, "concerned": concerned, "others": others, "out": out, "many": len(concerned) > MANY}

    def _pair(self, cell: CellToCorrect) -> tuple[BoundField, BoundField | None]:
        """The field of a cell, and the box that puts back what the file says."""
        return self.form[f"cell-{cell.name}"], self.form[f"back-{cell.name}"] if cell.is_corrected else None
