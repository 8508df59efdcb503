"""Papers of lessons are for people who sign in, and those of a private collection for whom it is."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from wagtail.models import BaseViewRestriction

from lms.errors import NotAllowed


def only_whom_it_is_for(document: Any, request: HttpRequest) -> HttpResponse | None:
    """Wagtail hands a document to whoever knows its address; here the log-in page comes first.

    Whoever is signed in and of none of the groups would be led by Wagtail to the log-in page, and back, without end.
    Raises NotAllowed. A password is asked by Wagtail itself, which comes next.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    for restriction in document.collection.get_view_restrictions():
        if restriction.restriction_type == BaseViewRestriction.GROUPS and not restriction.accept_request(request):
            raise NotAllowed(_("This file is for other people."))
    return None
