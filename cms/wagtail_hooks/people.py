"""People in the admin: names and duties may be changed, nobody is added or deleted here.

A person comes by invitation and leaves by a service that keeps their record; deleting one would break sign-offs, and
switching ``is_active`` would leave assignments behind.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from wagtail.users.forms import UserForm
from wagtail.users.views.bulk_actions import AssignRoleBulkAction, DeleteBulkAction, SetActiveStateBulkAction
from wagtail.users.views.users import DeleteView, EditView, IndexView, UserViewSet

from lms.api import named_like

User = get_user_model()


class PersonForm(UserForm):
    """Name, address, and duties (groups)."""

    password_enabled = False
    first_name = None
    last_name = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        editing_self = kwargs.pop("editing_self", False)
        super().__init__(*args, **kwargs)
        if editing_self:
            del self.fields["is_superuser"]

    class Meta:
        model = User
        fields = ("email", "full_name", "preferred_name", "job", "is_superuser", "groups")
        widgets = {"groups": forms.CheckboxSelectMultiple}


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


class AssignDuty(AssignRoleBulkAction):
    """Wagtail's, asking the policy who may give duties."""

    def check_perm(self, obj: Any) -> bool:
        return bool(self.user_has_permission("change"))
