"""The admin asks our policies: Django's permissions neither open nor close what stands in the library, nor people."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from wagtail.permissions import policy_registry
from wagtail.snippets.models import get_snippet_models

from cms.models import SkillSource
from cms.policies import ACTS, LIBRARY, library_policies
from cms.services.authoring.setup import Frame
from lms.api import AUDITORS, AUTHORS, LEARNING_ADMINISTRATORS, Customer, User, people_in_admin_policy
from tests.editing import edit_data
from tests.factories import cms, people

pytestmark = pytest.mark.django_db

PEOPLE = "wagtailusers_users"


@pytest.fixture(autouse=True)
def skill(frame: Frame) -> SkillSource:
    """The frame with its groups, and one live skill."""
    return cms.skill_source()


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.pk))
    return client


def with_permissions(who: User, *models: type[Model]) -> User:
    """In the admin, with every permission of Django's on these models."""
    names = {model._meta.label_lower for model in models}
    found = [
        each
        for each in Permission.objects.select_related("content_type")
        if f"{each.content_type.app_label}.{each.content_type.model}" in names
    ]
    who.user_permissions.set([Permission.objects.get(codename="access_admin"), *found])
    return who


def refused(answer: Any) -> bool:
    """What the admin does with somebody who may not: back to its home page with a sentence."""
    return bool(answer.status_code == 302 and answer["Location"] == reverse("wagtailadmin_home"))


def menu(client: Client) -> str:
    return str(client.get(reverse("wagtailadmin_home")).content.decode())


# --- People -------------------------------------------------------------------------------------------------------


def people_urls(other: User) -> list[str]:
    return [
        reverse(f"{PEOPLE}:index"),
        reverse(f"{PEOPLE}:edit", args=[other.pk]),
        reverse(f"{PEOPLE}:history", args=[other.pk]),
        reverse(f"{PEOPLE}:usage", args=[other.pk]),
    ]


@pytest.mark.parametrize("django_says", [False, True])
def test_an_author_is_refused_at_people_and_is_not_shown_the_way(django_says: bool) -> None:
    author, other = people.in_group(AUTHORS), people.person("Otto Other")
    if django_says:
        with_permissions(author, User)
    client = signed_in(author)
    assert all(refused(client.get(url)) for url in people_urls(other))
    assert refused(client.post(people_urls(other)[1], {"email": other.email, "full_name": "Otto Else"}))
    assert User.objects.get(pk=other.pk).full_name == "Otto Other"
    assert reverse(f"{PEOPLE}:index") not in menu(client)
    assert reverse("wagtailsnippets_cms_skillsource:list") in menu(client)


def test_learning_administrators_see_people_and_change_nobody() -> None:
    learning, other = people.in_group(LEARNING_ADMINISTRATORS), people.person("Otto Other")
    client = signed_in(learning)
    index, edit, *_rest = people_urls(other)
    page = client.get(index)
    assert page.status_code == 200
    assert "Otto Other" in page.content.decode()
    assert edit not in page.content.decode()
    assert refused(client.get(edit))
    assert index in menu(client)


def test_an_administrator_changes_people_and_cannot_delete_them_there() -> None:
    administrator, other = people.administrator(people.person("Ada Admin")), people.person("Otto Other")
    client = signed_in(administrator)
    index, edit, *_rest = people_urls(other)
    delete = reverse(f"{PEOPLE}:delete", args=[other.pk])
    page = client.get(index).content.decode()
    assert edit in page
    assert delete not in page
    answer = client.get(edit)
    assert answer.status_code == 200
    assert delete not in answer.content.decode()
    assert refused(client.post(delete))
    assert User.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("who", [LEARNING_ADMINISTRATORS, ""])
def test_wagtail_gives_nobody_a_duty(who: str) -> None:
    """H10: neither its form, however much is posted with it, nor its bulk action; not by an administrator either."""
    actor = people.in_group(who) if who else people.administrator()
    if who:
        with_permissions(actor, User)
    other, auditors = people.person("Otto Other"), Group.objects.get(name=AUDITORS)
    client = signed_in(actor)
    url = reverse("wagtail_bulk_action", args=["lms", "user", "assign_role"])
    client.post(f"{url}?id={other.pk}", {"role": auditors.pk})
    for person in (other, actor):
        edit = reverse(f"{PEOPLE}:edit", args=[person.pk])
        fields = {"email": person.email, "full_name": person.full_name, "is_superuser": "on", "groups": [auditors.pk]}
        answer = client.post(edit, fields)
        assert refused(answer) if who else answer["Location"] == reverse(f"{PEOPLE}:index")
    assert not auditors.user_set.exists()
    assert set(User.objects.filter(is_superuser=True, is_active=True)) == ({actor} - ({actor} if who else set()))


