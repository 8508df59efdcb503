"""The exchange: questions, answers and examples, by skill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from coaching.api import (
    FILTERS,
    Post,
    Thread,
    accept_post,
    answer_thread,
    ask_question,
    bring_example,
    hide_post,
    is_moderator,
    list_threads,
    post_shown,
    posts_of,
    read_thread,
    show_post,
    skills_to_choose,
)
from coaching.forms.exchange import ContributionForm, ExampleForm, JudgeForm, QuestionForm
from lms.errors import Invalid
from lms.requests import SignedInRequest, shown_of
from lms.views.acting import Outcome, carry_out, send, shown_on

from .acting import paged

PER_PAGE, POSTS_PER_PAGE, BESIDE = 25, 50, 3


@login_required
@require_GET
def exchange(request: SignedInRequest) -> HttpResponse:
    """200 threads, those with news first, 25 a page. Queries: 6, at any number of threads."""
    chosen = request.GET.get("skill", "")
    show = request.GET.get("show", "")
    show = show if show in FILTERS else FILTERS[0]
    page = Paginator(list_threads(request.user, chosen, show), PER_PAGE).get_page(request.GET.get("page"))
    names = {
        "all": _("Everything"),
        "questions": _("Questions"),
        "unanswered": _("Waiting for an answer"),
        "prompts": _("Asked of everybody"),
        "mine": _("Where I wrote"),
    }
    context = {
        "page": page,
        "skills": skills_to_choose(),
        "chosen": chosen,
        "show": show,
        "filters": [(name, names[name]) for name in FILTERS],
        "base": f"?skill={chosen}&show={show}&" if chosen or show != FILTERS[0] else "?",
    }
    return render(request, "coaching/exchange.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def exchange_ask(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 asked - 409 the form was used before - 422 invalid. Queries: 4; posting 10."""
    skills = list(skills_to_choose())
    form = QuestionForm(request.POST or None, skills=skills, initial={"skill": request.GET.get("skill")})
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, _ask)
        if outcome.done:
            again = _("You asked this a moment ago. Here it is; it was not asked twice.")
            out = _("Your question is out. You hear when somebody answers.")
            messages.success(request, out if outcome.done.uid == outcome.key else again)
            return redirect("exchange_thread", outcome.done.uid)
        status, key = outcome.status, outcome.key
    context: dict[str, Any] = {
        "form": form,
        "key": key,
        "title": _("Ask a question"),
        "button": _("Ask it"),
        "draft": "ask",
    }
    context["skills"] = skills
    return render(request, "coaching/exchange_new.html", context, status=status)


def _ask(*, skill: str, **fields: object) -> Thread:
    return ask_question(skill_slug=skill, **fields)  # type: ignore[arg-type]


@login_required
@require_http_methods(["GET", "POST"])
def exchange_example(request: SignedInRequest) -> HttpResponse:
    """200 form - 302 brought - 409 the form was used before - 422 invalid. Queries: 4; posting 10 and more."""
    skills = list(skills_to_choose(prompted=True))
    form = ExampleForm(request.POST or None, skills=skills, initial={"skill": request.GET.get("skill")})
    status, key = 200, uuid4()
    if request.method == "POST":
        outcome = send(request, form, lambda *, skill, **fields: bring_example(skill_slug=skill, **fields))
        if outcome.done:
            out = _("Thank you. Your coach or an observer of the skill can accept it.")
            messages.success(request, out if outcome.done.uid == outcome.key else _there_already())
            return redirect("exchange_thread", outcome.done.thread.uid)
        status, key = outcome.status, outcome.key
    context: dict[str, Any] = {
        "form": form,
        "key": key,
        "title": _("Bring an example"),
        "button": _("Bring it"),
        "draft": "example",
    }
    context["skills"] = skills
    return render(request, "coaching/exchange_new.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def exchange_thread(request: SignedInRequest, thread_uid: UUID) -> HttpResponse:
    """200 thread - 302 posted, accepted, hidden or shown - 403 not yours to accept or hide - 404 unknown or hidden -
    409 accepted already, or changed since - 422 nothing written. Queries: 6 at any number of posts.
    """
    found = read_thread(request.user, thread_uid)
    form, status, key = ContributionForm(), 200, uuid4()
    judged = JudgeForm()
    act = request.POST.get("act", "answer")
    if request.method == "POST" and act != "answer":
        judged = JudgeForm(request.POST)
        outcome = _judge(request, act, judged)
        if outcome.done:
            return redirect(f"{request.get_full_path()}#post-{outcome.done.uid}")
        status, key = outcome.status, outcome.key
    elif request.method == "POST":
        form = ContributionForm(request.POST)
        outcome = send(request, form, answer_thread, thread_uid=found.uid)
        if outcome.done:
            out = _("It is in the thread.")
            messages.success(request, out if outcome.done.uid == outcome.key else _there_already())
            last = -(-posts_of(request.user, found).count() // POSTS_PER_PAGE)
            return redirect(f"{request.path}?page={last}#post-{outcome.done.uid}")
        status, key = outcome.status, outcome.key
    page = paged(posts_of(request.user, found), request.GET.get("page"), POSTS_PER_PAGE)
    about = request.POST.get("post", "") if judged.is_bound else ""
    context = {
        "thread": found,
        "page": page,
        "posts": [
            (post, shown_on(request, post_shown(post), status if str(post.uid) == about else 200)) for post in page
        ],
        "judged": judged,
        "about": about,
        "form": form,
        "key": key,
        "moderator": is_moderator(request.user),
        "others": list_threads(request.user, found.skill.slug).exclude(pk=found.pk)[:BESIDE],
    }
    return render(request, "coaching/exchange_thread.html", context, status=status)


def _there_already() -> str:
    return _("You wrote this a moment ago. It is in the thread, once.")


def _judge(request: SignedInRequest, act: str, form: JudgeForm) -> Outcome[Post]:
    """Accept, hide or show one post, as it was shown; what is refused stands beside it."""
    if not form.is_valid() or act not in JUDGED:
        raise Invalid(_("This form is incomplete. Open the page again and send it from there."))
    service, sentence = JUDGED[act]
    fields = {"post_uid": form.cleaned_data["post"], "shown": shown_of(request)}
    if act == "hide":
        fields["reason"] = form.cleaned_data["reason"]
    outcome: Outcome[Post] = carry_out(request, form, service, **fields)
    if outcome.done:
        messages.success(request, str(sentence))
    return outcome


JUDGED: dict[str, tuple[Callable[..., Post], Any]] = {
    "accept": (accept_post, gettext_lazy("Accepted. Its author hears of it.")),
    "hide": (hide_post, gettext_lazy("Hidden. Its author reads why.")),
    "show": (show_post, gettext_lazy("It is in sight again.")),
}
