"""Who has the next move, and what it is, where screens once differed: without a coach, on two standards, waived."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.urls import reverse

from assessments.api import invoice_of, readiness_of, revoke_signoff
from coaching.api import end_assignment
from coaching.models import CoachAssignment, CoachProfile, Session
from lms import clock
from lms.addresses import address_of
from lms.api import Enrolment, Membership, Opening, Pause, SkillGate, StepCompletion, Team, enrol, waive_step
from lms.rules.target import Target
from tests.assessments.test_moves import SKILL, after, done, on_path, opened, shows
from tests.clients import log_in
from tests.factories import basics, coaching, judging, paths, people
from tests.shown import looked

pytestmark = pytest.mark.django_db


def day(number: int) -> date:
    return (clock.now() + timedelta(days=number)).date()


def line(enrolment: Enrolment, own: bool = False) -> Any:
    enrolment = Enrolment.objects.select_related("person", "path", "role_version__profile").get(pk=enrolment.pk)
    return invoice_of(enrolment, clock.now(), own=own).lines[0]


def today(who: Any, query: str = "") -> Any:
    return log_in(who).get(f"/today/{query}").context["today"]


def manager_of(enrolment: Enrolment) -> Any:
    return Membership.objects.get(role="manager", team__memberships__person=enrolment.person).person


def leaves(of: judging.Scene) -> None:
    looked(
        end_assignment,
        actor=of.manager,
        enrolment_uid=of.enrolment.uid,
        reason="Another team.",
        key=basics.key(),
        at=clock.now(),
    )


def exported(manager: Any) -> dict[str, str]:
    heads, row, *_rest = csv.reader(io.StringIO(log_in(manager).get(reverse("team_csv")).content.decode("utf-8-sig")))
    return dict(zip(heads, row, strict=True))


# --- Nobody coaches


def test_what_waits_for_a_coach_who_left_waits_for_who_chooses_one() -> None:
    """whole.md fact 5: a decision that nobody may take is not said to be a coach's."""
    of = judging.scene(skills=(SKILL,))
    judging.ready(of)
    assert line(of.enrolment).holder.who == "coach"
    leaves(of)
    found, page = line(of.enrolment), today(of.learner)
    assert (found.holder.who, found.holder.name) == ("manager", of.manager.full_name)
    assert found.move.text == f"{of.manager.full_name} chooses a coach."
    assert exported(of.manager)["Held by"] == of.manager.full_name
    assert "This waits for a coach, and you have none yet." in [wait.sentence for wait in page.waits]
    assert "A second person" not in [wait.who for wait in page.waits]


def test_not_yet_keeps_its_next_step_when_the_coach_leaves() -> None:
    """whole.md fact 5: after *not yet* it is the coach's next step with its day, whoever coaches."""
    of = judging.scene(skills=(SKILL,))
    judging.decided(of, 3, not_yet=(SKILL,))
    before = line(of.enrolment)
    leaves(of)
    found = line(of.enrolment)
    assert (found.look.state, found.look.word) == ("not_yet", before.look.word)
    assert before.look.note in found.move.text
    assert found.holder.who == "manager"
    assert today(of.learner).next.title.startswith("Wait before you play back")


def test_a_revocation_stays_when_the_coach_leaves() -> None:
    """whole.md fact 5: after a revocation it is to be seen again."""
    of = judging.scene(skills=(SKILL,))
    (event,) = judging.decided(of, 3)
    looked(
        revoke_signoff,
        actor=of.coach,
        event_uid=event.uid,
        reason="It was another customer.",
        key=basics.key(),
        at=clock.now(),
    )
    leaves(of)
    assert line(of.enrolment).look.state == "revoked"


def test_a_session_without_a_coach_waits_for_who_chooses_one() -> None:
    """whole.md fact 5: no link to a form that is refused."""
    enrolment = on_path(
        paths.step("session", "talk"), paths.step("practice", "prac", skills=(SKILL,), **after("talk")), coached=False
    )
    move = line(enrolment).move
    assert move.sentence.startswith("Henrike Voss chooses a coach.")
    assert not move.target


