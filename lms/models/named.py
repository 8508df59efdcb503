"""Rows that people read in a list: beside the name stands what it is sorted by, in the organisation's language.

Written by ``save`` and by the bulk writers, never by hand; ``manage.py sort_names`` writes all of them anew when the
organisation's language changes, or a new release of ICU has other rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django.apps import apps
from django.db import models

from lms.rules.names import LONGEST, order_of

M = TypeVar("M", bound="Named")


def organisations_language() -> str:
    """The language by whose rules names are sorted. Queries: 1."""
    organisations = apps.get_model("lms", "Organisation").objects
    return organisations.values_list("locale", flat=True).first() or "en"


class NamedQuerySet(models.QuerySet[M]):
    """Bulk writers that know the order."""

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        """As Django's. Queries: 1 more."""
        rows, language = list(objs), organisations_language()
        for row in rows:
            row.set_name_order(language)
        return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        """As Django's. Queries: 1 more when the name is among the fields."""
        rows, names = list(objs), set(fields)
        if names & set(self.model.NAMED_BY):
            language = organisations_language()
            for row in rows:
                row.set_name_order(language)
            names |= set(self.model.KEPT_WITH_NAME)
        return super().bulk_update(rows, names, *args, **kwargs)

    def update(self, **values: Any) -> int:
        """As Django's; a name without its order is a TypeError."""
        if values.keys() & set(self.model.NAMED_BY) and not set(self.model.KEPT_WITH_NAME) <= values.keys():
            raise TypeError("A name is saved row by row, with its order; use save or bulk_update.")
        return super().update(**values)


class Named(models.Model):
    """Mixin: ``NAMED_BY`` are the fields that the name stands in, the first of them the one to sort by."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("name",)
    KEPT_WITH_NAME: ClassVar[tuple[str, ...]] = ("name_order",)

    name_order = models.CharField(max_length=LONGEST, editable=False, default="", db_index=True)

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        """With the order of the name, where the name is among what is saved. Queries: 1 more then."""
        fields = kwargs.get("update_fields")
        if fields is None or set(fields) & set(self.NAMED_BY):
            self.set_name_order(organisations_language())
            kwargs["update_fields"] = None if fields is None else {*fields, *self.KEPT_WITH_NAME}
        super().save(**kwargs)

    def set_name_order(self, language: str) -> None:
        """Write what the name is sorted by into the row, unsaved."""
        self.name_order = order_of(getattr(self, self.NAMED_BY[0]), language)
