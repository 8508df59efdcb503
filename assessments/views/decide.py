"""Deciding: the rule, what was seen, one sentence, and for each skill entrust or not yet. Signed by who is sure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BoundField
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments import api
from assessments.forms.decide import ENTRUST, NOT_YET, DecideForm, ReturnForm
from assessments.rules.evidence import EvidenceFinding
from lms import clock
from lms.api import expiring_days, gates_of
from lms.requests import SignedInRequest, key_of, shown_of
from lms.rules.days import months_later
from lms.rules.gates import OpenGate
from lms.rules.ladder import Ladder, ladder
from lms.rules.standing import Turn
from lms.views.acting import carry_out, shown_on
from lms.views.reauthentication import drop_stashed_form, reauthenticate, recently_authenticated, stashed_form

from . import rule_lines

RELATED = ("learner", "version", "enrolment__path", "enrolment__person", "claimed_by")


@dataclass(frozen=True)
class SkillChoice:
    """One skill on the form: its ladder, what may be entrusted and until when, and its fields. ``counts_on_from``: the
    last day of the sign-off that is renewed.
    """

    title: str
    ladder: Ladder
    vouched: bool
    ceiling: str
    levels: tuple[tuple[Any, bool], ...]
    reason: str
    valid_until: date
    counts_on_from: date | None
    entrust: Any
    not_yet: Any
    verdict: BoundField
    level: BoundField
    next_step: BoundField
    retry_on: BoundField


@login_required
@require_POST
def case_claim(request: SignedInRequest, case_uid: UUID) -> HttpResponse:
    """302 yours for half an hour - 403 not yours to decide - 404 unknown - 409 decided, or somebody else's now."""
    api.claim_case(actor=request.user, case_uid=case_uid, at=clock.now())
    return redirect("case_decide", case_uid)


@login_required
@require_http_methods(["GET", "POST"])
def case_decide(request: SignedInRequest, case_uid: UUID) -> HttpResponse:
    """200 form - 302 signed, asked who you are, or decided already - 403 seen but not yours to decide - 404 unknown or
    not your learner - 409 somebody was faster, or the page has changed since - 422 invalid; every word is kept.

    Queries, with the log-in check: 16 for the form, 14 to sign, whatever was seen (ADR 12).
    """
    if request.method == "POST":
        return _decide(request, case_uid)
    here, at = reverse("case_decide", args=[case_uid]), clock.now()
    case = api.case_policy.get(request.user, "decide", uid=case_uid, related=RELATED)
    if case.status == api.Case.Status.DECIDED:
        return redirect("case", case_uid)
    if not recently_authenticated(request):
        return reauthenticate(request, here)
    found = api.examine_cases([case], {case.enrolment_id: request.user.pk}, at)[case.pk]
    kept = stashed_form(request, here)
    titles = _titles(found)
    form = DecideForm(initial=kept, titles=titles) if kept else DecideForm(titles=titles)
    return _page(request, case, found, form, uuid4(), at, kept=kept)


def _decide(request: SignedInRequest, case_uid: UUID) -> HttpResponse:
    if not recently_authenticated(request):
        api.case_policy.get(request.user, "decide", uid=case_uid)  # nobody else is asked who they are
        return reauthenticate(request, reverse("case_decide", args=[case_uid]))
    form, status = DecideForm.sent(request.POST), 422
    key = key_of(request)
    if form.is_valid():
        outcome = carry_out(
            request,
            form,
            api.decide_case,
            case_uid=case_uid,
            verdicts=form.verdicts(),
            why=form.cleaned_data["why"],
            shown=shown_of(request),
        )
        if outcome.done:
            return _signed(request, case_uid, outcome.done)
        status, key = outcome.status, outcome.key
    at = clock.now()
    case = api.case_policy.get(request.user, "decide", uid=case_uid, related=RELATED)
    found = api.examine_cases([case], {case.enrolment_id: request.user.pk}, at)[case.pk]
    return _page(request, case, found, form.refused(_titles(found)), key, at, status)


def _signed(request: SignedInRequest, case_uid: UUID, made: list[api.SignOffEvent]) -> HttpResponse:
    drop_stashed_form(request)
    said = _("Signed. %(name)s has been told.") % {"name": made[0].subject.get_short_name()}
    if any(event.flags for event in made):
        said = f"{said} {_('It counts once somebody has countersigned.')}"
    messages.success(request, said)
    return redirect("case", case_uid)


def _titles(found: api.CaseFinding) -> dict[str, str]:
    return {slug: skill.title for slug, skill in found.skills.items()}


