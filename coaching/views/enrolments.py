"""Enrolling many people at once, for managers and L&D; and rules that enrol, for L&D."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from coaching.api import (
    enrol_many,
    help_policy,
    look_at_rule,
    newest_without_path,
    paths_to_choose,
    plan_many,
    switch_on_rule,
)
from coaching.forms.enrolments import ManyForm, RuleForm
from lms import clock
from lms.api import (
    RuleSpec,
    enrolled_by,
    enrolment_rule_policy,
    enrolment_rules,
    jobs_to_enrol_from,
    locations,
    organisations_day,
    rule_spec,
    switch_off_rule,
    teams_to_enrol_from,
)
from lms.errors import Invalid
from lms.requests import SignedInRequest, key_of, shown_of
from lms.views.acting import Outcome, carry_out, send, shown_on

PER_PAGE = 50


@login_required
@require_http_methods(["GET", "POST"])
def enrolments_many(request: SignedInRequest) -> HttpResponse:
    """200 form, or the dry run of what it says (``act`` look) - 302 enrolled - 403 neither manager nor L&D - 409 the
    dry run is stale, or somebody was faster - 422 invalid. Queries: 12, and 12 a dry run.
    """
    help_policy.require(request.user, "assign")
    at, user = clock.now(), request.user
    offered: dict[str, Any] = {
        "people": newest_without_path(user),
        "paths": paths_to_choose(),
        "tree": teams_to_enrol_from(user, organisations_day(at)),
        "locations": locations(),
        "jobs": jobs_to_enrol_from(user),
    }
    form = ManyForm(request.POST or None, **offered)
    wanted = form.wanted() if form.is_valid() else None
    status, key = 200, uuid4()
    if request.method == "POST":
        act, key = _act_of(request), key_of(request)
        if wanted is None:
            status = Invalid.status
        elif act == DO:
            fields = {"wanted": wanted, "leave_out": form.cleaned_data["leave_out"], "shown": shown_of(request)}
            outcome = carry_out(request, form, enrol_many, **fields)
            if outcome.done is not None:
                n = len(outcome.done)
                messages.success(
                    request, ngettext("%(n)s person is enrolled.", "%(n)s people are enrolled.", n) % {"n": n}
                )
                return redirect("enrolments_many")
            status, key = outcome.status, outcome.key
    plan = None
    if wanted:
        try:
            plan = plan_many(user, wanted, at)
        except Invalid as error:
            status = max(status, _put_into(form, error))
    context = {
        "form": form,
        "sent": ManyForm(request.POST, auto_id=False, **offered) if plan else None,
        "plan": plan,
        "key": key,
        "shown": shown_on(request, plan.shown, status) if plan else "",
    }
    return render(request, "coaching/many.html", context, status=status)


@login_required
@require_GET
def enrolments_rules(request: SignedInRequest) -> HttpResponse:
    """200 the rules, with how many each enrolled - 403 not L&D. Queries: 4."""
    enrolment_rule_policy.require(request.user, "add")
    rules = list(enrolment_rules())
    context = {"on": [rule for rule in rules if rule.is_on], "off": [rule for rule in rules if not rule.is_on]}
    return render(request, "coaching/rules.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def enrolments_rule_new(request: SignedInRequest) -> HttpResponse:
    """200 form, or a look at whom the rule would enrol (``act`` look) - 302 switched on - 403 not L&D - 409 such a rule
    is on, or the look is stale - 422 invalid. Queries: 8, and 12 a look.
    """
    enrolment_rule_policy.require(request.user, "add")
    at = clock.now()
    today = organisations_day(at)
    offered: dict[str, Any] = {
        "paths": paths_to_choose(),
        "tree": teams_to_enrol_from(request.user, today),
        "locations": locations(),
    }
    form = RuleForm(request.POST or None, initial={"joined_from_on": today}, **offered)
    spec = _spec(form, at)
    status, key = 200, uuid4()
    if request.method == "POST":
        act, key = _act_of(request), key_of(request)
        if spec is None:
            status = Invalid.status
        elif act == DO:
            outcome = carry_out(request, form, switch_on_rule, spec=spec, shown=shown_of(request))
            if outcome.done:
                messages.success(request, _("The rule is on. It enrols whoever comes, within five minutes."))
                return redirect("enrolments_rule", outcome.done.uid)
            status, key = outcome.status, outcome.key
    look = look_at_rule(request.user, spec, at) if spec else None
    context = {
        "form": form,
        "sent": RuleForm(request.POST, auto_id=False, **offered) if look else None,
        "look": look,
        "key": key,
        "shown": shown_on(request, look.shown, status) if look else "",
    }
    return render(request, "coaching/rule_new.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def enrolments_rule(request: SignedInRequest, rule_uid: UUID) -> HttpResponse:
    """200 what a rule says and whom it enrolled, 50 a page - 302 switched off - 404 unknown, or not L&D - 409 it is off
    already. Queries: 7.
    """
    related = ("team", "location", "path", "switched_on_by", "switched_off_by")
    rule = enrolment_rule_policy.get(request.user, "view", uid=rule_uid, related=related)
    form = Form(request.POST if request.method == "POST" else None)
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome: Outcome[Any] = send(request, form, switch_off_rule, rule_uid=rule.uid)
        if outcome.done:
            messages.success(request, _("The rule is off. Whom it enrolled stays enrolled."))
            return redirect("enrolments_rule", rule.uid)
        status, key = outcome.status, outcome.key
    people = Paginator(enrolled_by(rule), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "coaching/rule.html", {"rule": rule, "people": people, "form": form, "key": key}, status=status
    )


LOOK, DO = "look", "do"


def _act_of(request: SignedInRequest) -> str:
    """What was pressed: a look at what would be done, or to do it."""
    act = request.POST.get("act", "")
    if act not in (LOOK, DO):
        raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
    return act


def _spec(form: RuleForm, at: datetime) -> RuleSpec | None:
    """The rule that a form says; None, with the sentences in the form, when it says none."""
    if not form.is_valid():
        return None
    said = form.cleaned_data
    try:
        return rule_spec(
            team_uid=said["team"],
            location_uid=said["location"],
            job=said["job"],
            path_uid=said["path"],
            joined_from_on=said["joined_from_on"],
            days_after=said["days_after"],
            at=at,
        )
    except Invalid as error:
        _put_into(form, error)
        return None


def _put_into(form: Form, error: Invalid) -> int:
    """Say in a form what is wrong, unless it says something already; returns the status."""
    if not form.errors:
        for name, sentence in (error.fields or {"": str(error)}).items():
            form.add_error(name or None, sentence)
    return error.status