def test_the_manager_who_chooses_is_the_same_everywhere() -> None:
    """whole.md fact 4: the first by name of those who manage somebody, or of the nearest team above."""
    enrolment = on_path(paths.step("commitment", "promise", skills=(SKILL,)), coached=False)
    team = Team.objects.get(memberships__person=enrolment.person)
    Membership.objects.create(person=people.person("Anna Berg"), team=team, role="manager", from_on=date(2026, 1, 1))
    assert line(enrolment).holder.name == "Anna Berg"
    assert today(enrolment.person).waits[0].who == "Anna Berg, manager"


def test_a_team_without_a_manager_is_managed_from_above() -> None:
    version = paths.path(
        paths.step("commitment", "promise", skills=(SKILL,)), role_version=paths.role(paths.requires(SKILL))
    )
    enrolment = paths.enrolment(people.person(), version, started_on=day(-10))
    assert line(enrolment).move.text.startswith("The manager chooses a coach.")
    people.team(enrolment.person, parent=people.team(manager=people.person("Dan Reyes")))
    assert line(enrolment).move.text.startswith("Dan Reyes chooses a coach.")


# --- The coach is away


def test_the_learner_does_not_stand_in_for_their_own_coach() -> None:
    of = judging.scene(skills=(SKILL,))
    mine = CoachProfile.objects.create(person=of.learner, capacity=3)
    CoachProfile.objects.filter(person=of.coach).update(away_from=day(-1), away_until=day(3), cover=mine)
    judging.ready(of)
    assert line(of.enrolment).holder.name == of.coach.full_name


def test_nobody_stands_in_who_coaches_no_longer() -> None:
    of = judging.scene(skills=(SKILL,))
    cover = coaching.coach("Nadia Cover").coach_profile
    CoachProfile.objects.filter(person=of.coach).update(away_from=day(-1), away_until=day(3), cover=cover)
    judging.ready(of)
    assert line(of.enrolment).holder.name == "Nadia Cover"
    CoachProfile.objects.filter(pk=cover.pk).update(ended_on=day(-1))
    assert line(of.enrolment).holder.name == of.coach.full_name


def test_who_stands_in_has_it_in_their_queue_at_the_same_minute() -> None:
    """whole.md fact 4: also while it is another day where the learner lives."""
    of = judging.scene(skills=(SKILL,))
    of.learner.time_zone = "Pacific/Auckland"
    of.learner.save()
    judging.ready(of)
    cover = judging.granted(coaching.coach("Nadia Cover"), SKILL)
    at = (clock.now() + timedelta(days=1)).replace(hour=14)  # already the day after in Auckland
    CoachProfile.objects.filter(person=of.coach).update(away_from=day(2), away_until=day(5), cover=cover.coach_profile)
    for hours in (0, 6, 12, 18, 24):
        with patch("lms.clock.now", return_value=at + timedelta(hours=hours)):
            theirs = log_in(cover).get("/coach/").context["queue"].asked
            assert (line(of.enrolment).holder.name == "Nadia Cover") == bool(theirs), hours


# --- Days


@pytest.mark.parametrize("gates", [(), ("talk", "try"), ("talk", "try", "do")])
def test_before_the_first_day_it_begins_then(gates: tuple[str, ...]) -> None:
    """whole.md fact 4: whatever is open from before, and however long nobody coaches."""
    enrolment = on_path(paths.step("practice", "prac", skills=(SKILL,)), shows(), days_ago=-10, coached=False)
    Enrolment.objects.filter(pk=enrolment.pk).update(enrolled_at=clock.now() - timedelta(days=9))
    for gate in gates:
        opened(enrolment, gate)
    page = today(enrolment.person)
    assert page.line.startswith("Begins on")
    assert exported(manager_of(enrolment))["Where they stand"] == page.line


