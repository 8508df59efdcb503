"""Pictures of lessons and of people, scaled."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cms import api
from lms.errors import NotFound
from lms.requests import SignedInRequest


@login_required
@require_safe
def picture(request: SignedInRequest, name: str) -> FileResponse:
    """200 the picture - 302 nobody is signed in - 404 unknown. Queries: 3."""
    found, kind = api.picture_named(name)
    try:
        content = found.file.storage.open(found.file.name)
    except FileNotFoundError:
        raise NotFound(_("There is no such picture.")) from None
    return FileResponse(content, content_type=kind)
