"""Images and documents of our own from the first migration, so that either can grow a field later."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.search import index

from lms.api import OneLine


class CustomImage(AbstractImage):
    """A picture; ``credit`` says whose it is."""

    title = OneLine(_("title"), max_length=255)
    credit = OneLine(_("credit"), max_length=200, blank=True)

    admin_form_fields = (*Image.admin_form_fields, "credit")
    search_fields = [
        *AbstractImage.search_fields,
        # Wagtail's, and one may look for words among the pictures of a tag
        index.RelatedFields(
            "tags",
            [index.SearchField("name", boost=10), index.AutocompleteField("name"), index.FilterField("name")],
        ),
    ]

    def __str__(self) -> str:
        return self.title


class CustomRendition(AbstractRendition):
    """A scaled copy of a picture."""

    image = models.ForeignKey(CustomImage, models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="rendition_once")
        ]

    def __str__(self) -> str:
        return f"{self.image} {self.filter_spec}"


class CustomDocument(AbstractDocument):
    """A file for download."""

    title = OneLine(_("title"), max_length=255)

    admin_form_fields = Document.admin_form_fields

    def __str__(self) -> str:
        return self.title