def test_a_pause_over_the_first_day_moves_the_day_from_which_one_can_act() -> None:
    enrolment = on_path(shows(), days_ago=-3)
    Pause.objects.create(
        enrolment=enrolment, from_on=day(3), until_on=day(12), reason="Leave", by=enrolment.enrolled_by
    )
    assert line(enrolment).move.on == day(12)


def test_an_ended_path_says_that_it_ended_and_holds_nobody() -> None:
    enrolment = on_path(paths.step("commitment", "promise", skills=(SKILL,), due_day=5), days_ago=40)
    ended = clock.now() - timedelta(days=30)
    Enrolment.objects.filter(pk=enrolment.pk).update(status="withdrawn", ended_at=ended)
    page = log_in(people.in_group("Learning administrators")).get(f"/people/{enrolment.person.uid}/")
    assert page.context["invoice"].line.startswith("Ended on")
    assert line(enrolment).holder is None


# --- Closed until somebody else did their part


def held_by_all(enrolment: Enrolment) -> set[str]:
    """Who has it, as invoice, export and the coach's queue name them."""
    coach = CoachAssignment.objects.get(enrolment=enrolment).coach.person
    found = line(enrolment)
    (mine,) = log_in(coach).get("/coach/").context["learners"]
    held = found.held_by if found.holder.who != "learner" else enrolment.person.full_name
    return {held, exported(manager_of(enrolment))["Held by"], mine.held_by or enrolment.person.full_name}


def test_training_elsewhere_that_closes_the_way_is_the_managers_to_mark() -> None:
    """whole.md fact 5: the learner can do nothing, so they do not have it; however long the chain."""
    elsewhere, promise = (
        paths.step("external", "away"),
        paths.step("commitment", "promise", skills=(SKILL,), **after("away")),
    )
    enrolment = on_path(elsewhere, promise, shows(**after("promise")))
    for own in (True, False):
        found = line(enrolment, own)
        assert (found.holder.who, found.move.target) == ("manager", None)
        assert found.move.text.startswith("The manager marks “Away” as done.")
        assert found.look.word == "Do is next"
    assert held_by_all(enrolment) == {"the manager"}
    done(enrolment, "away")
    assert line(enrolment).holder.who == "learner"
    assert held_by_all(enrolment) == {enrolment.person.full_name}


def test_training_elsewhere_that_was_waived_closes_nothing() -> None:
    enrolment = on_path(paths.step("external", "away"), shows(**after("away")))
    waived(enrolment, "away")
    assert line(enrolment).holder.who == "learner"


@pytest.mark.parametrize(
    "lock",
    [
        {"step": str(basics.uid("away"))},
        {"step": str(basics.uid("promise"))},
        {"milestone": str(basics.uid("kinds-0"))},
        {"skill": "other", "gate": "do"},
    ],
    ids=["a step", "a chain", "a milestone", "a skill"],
)
def test_who_has_it_is_found_behind_each_kind_of_lock(lock: dict[str, str]) -> None:
    """The row of a team looks only at steps that matter to the skill, and yet at all of them."""
    elsewhere = [paths.step("external", "away")]
    promise = paths.step("commitment", "promise", skills=("other",), **after("away"))
    enrolment = on_path(elsewhere, [promise, shows(unlock={"all": [lock]})], slug="kinds")
    assert line(enrolment).holder.who == "manager"
    assert held_by_all(enrolment) == {"the manager"}


@pytest.mark.parametrize("row", [StepCompletion, Opening])
def test_a_step_that_the_path_does_not_have_is_passed_over(row: type[StepCompletion | Opening]) -> None:
    """A row about a step of another path, whoever put it in: every page says what it said without it."""
    enrolment = on_path(paths.step("external", "away"), shows(**after("away")))
    foreign = paths.path(paths.step("external", "foreign"), slug="foreign").steps.get()
    before = held_by_all(enrolment), exported(manager_of(enrolment))
    fields: dict[str, Any] = (
        {"reason": "x", "opened_at": clock.now()} if row is Opening else {"completed_at": clock.now()}
    )
    row.objects.create(enrolment=enrolment, step=foreign, by=enrolment.enrolled_by, **fields)
    assert (held_by_all(enrolment), exported(manager_of(enrolment))) == before


