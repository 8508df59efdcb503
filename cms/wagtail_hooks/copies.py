"""Copies in the library begin as something new."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from wagtail.models import DraftStateMixin, RevisionMixin
from wagtail.snippets.views.snippets import CopyView

STATE = {field.name for mixin in (DraftStateMixin, RevisionMixin) for field in mixin._meta.get_fields()}
"""What tells of drafts, revisions, publishing and its schedule."""


class CopyAsNew(CopyView):
    """Wagtail's, on a row of its own: whatever is sent to this address never writes over the original."""

    def get_initial_form_instance(self) -> Model:
        """What an author writes comes from the original; uid, short name and the state of publishing do not."""
        made: Any = super().get_initial_form_instance()
        for field in made._meta.concrete_fields:
            if field.unique or field.name in STATE:
                setattr(made, field.attname, field.get_default())
        made._state.adding = True
        return made
