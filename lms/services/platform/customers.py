"""Customers that the work is for."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from lms.models import Customer


def open_customers() -> QuerySet[Customer]:
    """Customers that we serve now, by name."""
    return Customer.objects.filter(closed=False)


def customers_by_slug(slugs: Iterable[str]) -> dict[str, Customer]:
    """These customers by slug, closed accounts too. Queries: 1."""
    return {row.slug: row for row in Customer.objects.filter(slug__in=set(slugs))}


def set_customer(*, slug: str, name: str, decision: str, closed: bool, note: str) -> Customer:
    """Make the customer with this slug say this; for loading, inside its transaction. Queries: 3-6."""
    fields = {"name": name, "decision": decision, "closed": closed, "note": note}
    return Customer.objects.update_or_create(slug=slug, defaults=fields)[0]
