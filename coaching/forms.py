"""Input of the pages of helping: shape only, what it means is checked by the services.

The key of the act is no field: views read it with ``lms.requests.key_of``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coaching.api import CoachProfile, CommitmentSkill, PathChoice, Post
from coaching.rules.times import MAX_MINUTES, MIN_MINUTES
from lms.api import Customer, Enrolment, Skill, User
from lms.forms import Day, ManyLines, Moment, OneLine
from lms.rules import bounds
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


class OneOf(forms.UUIDField):
    """One of many rows by uid. Whether it exists and may be chosen, the service says."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=kwargs.pop("widget", forms.Select), **kwargs)


def text_area(label: Any, rows: int = 4, **kwargs: Any) -> ManyLines:
    """Several lines."""
    return ManyLines(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def skill_choices(skills: Iterable[Skill]) -> list[tuple[str, str]]:
    """Skills by slug."""
    return [(skill.slug, skill.title) for skill in skills]


class SkillForm(forms.Form):
    """A form that asks for one skill; ``skills`` fills the list."""

    skill = forms.ChoiceField(label=gettext_lazy("Skill"))

    def __init__(self, *args: Any, skills: Iterable[Skill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skill"].choices = [("", _("Choose a skill")), *skill_choices(skills)]  # type: ignore[attr-defined]


class QuestionForm(SkillForm):
    """A question to everybody."""

    title = OneLine(
        label=gettext_lazy("Your question, in one sentence"),
        max_length=300,
        help_text=gettext_lazy("Leave out names of people at the customer."),
    )
    body = text_area(gettext_lazy("What happened, and what you tried"), rows=6)


class ExampleForm(SkillForm):
    """An example of a skill at work."""

    body = text_area(
        gettext_lazy("Your example"),
        rows=8,
        help_text=gettext_lazy("What you saw or did, and what followed. Leave out names of people at the customer."),
    )


class AnswerForm(forms.Form):
    """A contribution to a thread."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Add to this thread"),
        choices=[(Post.Kind.ANSWER, Post.Kind.ANSWER.label), (Post.Kind.EXAMPLE, Post.Kind.EXAMPLE.label)],
        widget=forms.RadioSelect,
        initial=Post.Kind.ANSWER,
    )
    body = text_area(
        gettext_lazy("Your words"), rows=5, help_text=gettext_lazy("Leave out names of people at the customer.")
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = OneLine(label=gettext_lazy("Reason"), max_length=300)


class JudgeForm(forms.Form):
    """One post of a thread, and why it is hidden."""

    post = forms.UUIDField(widget=forms.HiddenInput)
    reason = OneLine(label=gettext_lazy("Reason"), max_length=300, required=False)


class ChallengeForm(forms.Form):
    """What makes somebody sure that they can be seen now."""

    why = text_area(
        gettext_lazy("What makes you sure?"),
        rows=5,
        max_length=1000,
        help_text=gettext_lazy("What you have done before, with whom, and what came of it. Your coach reads it."),
    )


class WordsForm(forms.Form):
    """A sentence that goes with an answer."""

    words = OneLine(label=gettext_lazy("In one sentence"), max_length=300)


class MoveForm(forms.Form):
    """When and where."""

    planned_at = Moment(label=gettext_lazy("When"), within=bounds.TALK_PLANNED)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=MIN_MINUTES, max_value=MAX_MINUTES, initial=40
    )
    place = OneLine(
        label=gettext_lazy("Where"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("A room, a telephone number or the address of a call."),
    )


class PlanForm(MoveForm):
    """A new session."""

    title = OneLine(label=gettext_lazy("What it is about"), max_length=160, required=False)
    field_order = ["title", "planned_at", "minutes", "place"]


class NotesForm(forms.Form):
    """What was said."""

    shared_notes = text_area(
        gettext_lazy("Shared notes"), required=False, help_text=gettext_lazy("Both of you read these.")
    )
    private_notes = text_area(
        gettext_lazy("Private notes"),
        rows=3,
        required=False,
        help_text=gettext_lazy("Only you can read these, ever. They do not move with the learner to another coach."),
    )


class HoldForm(NotesForm):
    """The session took place."""

    held_at = Moment(label=gettext_lazy("When it was"), within=bounds.TALK_HELD)
    field_order = ["held_at", "shared_notes", "private_notes"]


class CommitmentForm(forms.Form):
    """A promise."""

    what = OneLine(
        label=gettext_lazy("What you will do"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One thing that somebody could see you do."),
    )
    customer = OneOf(label=gettext_lazy("For which customer"))
    by_on = Day(label=gettext_lazy("By which day"), within=bounds.PROMISED_BY)
    skills = forms.MultipleChoiceField(
        label=gettext_lazy("Skills that you will use"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, customers: Sequence[Customer], skills: Iterable[Skill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skills"].choices = skill_choices(skills)  # type: ignore[attr-defined]
        if customers:
            choices = [("", _("Choose a customer")), *((str(row.uid), row.name) for row in customers)]
            self.fields["customer"].widget.choices = choices
        else:
            del self.fields["customer"]


class ReportForm(forms.Form):
    """What happened."""

    report = text_area(
        gettext_lazy("What happened"),
        rows=5,
        help_text=gettext_lazy("What you did, what the customer said, what you would do differently."),
    )


class Waiting(forms.MultipleChoiceField):
    """Offers what waits. What is confirmed by now (the form came twice) is no mistake: the service knows the form."""

    known: frozenset[str] = frozenset()

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) or str(value) in self.known


class ConfirmForm(forms.Form):
    """What the coach saw."""

    skills = Waiting(
        label=gettext_lazy("Which skills do you confirm?"), widget=forms.CheckboxSelectMultiple, required=False
    )
    note = text_area(
        gettext_lazy("A word to the learner"),
        rows=3,
        required=False,
        help_text=gettext_lazy("With “not yet”, say what is missing."),
    )

    def __init__(self, *args: Any, lines: Iterable[CommitmentSkill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = [line.skill for line in lines if line.confirmed_at is None]
        self.fields["skills"].choices = skill_choices(waiting)  # type: ignore[attr-defined]
        self.fields["skills"].known = frozenset(line.skill.slug for line in lines)  # type: ignore[attr-defined]


class CoachForm(forms.Form):
    """Which coach, and why when there was one before."""

    coach = OneOf(label=gettext_lazy("Coach"), widget=Choices)
    reason = OneLine(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("Both coaches and the learner read it.")
    )

    def __init__(self, *args: Any, coaches: Iterable[CoachProfile], handed_over: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_coaches(self.fields["coach"], coaches)
        if not handed_over:
            del self.fields["reason"]


class EnrolForm(forms.Form):
    """Who, for which role, from which day, with which coach."""

    person = OneOf(label=gettext_lazy("Person"))
    path = OneOf(label=gettext_lazy("Path and role"), widget=Choices)
    background = forms.ChoiceField(
        label=gettext_lazy("Background"),
        choices=Enrolment.Background.choices,
        widget=forms.RadioSelect,
        initial="other",
    )
    started_on = Day(label=gettext_lazy("First day"), within=bounds.PATH_BEGINS)
    coach = OneOf(label=gettext_lazy("Coach"), widget=Choices, required=False)

    def __init__(
        self,
        *args: Any,
        people: Iterable[User],
        paths: Iterable[PathChoice],
        coaches: Iterable[CoachProfile],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["person"], people)
        self.fields["path"].widget.choices = [(str(row.version.path.uid), path_label(row)) for row in paths]
        offer_coaches(self.fields["coach"], coaches, none=_("No coach yet"))


class CoachProfileForm(forms.Form):
    """Who coaches, and how many."""

    person = OneOf(label=gettext_lazy("Person"))
    capacity = forms.IntegerField(
        label=gettext_lazy("Places"),
        min_value=0,
        max_value=50,
        initial=4,
        help_text=gettext_lazy("Learners at one time."),
    )
    languages = OneLine(
        label=gettext_lazy("Languages"), max_length=120, required=False, help_text=gettext_lazy("As in: en, da.")
    )

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["person"], people)

    def clean_languages(self) -> list[str]:
        """Words between commas."""
        return [name.strip() for name in self.cleaned_data["languages"].split(",") if name.strip()]


class ProposalForm(forms.Form):
    """Who might follow, and why them."""

    coach = OneOf(label=gettext_lazy("Coach"), widget=Choices)
    reason = OneLine(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("Their manager reads it and decides.")
    )

    def __init__(self, *args: Any, coaches: Iterable[CoachProfile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_coaches(self.fields["coach"], coaches)


class CapacityForm(forms.Form):
    """How many learners at one time."""

    capacity = forms.IntegerField(label=gettext_lazy("Places"), min_value=0, max_value=50)


class AwayForm(forms.Form):
    """Days away, both included."""

    away_from = Day(label=gettext_lazy("First day away"), required=False, within=bounds.AWAY)
    away_until = Day(label=gettext_lazy("Last day away"), required=False, within=bounds.AWAY)
    cover = OneOf(label=gettext_lazy("Who covers"), required=False)

    def __init__(self, *args: Any, coaches: Iterable[CoachProfile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["cover"], [row.person for row in coaches], none=_("Nobody"))


class GrantForm(forms.Form):
    """Who may observe what, why, until when."""

    person = OneOf(label=gettext_lazy("Person"))
    skills = forms.MultipleChoiceField(label=gettext_lazy("Skills"), widget=forms.CheckboxSelectMultiple)
    reason = OneLine(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("What makes them fit to judge it. The record keeps it."),
    )
    until_on = Day(
        label=gettext_lazy("Until"),
        required=False,
        within=bounds.MAY_OBSERVE_UNTIL,
        help_text=gettext_lazy("Twelve months when left open, and at most."),
    )
    provisional = forms.BooleanField(
        label=gettext_lazy("Provisional"),
        required=False,
        help_text=gettext_lazy("For somebody who learns to observe: a second person countersigns every decision."),
    )

    def __init__(self, *args: Any, people: Iterable[User], skills: Iterable[Skill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["person"], people)
        self.fields["skills"].choices = skill_choices(skills)  # type: ignore[attr-defined]


def offer_people(field: forms.Field, people: Iterable[User], none: str = "") -> None:
    """Fill a list of people."""
    choices = [("", none or _("Choose a person"))]
    choices += [(str(row.uid), f"{row.full_name}, {row.job}" if row.job else row.full_name) for row in people]
    field.widget.choices = choices


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
