"""Where pages are: each app says which URL name shows a kind of target, and addresses are made here and nowhere else.

Services name what is meant (``lms.rules.target``); views, template tags and mails ask for its address.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from lms.rules.target import Target

ADDRESSES = {
    "duties": "people_duties",
    "log-in": "account_login",
    "new passphrase": "account_reset_password",
    "own record": "people_own_record",
    "own facts": "me",
    "people": "people",
    "team": "teams_team",
}

_names: dict[str, str] = {}
_app_of: dict[str, str] = {}


def register_addresses(app: str, addresses: Mapping[str, str]) -> None:
    """Say which URL name shows each kind of target of an app; from ``AppConfig.ready()``. Registering again replaces.

    Raises ImproperlyConfigured for a kind of another app.
    """
    for kind, name in addresses.items():
        if _app_of.setdefault(kind, app) != app:
            raise ImproperlyConfigured(f"The kind of target “{kind}” belongs to {_app_of[kind]} already, not to {app}.")
        _names[kind] = name


def registered_addresses() -> dict[str, str]:
    """The URL name of every kind of target."""
    return dict(_names)


def address_of(target: Target | None) -> str:
    """The path of the page that is meant, with query and part; "" for none. KeyError for a kind nobody registered."""
    if target is None:
        return ""
    address = reverse(_names[target.kind], args=[] if target.about is None else [target.about])
    if target.query:
        address += f"?{urlencode(target.query, safe='/')}"
    return f"{address}#{target.part}" if target.part else address


def web_address_of(target: Target) -> str:
    """The same as it stands in a mail, with the name of the site before it."""
    return settings.VOUCH_BASE_URL.rstrip("/") + address_of(target)
