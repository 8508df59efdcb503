"""People in the admin: names may be changed. Nobody is added or deleted, nor given a duty or
an address here.

A person comes by invitation and leaves by a service that keeps their record; deleting one would break sign-offs, and
switching ``is_active`` would leave assignments behind. Duties and addresses are given with a reason, on
the page *People*.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.users.forms import GroupForm, UserForm
from wagtail.users.views.bulk_actions import AssignRoleBulkAction, DeleteBulkAction, SetActiveStateBulkAction
from wagtail.users.views.groups import DeleteView as GroupDeleteView
from wagtail.users.views.groups import EditView as GroupEditView
from wagtail.users.views.groups import GroupViewSet
from wagtail.users.views.users import DeleteView, EditView, IndexView, UserViewSet

from lms.api import GROUPS, named_like

User = get_user_model()


class PersonForm(UserForm):
    """Name and job."""

    password_enabled = False
    email = None
    first_name = None
    last_name = None
    is_superuser = None

    def __init__(self, *args: Any, editing_self: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    class Meta:
        model = User
        fields = ("full_name", "preferred_name", "job")


class NoDelete(DeleteView):
    """Nobody is deleted."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise PermissionDenied


class PersonEdit(EditView):
    """Wagtail's form; whether it offers to delete is asked of the policy, not of Django's permissions."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.can_delete = self.user_has_permission_for_instance("delete", self.object)


class PeopleList(IndexView):
    """Wagtail's, in the order of names that every list has, and searched as everywhere."""

    @cached_property
    def columns(self) -> list[Any]:
        found = super().columns
        for column in found:
            if column.name == "name":
                column.sort_key = "name_order"
        return found

    def search_queryset(self, queryset: Any) -> Any:
        return queryset.filter(named_like(self.search_query)) if self.is_searching else queryset


class PeopleViewSet(UserViewSet):
    """Wagtail's, with our fields and without deleting; adding somebody is an invitation.

    Nor is anybody copied: whoever may invite could make an administrator that way.
    """

    edit_template_name = "cms/admin/person_edit.html"
    index_view_class = PeopleList
    ordering = "name_order"
    edit_view_class = PersonEdit
    delete_view_class = NoDelete
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[PersonForm]:
        return PersonForm

    @property
    def add_view(self) -> Any:
        """To the screen that invites."""
        return lambda request: redirect("/people/invite/")


class NoBulkDelete(DeleteBulkAction):
    """Nobody is deleted, several at a time neither."""

    def check_perm(self, obj: Any) -> bool:
        return False

    @classmethod
    def execute_action(cls, objects: Any, **kwargs: Any) -> tuple[int, int]:
        raise PermissionDenied


class NoBulkActiveState(SetActiveStateBulkAction):
    """Ending a person is a service of its own."""

    def check_perm(self, obj: Any) -> bool:
        return False

    @classmethod
    def execute_action(cls, objects: Any, **kwargs: Any) -> tuple[int, int]:
        raise PermissionDenied


class NoBulkRole(AssignRoleBulkAction):
    """A duty is given to one person, with a reason."""

    def check_perm(self, obj: Any) -> bool:
        return False

    @classmethod
    def execute_action(cls, objects: Any, **kwargs: Any) -> tuple[int, int]:
        raise PermissionDenied


class GroupNamedOnce(GroupForm):
    """Wagtail's; no other group gets the name of a duty's."""

    def clean_name(self) -> str:
        if self.cleaned_data["name"] in GROUPS:
            raise ValidationError(_("This is the name of a duty's group. Choose another."))
        return str(super().clean_name())


class NoEditOfDuty(GroupEditView):
    """What the group of a duty may do is written from code (``cms.services.authoring.setup``), and changed with it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.refused(request) or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.refused(request) or super().post(request, *args, **kwargs)

    def refused(self, request: HttpRequest) -> HttpResponse | None:
        """302 to the list, with a sentence, for the group of a duty."""
        if self.get_object().name not in GROUPS:
            return None
        messages.error(request, _("This group belongs to a duty: what it may do is part of Vouch and not set here."))
        return redirect("wagtailusers_groups:index")


class NoDeleteOfDuty(GroupDeleteView):
    """The group of a duty stays: whoever has the duty would lose the authoring pages."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.get_object().name in GROUPS:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class DutyGroupViewSet(GroupViewSet):
    """Wagtail's groups say what a duty may do in the authoring pages; who has it, other rows say (``lms.services``)."""

    edit_view_class = NoEditOfDuty
    delete_view_class = NoDeleteOfDuty

    def get_form_class(self, for_update: bool = False) -> type[GroupForm]:
        return GroupNamedOnce
