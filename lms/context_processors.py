"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """Places of the main navigation, the organisation, and the as-of time. Queries: 0 when warm."""
    return {}