@pytest.mark.parametrize("order", [("away", "promise"), ("promise", "away")])
@pytest.mark.parametrize("mode", ["all", "any"])
def test_what_the_learner_can_do_comes_before_what_others_do(order: tuple[str, str], mode: str) -> None:
    steps = [paths.step("external", "away"), paths.step("commitment", "promise")]
    unlock = {mode: [{"step": str(basics.uid(name))} for name in order]}
    enrolment = on_path(*steps, shows(unlock=unlock))
    found = line(enrolment)
    assert (found.holder.who, found.move.target) == ("learner", Target("step", basics.uid("promise")))
    done(enrolment, "promise")
    assert line(enrolment).holder.who == ("manager" if mode == "all" else "learner")


def test_a_session_that_is_over_is_the_coachs_to_write_down() -> None:
    enrolment = on_path(paths.step("session", "talk"), shows(**after("talk")))
    coach = CoachAssignment.objects.get(enrolment=enrolment).coach.person
    assert line(enrolment).holder.who == "learner", "they find a time"
    planned = Session.objects.create(
        enrolment=enrolment,
        coach=coach,
        step_uid=basics.uid("talk"),
        title="Talk",
        planned_at=clock.now() + timedelta(hours=1),
    )
    found = line(enrolment)
    assert (found.holder.who, found.move.target) == ("learner", Target("step", basics.uid("talk"))), "they come to it"
    Session.objects.filter(pk=planned.pk).update(planned_at=clock.now() - timedelta(days=8, minutes=30))
    opened(enrolment, "talk")
    found = line(enrolment)
    assert (found.holder.who, found.holder.name, found.move.target) == ("coach", coach.full_name, None)
    assert found.move.text.startswith(f"{coach.full_name} writes down the session.")
    assert held_by_all(enrolment) == {coach.full_name}
    assert exported(manager_of(enrolment))["Where they stand"] == f"Waits for {coach.full_name}, 8 days"


def test_a_lock_that_waits_for_an_observer_is_theirs() -> None:
    """The demonstration of another skill closes the way, and it is asked for: the learner can do nothing."""
    seen = judging.standard(judging.standard_spec("visit", ("business",)))
    first = paths.step("demonstration", "first", content_uid=seen.standard_uid, skills=("business",))
    enrolment = on_path(first, paths.step("commitment", "promise", skills=(SKILL,), **after("first")))
    assert line(enrolment).holder.who == "learner"
    persons = [coaching.coach("Ola Berg"), manager_of(enrolment)]
    judging.granted(persons[0], "business")
    of = judging.Scene(enrolment.person, *persons, *persons, enrolment, seen, basics.uid("first"), ("business",))
    judging.asked(of, persons[0])
    found = line(enrolment)
    assert (found.holder.who, found.holder.name, found.move.target) == ("observer", "Ola Berg", None)
    assert held_by_all(enrolment) == {"Ola Berg"}


def test_what_is_opened_early_waits_for_nobody() -> None:
    enrolment = on_path(paths.step("external", "away"), shows(**after("away")))
    step = enrolment.path_version.steps.get(uid=basics.uid("show"))
    Opening.objects.create(
        enrolment=enrolment, step=step, by=enrolment.enrolled_by, reason="Seen early.", opened_at=clock.now()
    )
    assert line(enrolment).holder.who == "learner"


