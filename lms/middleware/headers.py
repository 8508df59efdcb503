"""What a browser may do with our pages, and how much it may send to us (docs/decisions/0013)."""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

ADMIN: dict[str, Any] = {
    # Wagtail's date choosers and chooser windows write scripts and styles into its pages; it never evaluates text.
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "media-src": [SELF],
    "frame-src": [SELF],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
}
"""The policy of the authors' admin; that of all other pages is the setting CONTENT_SECURITY_POLICY."""

SANDBOX = {"sandbox": True, "default-src": [NONE]}
"""For files that people uploaded: no origin, no script, no second request."""


class PagePolicy(CSPMiddleware):
    """One policy for the site, one for the admin, one for uploaded files; a preview may stand in the admin's frame.

    A body that says it is larger than VOUCH_MAX_BODY_BYTES is refused before anybody reads it (413).
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        try:
            announced = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            announced = 0
        if announced > settings.VOUCH_MAX_BODY_BYTES:
            raise RequestDataTooBig

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if is_document(request, response):
            del response["Content-Security-Policy"]  # Wagtail's own, which has no sandbox
        if is_admin(request) or is_preview(request):
            response["X-Frame-Options"] = "SAMEORIGIN"
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)  # also what no inner middleware saw
        return super().process_response(request, response)

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if report_only:
            return parts
        if is_document(request, response):
            parts.config = SANDBOX
        elif is_preview(request):
            parts.replace = {"frame-ancestors": [SELF], **(parts.replace or {})}
        elif is_admin(request):
            parts.config = ADMIN
        elif named(request, "mfa_activate_totp"):
            parts.replace = {"img-src": [SELF, "data:"]}  # the square code for the app is made for this page alone
        return parts


def is_admin(request: HttpRequest) -> bool:
    """Whether this is a page of the authors' admin."""
    return request.path.startswith(reverse("wagtailadmin_home"))


def is_preview(request: HttpRequest) -> bool:
    """Whether an author looks at a draft of this page."""
    return getattr(request, "is_preview", False)


def is_document(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether this is a file that an author uploaded, and not a page that refuses it."""
    return named(request, "wagtaildocs_serve") and "Content-Disposition" in response


def named(request: HttpRequest, name: str) -> bool:
    """Whether the address of this request has that name."""
    match = request.resolver_match
    return match is not None and match.url_name == name
