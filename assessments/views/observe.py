"""Observing: what was asked of me, and *I just saw this*. First what I saw, then how it was.

The first page has no control that rates anything. Its words come back sealed (``api.write_down``), and only with that
seal is the second page shown and its form taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments import api
from assessments.forms.observe import MARK, RATING, ObservationWordsForm, RatingForm, RequestAnswerForm
from assessments.rules.specs import StandardSpec
from coaching.api import customers_to_choose, grants_of, may_observe
from lms import clock
from lms.api import Enrolment, User, skills_with_ids
from lms.errors import Invalid, NotAllowed, NotFound
from lms.requests import SignedInRequest, key_of, shown_of
from lms.rules.waiting import days_since
from lms.views.acting import carry_out, shown_on, uid_or_none

PER_PAGE = 50


@dataclass(frozen=True)
class Encounter:
    """What is observed: by whom, of whom, on which standard. ``about`` is what the seal names."""

    observer: User
    learner: User
    enrolment: Enrolment
    version: api.StandardVersion
    spec: StandardSpec
    parts: tuple[api.SkillPart, ...]
    about: UUID
    ask: api.Request | None = None


@login_required
@require_GET
def observe_index(request: SignedInRequest) -> HttpResponse:
    """200: who asked me to watch, and what I may observe. Queries: 5."""
    at = clock.now()
    asked = api.request_policy.queryset(request.user, "observe").select_related("case__learner", "case__version")
    granted = grants_of([request.user.pk], at.date())[request.user.pk]
    context = {
        "asked": [
            (ask, days_since(ask.made_at, at, ask.case.learner.zone)) for ask in asked.order_by("planned_on", "pk")
        ],
        "skills": skills_with_ids(list(granted)),
        "today": clock.today(request.user.zone, at),
        "key": uuid4(),
    }
    return render(request, "observe/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def observe(request: SignedInRequest, request_uid: UUID) -> HttpResponse:
    """200 step one, or two - 302 written down - 403 seen but not asked of you, or no grant - 404 unknown - 409 no
    longer waits - 422 invalid; the words are kept. Queries: 6.
    """
    related = ("case__learner", "case__version", "case__enrolment__person", "customer", "observer")
    ask = api.request_policy.get(request.user, "view", uid=request_uid, related=related)
    if ask.observer_id != request.user.pk:
        api.request_policy.get(request.user, "observe", uid=request_uid)
    if request.method == "GET" and ask.status not in api.Request.WAITING:
        state = {"state": ask.get_status_display()}
        messages.info(request, _("This request no longer waits: it is %(state)s.") % state)
        return redirect("case", ask.case.uid)
    case = ask.case
    found = _encounter(request.user, case.enrolment, case.version, ask.uid, ask)
    if request.method == "GET" and api.has_read(request.user, case):
        raise NotAllowed(_("You chose to read the others' observations of this round, so you no longer add to it."))
    return _two_steps(request, found, request_uid=ask.uid)


@login_required
@require_POST
def observe_answer(request: SignedInRequest, request_uid: UUID) -> HttpResponse:
    """302 accepted or declined - 403 not asked of you - 404 unknown - 409 answered before - 422 no reason."""
    accept = request.POST.get("answer") == "accept"
    form = RequestAnswerForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    done = api.answer_request(
        actor=request.user, request_uid=request_uid, accept=accept, note=note, key=key_of(request), at=clock.now()
    )
    name = {"name": done.case.learner.get_short_name()}
    if accept:
        messages.success(request, _("%(name)s knows that you will be there.") % name)
        return redirect("observe", request_uid)
    messages.success(request, _("%(name)s has been told, and can ask somebody else.") % name)
    return redirect("observe_index")


@login_required
@require_http_methods(["GET", "POST"])
def observe_new(request: SignedInRequest) -> HttpResponse:
    """200 whom, what, then the same two steps - 302 written down - 403 no grant - 404 not to be observed by you - 409 -
    422. ``?learner=`` is an enrolment, ``?standard=`` one of its standards. Queries: 10, and 1 a standard of the path.
    """
    at = clock.now()
    granted = grants_of([request.user.pk], at.date())[request.user.pk]
    if not granted:
        raise NotAllowed(_("You have no observer grant now. L&D gives one, with a reason, for a skill that you know."))
    learner, standard = uid_or_none(request.GET.get("learner")), uid_or_none(request.GET.get("standard"))
    words = request.GET.get("q", "").strip()
    occasions = api.occasions_for(request.user, list(granted), at, words if learner is None else "")
    if learner is None:
        page = Paginator(occasions, PER_PAGE).get_page(request.GET.get("page"))
        return render(request, "observe/whom.html", {"page": page, "words": words})
    occasion = next((item for item in occasions if item.enrolment.uid == learner), None)
    if occasion is None:
        raise NotFound(_("There is nobody here whom you could observe on that."))
    versions = {uid: api.latest_standard(uid) for uid in occasion.standards}
    if standard is None:
        return render(request, "observe/what.html", {"enrolment": occasion.enrolment, "standards": versions.items()})
    if standard not in versions:
        raise NotFound(_("This standard is not on that person's path."))
    case = api.open_case(occasion.enrolment, standard)
    if case and api.has_read(request.user, case):
        raise NotAllowed(_("You chose to read the others' observations of this round, so you no longer add to it."))
    version = case.version if case else versions[standard]
    found = _encounter(request.user, occasion.enrolment, version, occasion.enrolment.uid)
    return _two_steps(request, found, enrolment_uid=learner, standard_uid=standard)


def _encounter(
    observer: User, enrolment: Enrolment, version: api.StandardVersion, about: UUID, ask: api.Request | None = None
) -> Encounter:
    """What the observer may rate of a standard. Raises NotAllowed without a grant for any of its skills. Queries: 2."""
    spec = StandardSpec.from_json(version.spec)
    parts = api.parts_of(spec)
    granted = may_observe(observer.pk, [part.id for part in parts], clock.now())
    mine = tuple(part for part in parts if part.id in granted)
    if not mine:
        raise NotAllowed(_("You have no observer grant for these skills now."))
    return Encounter(observer, enrolment.person, enrolment, version, spec, mine, about, ask)


def _two_steps(request: SignedInRequest, found: Encounter, **target: Any) -> HttpResponse:
    """Step one on GET; a POST of words leads to step two, a POST with their seal to the end."""
    if request.method == "GET":
        return _step_one(request, found, ObservationWordsForm(), uuid4())
    key = key_of(request)
    if "seal" in request.POST:
        return _rate(request, found, key, **target)
    form = ObservationWordsForm(request.POST)
    if any(name.startswith((MARK, RATING)) for name in request.POST):
        form.add_error("what_i_saw", _("Write what you saw first."))
    if not form.is_valid():
        return _step_one(request, found, form, key, 422)
    text = form.cleaned_data["what_i_saw"]
    try:
        seal = api.write_down(actor=request.user, about=found.about, text=text, at=clock.now())
    except Invalid as error:
        form.add_error("what_i_saw", str(error))
        return _step_one(request, found, form, key, 422)
    now = clock.now().astimezone(request.user.zone).replace(second=0, microsecond=0, tzinfo=None)
    first = {"seal": seal, "occurred_at": now}
    if found.ask:
        first |= {"context": found.ask.context, "customer_uid": found.ask.customer.uid if found.ask.customer else ""}
    return _step_two(request, found, _ratings(found, initial=first), key, text)


def _rate(request: SignedInRequest, found: Encounter, key: UUID, **target: Any) -> HttpResponse:
    try:
        sealed = api.open_seal(actor=request.user, about=found.about, seal=request.POST["seal"], at=clock.now())
    except Invalid as error:
        words = ObservationWordsForm(request.POST)
        words.errors.clear()
        words.add_error("what_i_saw", str(error))
        return _step_one(request, found, words, key, 422)
    form = _ratings(found, request.POST)
    if not form.is_valid():
        return _step_two(request, found, form, key, sealed.text, 422)
    fields = target | form.for_service()
    outcome = carry_out(request, form, api.record_observation, shown=shown_of(request), **fields)
    if outcome.done is None:
        return _step_two(request, found, form, outcome.key, sealed.text, outcome.status)
    name = found.learner.get_short_name()
    messages.success(request, _("Written down. %(name)s can read it now.") % {"name": name})
    return redirect("case", outcome.done.case.uid)


def _ratings(found: Encounter, *args: Any, **kwargs: Any) -> RatingForm:
    return RatingForm(*args, parts=found.parts, places=found.spec.where, customers=customers_to_choose(), **kwargs)


def _step_one(
    request: SignedInRequest, found: Encounter, form: ObservationWordsForm, key: UUID, status: int = 200
) -> HttpResponse:
    context = {"found": found, "form": form, "key": key, "draft": _draft(found), "answer": RequestAnswerForm()}
    return render(request, "observe/words.html", context, status=status)


def _step_two(
    request: SignedInRequest, found: Encounter, form: RatingForm, key: UUID, text: str, status: int = 200
) -> HttpResponse:
    now = api.encounter_shown(found.version, [part.id for part in found.parts], found.parts)
    context = {"found": found, "form": form, "key": key, "text": text, "draft": _draft(found)}
    context["shown"] = shown_on(request, now, status)
    return render(request, "observe/rate.html", context, status=status)


def _draft(found: Encounter) -> str:
    return f"observe-{found.about}-{found.version.standard_uid}"
