"""Input of the exchange."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coaching.api import Post
from lms.api import Skill
from lms.forms.fields import OneLineField

from .fields import skill_choices, text_area


class SkillForm(forms.Form):
    """A form that asks for one skill; ``skills`` fills the list."""

    skill = forms.ChoiceField(label=gettext_lazy("Skill"))

    def __init__(self, *args: Any, skills: Iterable[Skill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skill"].choices = [("", _("Choose a skill")), *skill_choices(skills)]  # type: ignore[attr-defined]


class QuestionForm(SkillForm):
    """A question to everybody."""

    title = OneLineField(
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


class ContributionForm(forms.Form):
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


class JudgeForm(forms.Form):
    """One post of a thread, and why it is hidden."""

    post = forms.UUIDField(widget=forms.HiddenInput)
    reason = OneLineField(label=gettext_lazy("Reason"), max_length=300, required=False)
