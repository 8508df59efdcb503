"""A file with people: choosing it, saying what its columns are, and writing it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.api import FileLook
from lms.rules.people_files.compare import MISSING, NOBODY, STATED
from lms.rules.people_files.dates import ORDERS
from lms.rules.people_files.fields import FIELDS
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