@pytest.mark.parametrize("seed", range(12))
def test_the_learner_has_it_exactly_where_the_learner_can_do_something(seed: int) -> None:
    """Random paths with random locks: the teams' row, read from little, agrees with the sentence, read from all."""
    chance = random.Random(seed)
    steps: list[Any] = []
    for number in range(7):
        kind = chance.choice(["external", "external", "session", "commitment", "practice", "demonstration"])
        before = chance.sample([item.uid for item in steps], min(len(steps), chance.randint(0, 2)))
        unlock = {chance.choice(["all", "any"]): [{"step": str(uid)} for uid in before]} if before else None
        skills = (SKILL,) if kind in ("commitment", "practice", "demonstration") and chance.random() < 0.6 else ()
        steps.append(paths.step(kind, f"s{number}", skills=skills, unlock=unlock))
    enrolment = on_path(*steps)
    for number in chance.sample(range(7), 7):
        for own in (True, False):
            found = line(enrolment, own)
            if found.holder is None or found.holder.who == "author":
                continue
            can = bool(found.move.target or found.move.on or found.move.dead)
            assert (found.holder.who == "learner") == can, (number, own, found.move, found.holder)
        (row,) = readiness_of([Enrolment.objects.select_related("person").get(pk=enrolment.pk)])
        assert row.held_by == row.who_has(SKILL), number
        done(enrolment, f"s{number}")


# --- What was waived


def test_a_waived_practice_is_next_for_nobody() -> None:
    """Also not for who waived it: a waiver is no secret."""
    judging.standard(judging.standard_spec("visit", (SKILL,)))
    enrolment = on_path(
        paths.step("practice", "prac", skills=(SKILL,)), shows(content_uid=basics.uid("visit"), **after("prac"))
    )
    waived(enrolment, "prac")
    mine, theirs = line(enrolment, own=True), line(enrolment)
    assert mine.move == theirs.move
    assert address_of(mine.move.target) == reverse("request_new", args=[basics.uid("show")])
    assert mine.look.word == theirs.look.word == "Do is next"


def test_where_all_was_waived_the_author_has_it() -> None:
    goes_on = paths.step("external", "goes-on")
    enrolment = on_path(paths.step("commitment", "promise", skills=(SKILL,)), goes_on)
    waived(enrolment, "promise")
    found = line(enrolment)
    assert (found.look.state, found.holder.who) == ("none_here", "author")


def waived(enrolment: Enrolment, step: str) -> None:
    looked(
        waive_step,
        actor=manager_of(enrolment),
        enrolment_uid=enrolment.uid,
        step_uid=basics.uid(step),
        reason="Known from before.",
        key=basics.key(),
        at=clock.now(),
    )


# --- Vouched for


def test_a_new_path_does_not_ask_to_show_what_is_vouched_for_already() -> None:
    of = judging.scene(skills=(SKILL,))
    judging.decided(of, 3)
    judging.standard(judging.standard_spec("meeting", ("business",)))
    again = paths.step("demonstration", "b", content_uid=of.version.standard_uid, skills=(SKILL,), due_day=2)
    other = paths.step("demonstration", "m", content_uid=basics.uid("meeting"), skills=("business",), due_day=90)
    version = paths.path(again, other, role_version=paths.role(paths.requires(SKILL, 3), paths.requires("business", 3)))
    second = enrol(
        actor=of.manager,
        person_uid=of.learner.uid,
        path_uid=version.path.uid,
        started_on=day(-10),
        key=basics.key(),
        at=clock.now(),
    )
    judging.assigned(second, of.coach)
    page = today(of.learner, f"?path={second.uid}")
    assert page.next.title == "M"
    assert page.line.startswith("On track")
    assert list(second.step_completions.values_list("step__uid", flat=True)) == [basics.uid("b")]


def test_due_and_asked_again_is_with_who_was_asked() -> None:
    of = judging.scene(skills=(SKILL,))
    judging.decided(of, 3)
    SkillGate.objects.filter(person=of.learner, gate="show").update(valid_until=day(30))
    assert "Ask to be seen again" in line(of.enrolment).move.text
    judging.asked(of)
    found = line(of.enrolment)
    assert found.look.state == "due"
    assert found.holder.name == of.observer.full_name
    assert found.move.text.endswith(f"{of.observer.full_name} watches, and writes down what they saw.")


