"""What the forms of helping share: fields, the lists that they offer, and the form that asks for a reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coaching.api import CoachProfile, PathChoice
from lms.api import Skill
from lms.forms.fields import ManyLinesField, OneLineField
from lms.rules.said import full_day
from lms.templatetags.vouch import spoken


class Choices(forms.RadioSelect):
    """Radio buttons of which some can be seen and not chosen."""

    closed: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One button; greyed when its value is in ``closed``."""
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.closed:
            option["attrs"]["disabled"] = True
        return option


def text_area(label: Any, rows: int = 4, **kwargs: Any) -> ManyLinesField:
    """Several lines."""
    return ManyLinesField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def skill_choices(skills: Iterable[Skill]) -> list[tuple[str, str]]:
    """Skills by slug."""
    return [(skill.slug, skill.title) for skill in skills]


def offer_coaches(field: forms.Field, coaches: Iterable[CoachProfile], none: str = "") -> None:
    """Fill a list of coaches with their room; who has none is shown and cannot be chosen."""
    rows = list(coaches)
    choices: list[tuple[str | UUID, str | SafeString]] = [("", none)] if none else []
    choices += [(str(row.person.uid), coach_label(row)) for row in rows]
    field.widget.choices = choices
    field.widget.closed = frozenset(str(row.person.uid) for row in rows if row.load >= row.capacity)


def coach_label(row: CoachProfile) -> SafeString:
    """A coach with their room: n of m."""
    words = [_("%(n)s of %(m)s places taken") % {"n": row.load, "m": row.capacity}]
    if row.load >= row.capacity:
        words[0] += _(", so cannot be chosen")
    if row.away_until:
        words.append(
            _("Away from %(from)s to %(until)s") % {"from": full_day(row.away_from), "until": full_day(row.away_until)}
        )
    if row.languages:
        words.append(_("Languages: %(names)s") % {"names": spoken(row.languages)})
    return format_html('<b>{}</b><br><span class="fine">{}.</span>', row.person.full_name, ". ".join(words))


def path_label(row: PathChoice) -> SafeString:
    """A path with the role that it leads to."""
    steps = len(row.structure.steps)
    words = _("Leads to the role %(role)s. ") % {"role": row.version.role_profile.title}
    words += ngettext("%(n)s step", "%(n)s steps", steps) % {"n": steps}
    words += _(", %(days)s days.") % {"days": row.structure.days}
    name = _("%(path)s, version %(n)s") % {"path": row.version.path.title, "n": row.version.number}
    return format_html('<b>{}</b><br><span class="fine">{}</span>', name, words)


class ReasonForm(forms.Form):
    """Why."""

    reason = OneLineField(label=gettext_lazy("Reason"), max_length=300)
