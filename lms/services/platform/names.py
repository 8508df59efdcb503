"""The order of names that is kept beside them, written anew."""

from __future__ import annotations

from django.apps import apps
from django.db import transaction

from lms.models import Named
from lms.models.named import organisations_language

AT_ONCE = 500


def unsorted_names() -> list[Named]:
    """Rows whose kept order, or fold, is not what today's language and rules say. Queries: 1, and 1 a table."""
    language, found = organisations_language(), []
    for model in apps.get_models():
        if issubclass(model, Named):
            for row in model._default_manager.all():
                kept = [getattr(row, name) for name in row.KEPT_WITH_NAME]
                row.set_name_order(language)
                if kept != [getattr(row, name) for name in row.KEPT_WITH_NAME]:
                    found.append(row)
    return found


@transaction.atomic
def sort_names() -> int:
    """Write the order of every name anew; returns how many changed. Queries: as ``unsorted_names``, and 2 for 500."""
    rows = unsorted_names()
    for model in {type(row) for row in rows}:
        mine = [row for row in rows if type(row) is model]
        model._default_manager.bulk_update(mine, model.NAMED_BY, batch_size=AT_ONCE)
    return len(rows)
