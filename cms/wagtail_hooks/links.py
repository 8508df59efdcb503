"""The window in which authors type a link says at once what is wrong with it."""

from __future__ import annotations

from typing import Any

from django import forms
from wagtail.admin.forms.choosers import ExternalLinkChooserForm

from lms.rules.links import wrong_with_link_in_words


class CheckedLinkForm(ExternalLinkChooserForm):
    """Wagtail's, with our rule on links; one without any address is a mistake and not an error."""

    url = forms.CharField(label=ExternalLinkChooserForm.base_fields["url"].label)

    def clean_url(self) -> Any:
        link = self.cleaned_data["url"]
        if wrong := wrong_with_link_in_words(link):
            raise forms.ValidationError(wrong)
        return link