@login_required
@require_POST
def case_return(request: SignedInRequest, case_uid: UUID) -> HttpResponse:
    """302 given back - 403 - 404 - 409 decided, being decided by somebody else, or changed since - 422 nothing said."""
    case = api.case_policy.get(request.user, "decide", uid=case_uid, related=RELATED)
    at = clock.now()
    found = api.examine_cases([case], {case.enrolment_id: request.user.pk}, at)[case.pk]
    form = ReturnForm(request.POST)
    key, status = key_of(request), 422
    if form.is_valid():
        missing = form.cleaned_data["missing"]
        outcome = carry_out(request, form, api.return_case, case_uid=case_uid, missing=missing, shown=shown_of(request))
        if outcome.done:
            name = {"name": case.learner.get_short_name()}
            messages.success(request, _("Given back. %(name)s reads what is missing.") % name)
            return redirect("coach_queue")
        key, status = outcome.key, outcome.status
    return _page(
        request, case, found, DecideForm(titles=_titles(found)), uuid4(), at, status, give_back=form, back_key=key
    )


@login_required
@require_POST
def case_read(request: SignedInRequest, case_uid: UUID) -> HttpResponse:
    """302 the observations are open to you, and you no longer observe in this round - 403 - 404."""
    api.read_observations(actor=request.user, case_uid=case_uid, key=key_of(request), at=clock.now())
    return redirect(reverse("case_decide", args=[case_uid]) + "#what-was-seen")


def _page(
    request: SignedInRequest,
    case: api.Case,
    found: api.CaseFinding,
    form: DecideForm,
    key: UUID,
    at: datetime,
    status: int = 200,
    *,
    give_back: ReturnForm | None = None,
    back_key: UUID | None = None,
    kept: QueryDict | None = None,
) -> HttpResponse:
    parts, pieces = api.parts_of(found.spec), api.pieces_of(case)
    renewed = api.renewals_of_case(found, at)
    now = api.decision_shown(found, pieces, parts, renewed, at)
    seen, sees_all = api.observations_for(request.user, case, parts)
    gates = gates_of([case.learner_id])[case.learner_id]
    mine = case.claimed_by_id == request.user.pk and case.claimed_until is not None and case.claimed_until > at
    context = {
        "case": case,
        "found": found,
        "titles": [skill.title for skill in found.skills.values()],
        "met": sum(finding.met for finding in found.findings.values()),
        "rows": rule_lines.table(found),
        "ceilings": rule_lines.ceilings(found.findings.values()),
        "window": rule_lines.window(found.spec),
        "seen": seen,
        "sees_all": sees_all,
        "others": case.observations.exclude(observer=request.user).count() if not sees_all else 0,
        "pieces": pieces,
        "form": form,
        "skills": [_choice(found, slug, gates, form, renewed.get(slug), at) for slug in found.skills],
        "give_back": give_back or ReturnForm(),
        "key": key,
        "back_key": back_key or uuid4(),
        "act_key": uuid4(),
        "shown": shown_on(request, now, status, kept),
        "came_back": bool(kept),
        "mine": mine,
        "taken": not mine and case.claimed_until is not None and case.claimed_until > at,
        "checked_at": at,
    }
    return render(request, "decide/decide.html", context, status=status)


def _choice(
    found: api.CaseFinding,
    slug: str,
    gates: list[OpenGate],
    form: DecideForm,
    renewal: api.Renewal | None,
    at: datetime,
) -> SkillChoice:
    finding: EvidenceFinding = found.findings[slug]
    verdict, level = form[f"{slug}-verdict"], form[f"{slug}-level"]
    options = {option.data["value"]: option for option in verdict}
    mine = [gate for gate in gates if gate.skill == slug]
    asked = api.role_of(found.case.enrolment.role_version_id).by_skill.get(slug)
    today = clock.today(found.case.learner.zone, at)
    look = ladder(mine, asked, today, expires_within=expiring_days(), turn=Turn("show", _("you")))
    return SkillChoice(
        title=found.skills[slug].title,
        ladder=look,
        vouched=look.level > 0,
        ceiling=rule_lines.ceilings([finding])[0],
        levels=tuple((option, int(option.data["value"]) <= finding.ceiling) for option in level),
        reason=rule_lines.why_not(finding, found.spec),
        valid_until=renewal.until if renewal else months_later(at.date(), found.case.version.valid_months),
        counts_on_from=renewal.last_day if renewal else None,
        entrust=options[ENTRUST],
        not_yet=options[NOT_YET],
        verdict=verdict,
        level=level,
        next_step=form[f"{slug}-next_step"],
        retry_on=form[f"{slug}-retry_on"],
    )
