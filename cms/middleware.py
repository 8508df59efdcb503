"""The admin: its hours are those of the person; refusals of publishing, and of coming in at all, become sentences."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.modal_workflow import render_modal_workflow
from wagtail.images.models import SourceImageIOError
from wagtail.users.models import UserProfile

from lms.api import User, language_of
from lms.middleware.refusals import kept_words

PROFILE = UserProfile._meta.get_field("user").remote_field.get_accessor_name()


class OwnHoursInAdmin:
    """Times in the admin are those of the person's own zone, as everywhere.

    Wagtail asks a profile of its own, which nobody here fills in: for this request it is told what the person's row
    says; nothing is written. Queries: none that the admin would not send itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        inside, who = request.path.startswith(reverse("wagtailadmin_home")), request.user
        if inside and isinstance(who, User) and who.has_perm("wagtailadmin.access_admin"):
            profile = UserProfile.objects.filter(user=who).first() or UserProfile(user=who)
            profile.preferred_language = profile.preferred_language or language_of(who)
            profile.current_time_zone = who.time_zone
            setattr(who, PROFILE, profile)
        return self.get_response(request)


OPEN = ("wagtailadmin_log*", "wagtailadmin_password_reset*", "wagtailadmin_sprite", "wagtailadmin_javascript_catalog")
"""What Wagtail shows to everybody: its doors, which lead to ours, its icons, and the words of its scripts."""


class RefusedInAdmin:
    """What others rest on is asked for when something goes live (``Content.check_publishable``), after Wagtail's forms.

    The editor's form says what is wrong beside its fields. Approving in a review, or several pages at a time, has no
    form of ours: there the refusal would be an error page. Wagtail approves in one transaction, so the page stays in
    review, and whoever approves is led to it with the sentence.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """403 for whoever is signed in and may not enter: Wagtail sends them to the log-in page, which sends them back.

        None: go on. Queries: what Wagtail would ask first.
        """
        if not request.path.startswith(reverse("wagtailadmin_home")) or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        for_all = match is not None and any(fnmatch(match.view_name, name) for name in OPEN)
        if for_all or request.user.has_perm("wagtailadmin.access_admin"):
            return None
        sentence = _("These pages are for people who write courses and look after Vouch.")
        context = {"sentence": sentence, "kept": kept_words(request)}
        return render(request, "errors/403.html", context, status=403)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The editor with the sentence (302), or as the window in the page wants to hear it; None: not ours.

        Raises Http404 for a picture whose file is gone from the disk.
        """
        match = request.resolver_match
        if isinstance(exception, SourceImageIOError):
            raise Http404 from exception
        if not isinstance(exception, ValidationError) or request.method != "POST" or match is None:
            return None
        if not request.path.startswith(reverse("wagtailadmin_home")):
            return None
        where = reverse("wagtailadmin_home")
        if match.namespace == "wagtailadmin_pages" and "page_id" in match.kwargs:
            where = reverse("wagtailadmin_pages:edit", args=[match.kwargs["page_id"]])
        messages.error(request, " ".join(exception.messages))
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return render_modal_workflow(request, "", None, {}, json_data={"step": "success", "redirect": where})
        return redirect(where)
