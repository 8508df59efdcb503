"""H4 in helping: what somebody confirms, accepts, answers or gives is what their page showed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from coaching.api import (
    Challenge,
    accept_post,
    answer_challenge,
    answer_proposal,
    assign_coach,
    confirm_commitment,
    end_assignment,
    give_grants,
    hand_over,
    hide_post,
    propose_coach,
    report_commitment,
    revoke_grants,
    send_back_commitment,
    set_prompt,
    show_post,
)
from coaching.models import CoachAssignment, Commitment, ObserverGrant, Post
from lms.api import LEARNING_ADMINISTRATORS
from lms.errors import Changed
from tests.factories import basics, coaching, people
from tests.markup import markup
from tests.shown import look_and_send, looked, seen, shown_on

pytestmark = pytest.mark.django_db

AGAIN = "They did not call back; I wrote it down all the same."
Acts = tuple[list[Callable[..., Any]], dict[str, Any], Callable[[], Any]]


def promise(scene: coaching.HelpScene) -> Acts:
    """A coach reads a report; meanwhile another sends it back, and the learner reports something else."""
    row = coaching.commitment(scene.enrolment, "trust", status="done")
    known = {"actor": scene.coach, "commitment_uid": row.uid, "at": basics.NOON}
    acts = [
        partial(confirm_commitment, skill_slugs=["trust"], note="Well done.", **known),
        partial(send_back_commitment, note="What came of it?", **known),
    ]

    def meanwhile() -> None:
        looked(send_back_commitment, note="Say more.", key=basics.key(), **known)
        report_commitment(actor=scene.learner, commitment_uid=row.uid, report=AGAIN, key=basics.key(), at=basics.NOON)

    return acts, known, meanwhile


def example(scene: coaching.HelpScene) -> Acts:
    """A post is read under one question of everybody; meanwhile they are asked something else."""
    thread = coaching.prompt("trust")
    row = coaching.post(thread, scene.learner, Post.Kind.EXAMPLE)
    coaching.grant_for_long(scene.administrator, "trust")
    known = {"actor": scene.administrator, "post_uid": row.uid, "at": basics.NOON}
    acts = [partial(accept_post, **known), partial(hide_post, reason="A name", **known)]
    return acts, known, lambda: set_prompt(thread.skill_id, "When did you break somebody's trust?", basics.NOON)


def wish(scene: coaching.HelpScene) -> Acts:
    """Why somebody is sure was other words when the coach read it."""
    row = Challenge.objects.create(
        enrolment=scene.enrolment, step_uid=basics.uid("later"), about_uid=basics.uid("later"), title="Later",
        why="I know it.",
        asked_at=basics.NOON,
    )  # fmt: skip
    known = {"actor": scene.coach, "challenge_uid": row.uid, "at": basics.NOON}
    acts = [partial(answer_challenge, accept=False, words="Not yet.", **known)]
    return acts, known, lambda: Challenge.objects.filter(pk=row.pk).update(why="My uncle owns the customer.")


def proposal(scene: coaching.HelpScene) -> Acts:
    """A manager reads one proposal; meanwhile it is declined and another is made."""
    known = {"actor": scene.manager, "enrolment_uid": scene.enrolment.uid, "at": basics.NOON}
    third = coaching.coach("Tina Third")

    def propose(who: Any, reason: str) -> None:
        propose_coach(
            actor=scene.coach, enrolment_uid=scene.enrolment.uid, coach_uid=who.uid, reason=reason, key=basics.key(),
            at=basics.NOON,
        )  # fmt: skip

    propose(scene.other_coach, "Nearer.")
    acts = [
        partial(answer_proposal, accept=True, **known),
        partial(answer_proposal, accept=False, reason="No time.", **known),
        partial(hand_over, coach_uid=third.uid, reason="Nearer still.", **known),
        partial(end_assignment, reason="New job.", **known),
    ]

    def meanwhile() -> None:
        looked(answer_proposal, accept=False, reason="Not them.", key=basics.key(), **known)
        propose(third, "Somebody else.")

    return acts, known, meanwhile


def first_coach(scene: coaching.HelpScene) -> Acts:
    """Nobody coaches, and somebody is proposed meanwhile."""
    known = {"actor": scene.manager, "enrolment_uid": scene.enrolment.uid, "at": basics.NOON}
    third = coaching.coach("Tina Third")
    acts = [partial(assign_coach, coach_uid=scene.other_coach.uid, **known)]
    return acts, known, lambda: looked(hand_over, coach_uid=third.uid, reason="Nearer.", key=basics.key(), **known)


def right(scene: coaching.HelpScene) -> Acts:
    """A grant was renewed on another ground, and until another day, while the list stood open."""
    coaching.grant_for_long(scene.coach, "trust")
    known = {"actor": scene.administrator, "person_uid": scene.coach.uid, "at": basics.NOON}
    other = people.in_group(LEARNING_ADMINISTRATORS, people.person("Lars Learning"))
    fields = {"skill_slugs": ["trust"], "reason": "Learns it.", "provisional": True}
    acts = [
        partial(revoke_grants, skill_slugs=["trust"], reason="Left the field.", **known),
        partial(give_grants, skill_slugs=["trust"], reason="Knows it.", **known),
    ]
    return acts, known, lambda: looked(give_grants, **known | {"actor": other}, **fields, key=basics.key())


@pytest.mark.parametrize("case", [promise, example, wish, proposal, first_coach, right])
def test_what_changed_meanwhile_is_refused_and_then_looked_at(case: Callable[[coaching.HelpScene], Acts]) -> None:
    """H4: each of these acts rests on what its page showed."""
    scene = coaching.help_scene()
    acts, known, meanwhile = case(scene)
    open_pages = [(act, seen(act.func, **known | act.keywords)) for act in acts]  # type: ignore[attr-defined]
    meanwhile()
    tables = (Commitment, Post, Challenge, CoachAssignment, ObserverGrant)
    before = basics.rows(*tables)
    for act, shown in open_pages:
        for wrong in (shown, "", "f" * 64):
            with pytest.raises(Changed):
                act(shown=wrong, key=basics.key())
        assert basics.rows(*tables) == before
    act, _shown = open_pages[0]
    act(shown=seen(act.func, **act.keywords), key=basics.key())  # type: ignore[attr-defined]
    assert basics.rows(*tables) != before


def test_a_post_is_shown_again_as_it_was_hidden() -> None:
    """H4: whoever brings a post back read what was hidden, and in which thread."""
    scene = coaching.help_scene()
    row = coaching.post(coaching.question("trust", scene.learner), scene.coach)
    known = {"actor": scene.administrator, "post_uid": row.uid, "at": basics.NOON}
    before = seen(show_post, **known)
    looked(hide_post, **known, reason="A name", key=basics.key())
    with pytest.raises(Changed):
        show_post(**known, shown=before, key=basics.key())
    looked(show_post, **known, key=basics.key())


# --- The pages --------------------------------------------------------------------------------------------------------


def signed_in(who: Any) -> Client:
    client = Client()
    client.force_login(who)
    return client


def test_a_report_that_changed_is_shown_with_the_coachs_words() -> None:
    """H4: 409, the report as it is now, the note kept, and the second press confirms."""
    scene = coaching.help_scene()
    row = coaching.commitment(scene.enrolment, "trust", status="done")
    client, url = signed_in(scene.coach), reverse("commitment", args=[row.uid])
    form = {"key": basics.key(), "act": "confirm", "skills": ["trust"], "note": "You waited for the answer."}
    form["shown"] = shown_on(client, url)
    Commitment.objects.filter(pk=row.pk).update(report=AGAIN)
    answer = client.post(url, form)
    page = markup(answer)
    assert answer.status_code == 409
    assert AGAIN in page
    assert "You waited for the answer." in page
    assert not row.skills.filter(confirmed_at__isnull=False).exists()
    del form["shown"]
    assert look_and_send(client, url, form | {"key": basics.key()}).status_code == 302
    assert row.skills.filter(confirmed_at__isnull=False).exists()


def test_a_post_that_changed_keeps_the_moderators_reason() -> None:
    """H4: the thread is shown again, and the reason stands beside the post."""
    scene = coaching.help_scene()
    thread = coaching.prompt("trust")
    row = coaching.post(thread, scene.learner)
    client, url = signed_in(scene.administrator), reverse("exchange_thread", args=[thread.uid])
    form = {"key": basics.key(), "act": "hide", "post": row.uid, "reason": "Names somebody at Castell"}
    form["shown"] = shown_on(client, url, f"post-{row.uid}")
    set_prompt(thread.skill_id, "When did you break somebody's trust?", basics.NOON)
    answer = client.post(url, form)
    page = markup(answer)
    assert answer.status_code == 409
    assert "has changed since you opened it" in page
    assert "Names somebody at Castell" in page
    assert Post.objects.get(pk=row.pk).hidden_at is None


def test_a_proposal_that_changed_is_said_where_it_is_taken_up() -> None:
    """H4: the button without words has a sentence too."""
    scene = coaching.help_scene()
    _acts, _known, meanwhile = proposal(scene)
    client, url = signed_in(scene.manager), reverse("team_coach", args=[scene.enrolment.uid])
    form = {"key": basics.key(), "act": "accept", "shown": shown_on(client, url)}
    meanwhile()
    answer = client.post(url, form)
    assert answer.status_code == 409
    assert "has changed since you opened it" in markup(answer)
    assert "Tina Third" in markup(answer)
    assert CoachAssignment.objects.get(status="active").coach.person == scene.coach