def test_a_lock_above_what_the_role_asks_is_not_opened_by_nothing() -> None:
    first = paths.step("demonstration", "first", content_uid=basics.uid("one"), skills=(SKILL,))
    lock = {"all": [{"skill": SKILL, "gate": "show", "level": 4}]}
    second = paths.step("demonstration", "second", content_uid=basics.uid("two"), skills=("business",), unlock=lock)
    version = paths.path(
        first, second, role_version=paths.role(paths.requires("business", 3), paths.requires(SKILL, 3))
    )
    enrolment = paths.enrolment(people.person(), version, started_on=day(-10))
    judging.assigned(enrolment, coaching.coach())
    opened(enrolment, "show", level=3, standard_uid=basics.uid("one"), valid_until=day(400))
    move = line(enrolment).move
    assert "Nothing." not in move.text
    assert address_of(move.target).startswith(reverse("challenge_new"))


# --- Two standards


def two_standards(first: str) -> judging.Scene:
    """The role asks for the skill on *Difficult meeting*; the first act is about ``first``."""
    of = judging.scene(skills=(SKILL,))
    judging.standard(judging.standard_spec("meeting", (SKILL,), title="Difficult meeting"))
    steps = [
        paths.step("demonstration", "v", content_uid=of.version.standard_uid, skills=(SKILL,), required=False),
        paths.step("demonstration", "m", content_uid=basics.uid("meeting"), skills=(SKILL,)),
    ]
    role = paths.role(paths.requires(SKILL, 3, standard=basics.uid("meeting"), critical=True))
    version = paths.path(*steps, role_version=role)
    of.enrolment.path, of.enrolment.path_version, of.enrolment.role_version = version.path, version, role
    of.enrolment.save()
    of.step = basics.uid(first)
    return of


def test_not_yet_on_another_standard_is_not_about_the_one_asked_for() -> None:
    of = two_standards("v")
    judging.decided(of, 3, not_yet=(SKILL,))
    found = line(of.enrolment)
    assert found.look.state != "not_yet"
    assert "again" not in found.move.text


def test_a_second_signature_on_another_standard_is_not_waited_for() -> None:
    of = two_standards("v")
    Membership.objects.filter(person=of.manager).update(person=of.coach)  # flagged: it needs a second signature
    judging.decided(of, 3)
    found = line(of.enrolment)
    assert found.look.state != "awaiting"
    assert address_of(found.move.target) == reverse("request_new", args=[basics.uid("m")])


@pytest.mark.parametrize("level", [3, 4])
def test_the_standard_is_named_also_where_the_path_lacks_it(level: int) -> None:
    """Shows: "signed, but this role asks for it on *Difficult meeting*", wherever it decides."""
    judging.standard(judging.standard_spec("meeting", (SKILL,), title="Difficult meeting"))
    version = paths.path(
        shows(), role_version=paths.role(paths.requires(SKILL, level, standard=basics.uid("meeting"), critical=True))
    )
    enrolment = paths.enrolment(people.person(), version, started_on=day(-10))
    manager, coach = people.person(), coaching.coach()
    people.team(enrolment.person, manager=manager)
    judging.assigned(enrolment, coach)
    opened(enrolment, "show", level=3, standard_uid=basics.uid("show"), valid_until=day(400))
    pages = {
        "my skills": log_in(enrolment.person).get("/skills/"),
        "invoice": log_in(manager).get(f"/people/{enrolment.person.uid}/"),
        "coach": log_in(coach).get(reverse("coach_person", args=[enrolment.uid])),
        "team": log_in(manager).get("/team/"),
        "export": log_in(manager).get(reverse("team_csv")),
    }
    assert [name for name, page in pages.items() if "Difficult meeting" not in page.content.decode()] == []


def test_the_export_tells_less_than_asked_from_vouched_for() -> None:
    cells = []
    for level in (3, 4):
        version = paths.path(shows(f"s{level}"), role_version=paths.role(paths.requires(SKILL, level)))
        enrolment = paths.enrolment(people.person(), version, started_on=day(-10))
        people.team(enrolment.person, manager=people.person())
        opened(enrolment, "show", level=3, standard_uid=basics.uid(f"s{level}"), valid_until=day(400))
        cells.append(list(exported(manager_of(enrolment)).values())[-1])
    assert cells[0] != cells[1]
    assert cells[1].startswith(cells[0])
