"""Forms of the admin that are ours: pictures that arrived broken are refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.images.forms import BaseImageForm


class PictureForm(BaseImageForm):
    """Wagtail's, in every way in which a picture comes: one, several, in a chooser, in the place of another."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"].to_python = whole(self.fields["file"].to_python)


def whole(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Wagtail's reading of a picture, which decodes all of it to count its pixels; where that fails, a sentence."""

    def read_to_the_end(data: Any) -> Any:
        try:
            return read(data)
        except ValidationError:
            raise
        except Exception as error:  # whatever a decoder raises on a file that is no picture
            raise ValidationError(
                _("This picture is broken or did not arrive whole. Save it again and send that.")
            ) from error

    return read_to_the_end
