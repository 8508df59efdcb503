"""Nothing that a form requires is unmakeable: every required choice, from an empty installation to one that runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.forms import BaseForm
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from cms.api import begin_with_starter, run_starter
from cms.services.setup import starter
from coaching.api import give_grants, make_coach
from lms import clock
from lms.api import Path, Skill, User, give_duty, invite_person, make_administrator, make_team, name_manager
from tests.clients import log_in
from tests.cms.test_starter import small_curriculum
from tests.factories import basics, people
from tests.shown import looked

pytestmark = pytest.mark.django_db

NOT_ASKED = ("/accounts/logout/", "/cms/", "/patterns/")
MADE = {"team": "/teams/new/", "person": "/people/invite/"}
"""Where the first of what a page asks for is made, said on the page while there is none; all else by setting up."""
SET_UP = "/setup/"


def addresses() -> Iterator[str]:
    """Every address of ours that is about nothing in particular."""
    for name in get_resolver().reverse_dict:
        if isinstance(name, str):
            try:
                address = reverse(name)
            except NoReverseMatch:
                continue
            if not address.startswith(NOT_ASKED):
                yield address


def without_choice(client: Client) -> dict[tuple[str, str], str]:
    """By address and field, the page of every form that requires to choose where there is nothing to choose."""
    found = {}
    for address in sorted(set(addresses())):
        answer: Any = client.get(address)
        if answer.status_code != 200 or not answer.context:
            continue
        page = answer.content.decode().partition("<main")[2]
        shown = {name: value for context in answer.context for name, value in context.flatten().items()}
        for form in shown.values():
            for name, field in form.fields.items() if isinstance(form, BaseForm) else ():
                choices = getattr(field.widget, "choices", None)
                # A group of buttons without any has no input, only its label or what is said in its place.
                is_there = f'name="{name}"' in page or name in ("path", "skill", "skills")
                if field.required and choices is not None and is_there and not [key for key, _label in choices if key]:
                    found[address, name] = page
    return found


def test_what_every_form_requires_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "read_curriculum", lambda folder: (small_curriculum(), []))
    at = clock.now()
    admin = people.person("Ilse Novak")
    make_administrator(person=admin, at=at)

    def do(service: Any, actor: User = admin, **fields: Any) -> Any:
        return service(actor=people.fresh(actor), key=basics.key(), at=at, **fields)

    def invite(name: str) -> User:
        email = f"{name.split()[0].lower()}@example.com"
        return do(invite_person, email=email, full_name=name, team_id=team.pk, link_for=lambda person: "/link/")

    first = without_choice(log_in(people.fresh(admin), sure=True))
    assert ("/people/invite/", "team") in first
    for (address, field), page in first.items():
        assert f'href="{MADE.get(field, SET_UP)}' in page, f"{address} does not say where {field} comes from"

    team = do(make_team, name="Customer teams")
    ruta, sam, _lucia = invite("Ruta Balode"), invite("Sam Visit"), invite("Lucia Moreno")
    manager = invite("Mara Boss")
    do(name_manager, team_uid=team.uid, person_uid=manager.uid, from_on=at.date())
    do(give_duty, person_uid=ruta.uid, duty="learning", reason="She runs learning.")
    for (address, field), page in without_choice(log_in(people.fresh(ruta))).items():
        assert f'href="{MADE.get(field, SET_UP)}' in page, f"{address} does not say where {field} comes from"
    page = log_in(people.fresh(manager)).get("/team/enrol/").content.decode()
    assert "There is no path yet." in page
    assert 'href="/setup/' not in page, "a manager is led nowhere that is not theirs"
    do(begin_with_starter)
    run_starter()
    do(make_coach, ruta, person_uid=sam.uid, capacity=1)
    grant = {"person_uid": sam.uid, "skill_slugs": [Skill.objects.earliest("pk").slug], "reason": "Did it for years."}
    do(lambda **fields: looked(give_grants, **fields), ruta, **grant)
    assert Path.objects.count() == 1
    for who in (admin, ruta, sam):
        assert list(without_choice(log_in(people.fresh(who)))) == []
