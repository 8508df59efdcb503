"""Observer grants for L&D: who holds which, giving and revoking several at once, taking back what was done today."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from coaching.api import (
    GrantPlan,
    GrantsTakenBack,
    ObserverGrant,
    give_grants,
    give_grants_again,
    given_today,
    grant_policy,
    grants_shown,
    observers,
    open_grants_of,
    open_grants_of_each,
    plan_grants,
    revoke_grants,
    revoked_today,
    skills_to_choose,
    take_back_grants,
)
from coaching.forms.grants import GrantFilter, GrantForm, RevokeGrantsForm
from lms import clock
from lms.api import User, active_people, is_learning_administrator, people_here
from lms.errors import Invalid, NotFound
from lms.requests import SignedInRequest, key_of, shown_of
from lms.rules.said import full_day
from lms.views.acting import send, uid_or_none

from .acting import paged

PER_PAGE = 50


@login_required
@require_GET
def observer_grants(request: SignedInRequest) -> HttpResponse:
    """200 who may observe what until when, 50 a page, the first to lapse first - 403 neither L&D nor an administrator.
    The list: ``GrantFilter``. Queries: 6.
    """
    grant_policy.require(request.user, "add")
    today = clock.now().date()
    wanted = GrantFilter(request.GET, skills=skills_to_choose())
    chosen = wanted.chosen()
    filters = {"words" if name == "q" else name: value for name, value in chosen.items()}
    page = paged(observers(request.user, on=today, **filters), request.GET.get("page"), PER_PAGE)
    held = open_grants_of_each(request.user, page)
    context = {
        "page": page,
        "rows": [(person, held[person.pk]) for person in page],
        "wanted": wanted,
        "chosen": chosen,
        "base": f"?{urlencode(chosen)}&" if chosen else "?",
        "sees": is_learning_administrator(request.user),
        "today": today,
    }
    return render(request, "coaching/grants.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def observer_grants_give(request: SignedInRequest) -> HttpResponse:
    """200 form, then the question that names person and skills - 302 given - 403 neither L&D nor an administrator, or
    to oneself - 404 unknown person - 409 used before, or they hold something else now - 422 invalid. ``?person=``
    chooses somebody, ``?who=`` looks for people. Queries: 6.
    """
    grant_policy.require(request.user, "add")
    words, chosen = request.GET.get("who", "").strip(), request.POST.get("person") or request.GET.get("person")
    people = _with(people_here(words), uid_or_none(chosen))
    skills = list(skills_to_choose())
    form = GrantForm(request.POST or None, people=people, skills=skills, initial={"person": chosen})
    act, status, key = _act(request, "ask", "give"), 200, uuid4()
    if act == "ask":
        asked = send(request, form, _plan)
        if asked.done:
            return _ask_whether_to_give(request, form, asked.done)
        status, key = asked.status, asked.key
    elif act == "give":
        outcome = send(request, form, _give, shown=shown_of(request))
        if outcome.done:
            person = outcome.done[0].person
            messages.success(request, _may_observe(person, outcome.done))
            return redirect("observer_grants_person", person.uid)
        status, key = outcome.status, outcome.key
    context = {"form": form, "skills": skills, "words": words, "key": key}
    return render(request, "coaching/grants_give.html", context, status=status)


CHANGE = "change"
"""The act that goes back from a question to its form, as it was sent."""


def _act(request: SignedInRequest, *known: str) -> str:
    """Which of these acts a form asks for, or CHANGE; "" when a page is only looked at. Raises Invalid for another."""
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if request.method == "POST" and act not in (*known, CHANGE):
        raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
    return act


def _give(*, skills: Iterable[str], **fields: Any) -> list[ObserverGrant]:
    return give_grants(skill_slugs=skills, **fields)


def _plan(*, skills: Iterable[str], key: UUID, provisional: bool, **fields: Any) -> GrantPlan:
    return plan_grants(skill_slugs=skills, **fields)


def _ask_whether_to_give(request: SignedInRequest, form: GrantForm, plan: GrantPlan) -> HttpResponse:
    """The second question: who may observe what until when, and what ends by it."""
    held = open_grants_of(request.user, plan.person.uid)
    context = {
        "plan": plan,
        "form": form,
        "key": key_of(request),
        "shown": grants_shown(plan.person.uid, held),
    }
    return render(request, "coaching/grants_give_sure.html", context)


def _with(people: list[User], uid: UUID | None) -> list[User]:
    """These people, and the one who was chosen where they are not among them. Queries: 0-1."""
    if uid is None or any(person.uid == uid for person in people):
        return people
    return [*active_people().filter(uid=uid), *people]


@login_required
@require_http_methods(["GET", "POST"])
def observer_grants_person(request: SignedInRequest, person_uid: UUID) -> HttpResponse:
    """200 what somebody may observe, and the question before some of it is revoked - 302 revoked, taken back, or given
    again - 403 neither L&D nor an administrator, or one's own - 404 unknown person, or not held - 409 used before, or
    they hold something else now - 422 invalid. Queries: 11.
    """
    grant_policy.require(request.user, "add")
    held = open_grants_of(request.user, person_uid)
    person = held[0].person if held else active_people().filter(uid=person_uid).first()
    if person is None:
        raise NotFound(_("There is no such person here now."))
    act = _act(request, "ask", *DONE)
    revoke = RevokeGrantsForm(request.POST if act in ("ask", "revoke", CHANGE) else None, held=held)
    back = forms.Form(request.POST if act in ("take_back", "again") else None)
    status, key = 200, uuid4()
    if act in DONE:
        service, answer = DONE[act]
        known = {"shown": shown_of(request)} if act == "revoke" else {"grant_uids": _uids(request)}
        outcome = send(request, revoke if act == "revoke" else back, service, person_uid=person_uid, **known)
        if outcome.done:
            messages.success(request, answer(person, outcome.done))
            return redirect("observer_grants_person", person_uid)
        status, key = outcome.status, outcome.key
    elif act == "ask":
        chosen = [row for row in held if row.skill.slug in request.POST.getlist("skills")]
        if revoke.is_valid() and not chosen:
            revoke.add_error("skills", _("Choose at least one skill of the list."))
        if revoke.is_valid():
            return _ask_whether_to_revoke(request, revoke, person, held, chosen)
        status, key = Invalid.status, key_of(request)
    now = clock.now()
    context = {
        "person": person,
        "held": held,
        "given": given_today(request.user, person_uid, now),
        "revoked": revoked_today(request.user, person_uid, now),
        "revoke": revoke,
        "back": back,
        "sees": is_learning_administrator(request.user),
        "own": person == request.user,
        "today": now.date(),
        "key": key,
    }
    return render(request, "coaching/grants_person.html", context, status=status)


def _ask_whether_to_revoke(
    request: SignedInRequest,
    form: RevokeGrantsForm,
    person: User,
    held: list[ObserverGrant],
    chosen: list[ObserverGrant],
) -> HttpResponse:
    """The second question: whose right to observe what ends. What is not held any more is no part of it."""
    context = {
        "person": person,
        "chosen": chosen,
        "form": form,
        "key": key_of(request),
        "shown": grants_shown(person.uid, held),
    }
    return render(request, "coaching/grants_revoke_sure.html", context)


def _uids(request: SignedInRequest) -> list[UUID]:
    """The grants that a form names."""
    return [uid for text in request.POST.getlist("grants") if (uid := uid_or_none(text))]


def _revoke(*, skills: Iterable[str], **fields: Any) -> list[ObserverGrant]:
    return revoke_grants(skill_slugs=skills, **fields)


# --- What was done, in words


def _of(person: User, grants: Iterable[ObserverGrant]) -> dict[str, str]:
    """Whom a sentence is about, and which skills."""
    return {"name": person.full_name, "skills": get_text_list([row.skill.title for row in grants], _("and"))}


def _may_observe(person: User, grants: Iterable[ObserverGrant]) -> str:
    """Who may observe what from now on: one sentence for each last day."""
    by_day = sorted(grants, key=lambda row: row.until_on)
    return " ".join(
        _("%(name)s may observe %(skills)s until %(day)s.") % {**_of(person, rows), "day": full_day(day)}
        for day, rows in groupby(by_day, key=lambda row: row.until_on)
    )


def _revoked(person: User, grants: Iterable[ObserverGrant]) -> str:
    return _("%(name)s observes %(skills)s no more, and reads why.") % _of(person, grants)


def _taken_back(person: User, done: GrantsTakenBack) -> str:
    """What somebody does not observe after all, and what they do as before."""
    again = {row.skill_id for row in done.again}
    gone = [row for row in done.ended if row.skill_id not in again]
    said = [_("Taken back: %(name)s does not observe %(skills)s.") % _of(person, gone)] if gone else []
    return " ".join([*said, *([_("As before:"), _may_observe(person, done.again)] if again else [])])


DONE: dict[str, tuple[Callable[..., Any], Callable[[User, Any], str]]] = {
    "revoke": (_revoke, _revoked),
    "take_back": (take_back_grants, _taken_back),
    "again": (give_grants_again, _may_observe),
}
"""What a person's page does: the service, and what is said after."""