def test_the_group_of_a_duty_keeps_its_name_and_stays() -> None:
    """H10: without it, whoever has the duty would lose the authoring pages and could not be given them again."""
    client, group = signed_in(people.administrator()), Group.objects.get(name=AUDITORS)
    assert refused(client.post(reverse("wagtailusers_groups:delete", args=[group.pk])))
    edit, before = reverse("wagtailusers_groups:edit", args=[group.pk]), set(group.permissions.all())
    for send in (client.get, client.post):
        answer = send(edit, {"name": "Else", "permissions": []})
        assert answer["Location"] == reverse("wagtailusers_groups:index")
        assert "belongs to a duty" in client.get(answer["Location"]).content.decode()
    assert set(Group.objects.get(name=AUDITORS).permissions.all()) == before
    another = Group.objects.create(name="Another")
    assert client.get(reverse("wagtailusers_groups:edit", args=[another.pk])).status_code == 200
    Group.objects.filter(name=AUDITORS).update(name="Before")
    page = client.post(reverse("wagtailusers_groups:add"), {"name": AUDITORS})
    assert "the name of a duty" in str(page.context["form"].errors)
    assert client.post(reverse("wagtailusers_groups:delete", args=[another.pk])).status_code == 302


# --- The library --------------------------------------------------------------------------------------------------


def library_urls(thing: Any) -> list[str]:
    name = thing.snippet_viewset.get_url_name
    return [
        reverse(name("list")),
        reverse(name("add")),
        reverse(name("edit"), args=[thing.pk]),
        reverse(name("delete"), args=[thing.pk]),
        reverse(name("history"), args=[thing.pk]),
        reverse(name("usage"), args=[thing.pk]),
    ]


def things(skill: SkillSource) -> list[Any]:
    return [skill, people.customer("brant")]


def test_somebody_without_the_duty_is_refused_whatever_django_permits(skill: SkillSource) -> None:
    client = signed_in(with_permissions(people.person(), *LIBRARY))
    for thing in things(skill):
        assert all(refused(client.get(url)) for url in library_urls(thing)), thing
    unpublish = reverse(skill.snippet_viewset.get_url_name("unpublish"), args=[skill.pk])
    assert refused(client.post(unpublish))
    bulk = reverse("wagtail_bulk_action", args=["lms", "customer", "delete"])
    client.post(f"{bulk}?id={Customer.objects.get().pk}")
    assert Customer.objects.count() == 1
    assert SkillSource.objects.get(pk=skill.pk).live
    home = menu(client)
    assert "/snippets/" not in home
    assert "Library" not in home


@pytest.mark.parametrize("duty", [AUTHORS, LEARNING_ADMINISTRATORS, "administrator"])
def test_authors_and_administrators_write_without_a_django_permission(skill: SkillSource, duty: str) -> None:
    who = people.administrator() if duty == "administrator" else people.in_group(duty)
    for group in Group.objects.all():
        group.permissions.set([Permission.objects.get(codename="access_admin")])
    client = signed_in(who)
    for thing in things(skill):
        open_ = {url: not refused(client.get(url)) for url in library_urls(thing)}
        mine = {url: duty != AUTHORS or thing != skill or "/delete/" not in url for url in open_}
        assert open_ == mine, thing
    assert "Library" in menu(client)
    url = library_urls(skill)[2]
    data = edit_data(client, url, skill, about="Better words.", **{"action-publish": "1"})
    assert client.post(url, data).status_code == 302
    assert (SkillSource.objects.get(pk=skill.pk).about == "Better words.") == (duty != AUTHORS), "L&D publishes it"


# --- One answer ---------------------------------------------------------------------------------------------------


def test_every_snippet_and_people_have_a_policy_of_ours() -> None:
    assert set(get_snippet_models()) == set(LIBRARY)
    assert all(policy_registry.get_by_type(model) is library_policies[model] for model in LIBRARY)
    assert policy_registry.get_by_type(User) is people_in_admin_policy


@pytest.mark.parametrize("duty", [AUTHORS, LEARNING_ADMINISTRATORS, AUDITORS, "administrator", ""])
def test_where_wagtail_asks_django_it_gets_the_same_answer(duty: str) -> None:
    """The buttons that publish a snippet and the reports ask ``has_perm``: the groups' permissions agree."""
    who = people.person()
    if duty:
        who = people.administrator(who) if duty == "administrator" else people.in_group(duty, who)
    who = User.objects.get(pk=who.pk)
    for model, policy in library_policies.items():
        label, name = model._meta.app_label, model._meta.model_name
        for act in ACTS if hasattr(model, "live") else ACTS - {"publish"}:
            assert who.has_perm(f"{label}.{act}_{name}") is policy.user_has_permission(who, act), (name, act)
    for act in ("view", "change"):
        assert who.has_perm(f"lms.{act}_user") is people_in_admin_policy.user_has_permission(who, act), act


def test_an_inactive_person_is_asked_for_in_vain() -> None:
    gone = people.in_group(AUTHORS)
    policy = library_policies[SkillSource]
    assert policy.user_has_permission(gone, "add")
    gone.is_active = False
    assert not policy.user_has_permission(gone, "add")
    assert not policy.instances_user_has_any_permission_for(gone, ["change"]).exists()
