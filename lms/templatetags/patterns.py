"""Sample data for the living pattern page: what templates cannot write as literals, lists and a form with errors."""

import json
from typing import Any

from django import forms, template
from django.core.paginator import Page, Paginator
from django.template.loader import render_to_string

register = template.Library()


class SampleForm(forms.Form):
    """A form with one control of every kind, for the pattern page only."""

    customer = forms.CharField(label="Customer", help_text="As the customer writes it.")
    day = forms.DateField(
        label="Seen again by",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Choose a day after today."},
    )
    starts_at = forms.DateTimeField(
        label="When", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    context = forms.ChoiceField(label="Context", choices=[("joint", "Joint call"), ("live", "Live customer")])
    seen = forms.CharField(label="What I saw", widget=forms.Textarea(attrs={"rows": 4}))
    sure = forms.ChoiceField(
        label="How sure are you?",
        help_text="Asked before you hear what happens.",
        choices=[("3", "Sure"), ("2", "I think so"), ("1", "A guess")],
        widget=forms.RadioSelect,
    )
    skills = forms.MultipleChoiceField(
        label="Skills",
        required=False,
        choices=[("discovery", "Listening and discovery"), ("business", "The customer’s business")],
        widget=forms.CheckboxSelectMultiple,
    )
    summary = forms.FileField(label="The summary", required=False, help_text="PDF, text or picture, up to 10 MB.")
    own_work = forms.BooleanField(label="This is my own work.")


@register.simple_tag
def sample_form(*, wrong: bool = False) -> SampleForm:
    """The form filled in; with ``wrong`` as it comes back after a submit that lacks two things."""
    filled = {
        "customer": "Brant Hospitals",
        "day": "2026-05-07",
        "context": "joint",
        "seen": "Asked, waited.",
        "sure": "2",
    }
    if not wrong:
        return SampleForm(initial=filled | {"own_work": True})
    return SampleForm(filled | {"day": "soon", "sure": "", "own_work": "on"}, auto_id="wrong_%s")


@register.simple_tag
def sample_page() -> "Page[int]":
    """The second of three pages of 120 rows."""
    return Paginator(range(120), 50).page(2)


@register.simple_tag
def samples() -> dict[str, Any]:
    """The lists of ``templates/patterns/samples.json``."""
    data: dict[str, Any] = json.loads(render_to_string("patterns/samples.json"))
    return data
