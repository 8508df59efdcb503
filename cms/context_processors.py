"""What stands on pages of the demo only; ``lms.settings.demo`` adds it, and no other settings do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from cms.demo.door import demo_people


def demo_door(request: HttpRequest) -> dict[str, Any]:
    """Who one can sign in as, on the page where one signs in. Queries: 1 there, 0 elsewhere."""
    match, passphrase = request.resolver_match, getattr(settings, "VOUCH_DEMO_PASSPHRASE", "")
    if not settings.VOUCH_DEMO or not passphrase or match is None or match.url_name != "account_login":
        return {}
    return {"demo_people": demo_people(settings.BASE_DIR / "curriculum"), "demo_passphrase": passphrase}
