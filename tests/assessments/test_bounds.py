"""Every day and moment that a person types has a first and a last one, in its service and in its form (case 9)."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django import forms
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assessments.api import (
    NotYet,
    Request,
    decide_case,
    end_person,
    record_held_before,
    record_observation,
    request_observation,
)
from coaching.api import (
    CoachProfile,
    Commitment,
    Session,
    enrol_with_coach,
    give_grants,
    hold_session,
    make_commitment,
    move_session,
    plan_session,
    set_away,
)
from lms import clock
from lms.api import (
    LEARNING_ADMINISTRATORS,
    Enrolment,
    Location,
    RoleHolding,
    User,
    act_for_manager,
    bring_back,
    change_day,
    change_facts,
    change_leave,
    correct_first_day,
    end_manager,
    end_role_holding,
    enrol,
    enter_return,
    extend_step,
    invite_person,
    move_person,
    name_manager,
    pause_path,
    plan_leave,
    plan_leaving,
)
from lms.errors import Invalid
from lms.forms.fields import Day, MomentField
from lms.rules import bounds
from lms.rules.bounds import Bounds
from lms.rules.days import add_days
from tests.clients import log_in
from tests.factories import basics, coaching, decisions, learners, opening, people
from tests.shown import look_and_send, looked

APPS = ("lms", "coaching", "assessments", "cms")
WHY = "A slip of the hand"
EXTREMES = [date.min, date(26, 11, 29), date(1899, 12, 31), date(2126, 1, 1), date(9999, 12, 31)]


def modules(room: str) -> list[Any]:
    """Every module of a room of every app, but for the demo's, which nobody types at."""
    found = []
    for app in APPS:
        try:
            top = importlib.import_module(f"{app}.{room}")
        except ModuleNotFoundError:
            continue
        below = pkgutil.walk_packages(getattr(top, "__path__", []), f"{top.__name__}.")
        found += [top, *(importlib.import_module(item.name) for item in below if ".demo" not in item.name)]
    return found


# --- The services -------------------------------------------------------------------------------------------------


def scene() -> coaching.HelpScene:
    found = coaching.help_scene()
    found.session = coaching.session(found.enrolment, found.coach, coaching.soon(24))  # type: ignore[attr-defined]
    return found


def steer(act: Callable[..., Any], **fields: Any) -> Callable[[Any], Any]:
    def call(**typed: Any) -> Any:
        of = scene()
        given = {"actor": of.manager, "enrolment_uid": of.enrolment.uid, "reason": WHY, **fields, **typed}
        return looked(act, **given, key=basics.key(), at=basics.MONDAY)

    return call


def put_on_a_path(act: Callable[..., Any], **fields: Any) -> Callable[..., Any]:
    def call(**typed: Any) -> Any:
        of, who = scene(), people.person("New Here")
        people.team(who, manager=of.manager, slug="new")
        given = {"actor": of.manager, "person_uid": who.uid, "path_uid": of.enrolment.path.uid, **fields, **typed}
        return act(**given, key=basics.key(), at=basics.MONDAY)

    return call


def held_before(**typed: Any) -> Any:
    start = opening.opening()
    return start.recorded([], at=basics.MONDAY, **typed)


def role_over(**typed: Any) -> Any:
    start = opening.opening()
    start.confirmed(start.recorded([]))
    holding = RoleHolding.objects.get(person=start.person)
    given = {"actor": start.recorder, "holding_uid": holding.uid, "reason": WHY, **typed}
    return end_role_holding(**given, key=basics.key(), at=basics.MONDAY)


def invite(**typed: Any) -> Any:
    of = scene()
    team = people.team(people.person("Mate"), slug="invited")
    words = {"email": "new@vouch.example", "full_name": "New Here", "team_id": team.pk, "time_zone": "Europe/Riga"}
    link = {"link_for": lambda who: "https://vouch.example/x/"}
    return invite_person(actor=of.administrator, **words, **link, **typed, key=basics.key(), at=basics.MONDAY)


def talk(act: Callable[..., Any], **fields: Any) -> Callable[..., Any]:
    def call(**typed: Any) -> Any:
        of: Any = scene()
        about = {"enrolment_uid": of.enrolment.uid} if act is plan_session else {"session_uid": of.session.uid}
        return act(actor=of.coach, **about, **fields, **typed, key=basics.key(), at=basics.NOON)

    return call


def promise(**typed: Any) -> Any:
    of = scene()
    about = {"enrolment_uid": of.enrolment.uid, "customer_uid": of.customer.uid, "skills": ["trust"]}
    return make_commitment(actor=of.learner, **about, what="Ask why", **typed, key=basics.key(), at=basics.NOON)


def grant(**typed: Any) -> Any:
    of = scene()
    about = {"person_uid": of.outsider.uid, "skill_slugs": ["trust"], "reason": WHY}
    return looked(give_grants, actor=of.administrator, **about, **typed, key=basics.key(), at=basics.NOON)


def away(**typed: Any) -> Any:
    of, today = scene(), basics.NOON.date()
    days = {"away_from": today, "away_until": today, **typed}
    return set_away(actor=of.coach, person_uid=of.coach.uid, cover_uid=None, **days, key=basics.key(), at=basics.NOON)


def ask(**typed: Any) -> Any:
    work = decisions.decision_scene()
    about = {"enrolment_uid": work.enrolment.uid, "step_uid": work.step_uid, "observer_uid": work.another().uid}
    return request_observation(
        actor=work.learner, **about, context="on site", **typed, key=basics.key(), at=basics.MONDAY
    )


def leave(**typed: Any) -> Any:
    of = scene()
    about = {"person_uid": of.outsider.uid, "reason": WHY}
    return end_person(actor=of.administrator, **about, **typed, key=basics.key(), at=basics.NOON)


def about_somebody(act: Callable[..., Any], **fields: Any) -> Callable[..., Any]:
    """What L&D writes down about somebody who is here, from noon's day on where nothing else is typed."""

    def call(**typed: Any) -> Any:
        of = scene()
        if act in (change_leave, enter_return):
            days = {"from_on": basics.NOON.date(), "until_on": None}
            about = {"actor": of.administrator, "person_uid": of.outsider.uid}
            plan_leave(**about, **days, key=basics.key(), at=basics.NOON)
        about = {"actor": of.administrator, "person_uid": of.outsider.uid, **fields, **typed}
        return act(**about, key=basics.key(), at=basics.NOON)

    return call


def come_back(**typed: Any) -> Any:
    of, team = scene(), people.team(slug="back")
    leave_now = {"person_uid": of.outsider.uid, "reason": WHY, "last_day": basics.NOON.date()}
    end_person(actor=of.administrator, **leave_now, key=basics.key(), at=basics.NOON)
    about = {"person_uid": of.outsider.uid, "team_id": team.pk, "link_for": lambda who: "https://vouch.example/x/"}
    return bring_back(actor=of.administrator, **about, **typed, key=basics.key(), at=basics.NOON)


FACTS = {"full_name": "Nia New", "preferred_name": "", "job": "", "employee_number": ""}
FACTS |= {"time_zone": "Europe/Riga", "locale": "en"}


def see(**typed: Any) -> Any:
    work = decisions.decision_scene()
    return decisions.watch(work, work.another(), **typed)


def not_yet(**typed: Any) -> Any:
    work = decisions.decision_scene()
    case = decisions.enough_evidence(work)
    name = work.skills[0]
    verdicts = {**decisions.entrust_all(work), name: NotYet("Ask once more.", typed[f"{name}-retry_on"])}
    return looked(
        decide_case,
        actor=work.coach,
        case_uid=case.uid,
        verdicts=verdicts,
        why="Seen twice.",
        key=basics.key(),
        at=basics.MONDAY,
    )


def manage(act: Callable[..., Any], **fields: Any) -> Callable[..., Any]:
    """A manager of a team, from noon's day on where nothing else is typed."""

    def call(**typed: Any) -> Any:
        of, team = scene(), people.team(manager=people.person("Head"), slug="managed")
        row, new = team.memberships.get(), {"team_uid": team.uid, "person_uid": of.outsider.uid}
        about = new if act is name_manager else {"manager_uid": row.uid}
        who = {"person_uid": of.outsider.uid} if act is act_for_manager else {}
        return act(actor=of.administrator, **about, **who, **fields, **typed, key=basics.key(), at=basics.NOON)

    return call


def move(**typed: Any) -> Any:
    of, team = scene(), people.team(slug="to")
    about = {"person_uid": of.outsider.uid, "team_uid": team.uid}
    return move_person(actor=of.administrator, **about, **typed, key=basics.key(), at=basics.NOON)


def change_a_day(**typed: Any) -> Any:
    of, place = scene(), Location.objects.get(is_main=True)
    about = {"location_uid": place.uid, "works": False, "name": "Company day"}
    return change_day(actor=of.administrator, **about, **typed, key=basics.key(), at=basics.NOON)


def retry_field() -> str:
    return f"{decisions.plain_standard_spec().skills[0]}-retry_on"


SERVICES: dict[tuple[Any, str], Callable[..., Any]] = {
    (enrol, "started_on"): put_on_a_path(enrol),
    (enrol_with_coach, "started_on"): put_on_a_path(enrol_with_coach, coach_uid=None),
    (correct_first_day, "started_on"): steer(correct_first_day),
    (invite_person, "started_on"): invite,
    (pause_path, "from_on"): steer(pause_path, until_on=None),
    (pause_path, "until_on"): steer(pause_path, from_on=basics.MONDAY.date()),
    (extend_step, "due_on"): steer(extend_step, step_uid=basics.uid("promise")),
    (make_commitment, "by_on"): promise,
    (give_grants, "until_on"): grant,
    (record_held_before, "since"): held_before,
    (end_role_holding, "until_on"): role_over,
    (set_away, "away_from"): away,
    (set_away, "away_until"): away,
    (plan_session, "planned_at"): talk(plan_session),
    (move_session, "planned_at"): talk(move_session, minutes=30, place=""),
    (hold_session, "held_at"): talk(hold_session),
    (request_observation, "planned_on"): ask,
    (end_person, "last_day"): leave,
    (plan_leaving, "last_day"): about_somebody(plan_leaving, reason=WHY),
    (bring_back, "first_day"): come_back,
    (change_facts, "started_on"): about_somebody(change_facts, **FACTS),
    (plan_leave, "from_on"): about_somebody(plan_leave, until_on=None),
    (plan_leave, "until_on"): about_somebody(plan_leave, from_on=basics.NOON.date()),
    (change_leave, "until_on"): about_somebody(change_leave),
    (enter_return, "back_on"): about_somebody(enter_return),
    (record_observation, "occurred_at"): see,
    (name_manager, "from_on"): manage(name_manager),
    (name_manager, "until_on"): manage(name_manager, from_on=basics.NOON.date()),
    (act_for_manager, "from_on"): manage(act_for_manager, until_on=basics.NOON.date()),
    (act_for_manager, "until_on"): manage(act_for_manager, from_on=basics.NOON.date()),
    (end_manager, "until_on"): manage(end_manager),
    (move_person, "from_on"): move,
    (change_day, "on"): change_a_day,
}
TYPED = [(act.__name__, field) for act, field in SERVICES]


def taken_by_services() -> set[tuple[str, str]]:
    """Every date or moment, but the moment of the act itself, that an act of any app takes."""
    found = set()
    for module in modules("services"):
        for name, act in vars(module).items():
            if inspect.isfunction(act) and hasattr(act, "__wrapped__") and act.__module__ == module.__name__:
                for field in inspect.signature(act).parameters.values():
                    if field.name != "at" and str(field.annotation).split(" ")[0] in ("date", "datetime"):
                        found.add((name, field.name))
    return found - {("generate_people", "now"), ("record_grants", "until_on")}  # no acts: nobody types these days


def test_no_act_takes_a_day_that_is_not_tried_here() -> None:
    """Case 9: the whole kind; a new act with a day joins the list above."""
    assert taken_by_services() == set(TYPED)


@pytest.mark.django_db
@pytest.mark.parametrize("day", EXTREMES, ids=str)
@pytest.mark.parametrize(("act", "field"), SERVICES, ids=[" ".join(pair) for pair in TYPED])
def test_a_day_that_nobody_means_is_refused_beside_its_field(act: Any, field: str, day: date) -> None:
    """Case 9: with the days that may be chosen."""
    typed: Any = datetime.combine(day, time(12), UTC) if field.endswith("_at") else day
    with pytest.raises(Invalid) as caught:
        SERVICES[act, field](**{field: typed})
    sentence = caught.value.fields[field]
    assert sentence.startswith("Choose a ") or "ends at once" in sentence or "still to come" in sentence


@pytest.mark.django_db
@pytest.mark.parametrize("day", EXTREMES, ids=str)
def test_seen_again_by_a_day_that_nobody_means(day: date) -> None:
    """Case 9: a day inside a decision."""
    with pytest.raises(Invalid) as caught:
        not_yet(**{retry_field(): day})
    assert "Choose a day from 3 March 2026 to 2 March 2027." in str(caught.value.fields)


# --- The bounds ---------------------------------------------------------------------------------------------------

NAMED = {name: item for name, item in vars(bounds).items() if isinstance(item, Bounds)}
dates = st.dates()


@pytest.mark.parametrize("name", NAMED)
def test_a_purpose_has_both_ends_and_room_between(name: str) -> None:
    """Case 9: none reaches so far that a page about it leaves the calendar."""
    of = NAMED[name]
    assert -1 <= of.back <= 60 * 366
    assert 0 <= of.ahead <= 5 * 366
    assert of.ahead >= -of.back


@given(dates, dates, st.sampled_from(sorted(NAMED)), dates, dates)
def test_a_day_is_taken_exactly_between_its_ends(day: date, today: date, name: str, first: date, last: date) -> None:
    """Case 9: against plain arithmetic, also at the ends of the calendar."""
    of = NAMED[name]
    ahead = (day - today).days
    inside = -of.back <= ahead <= of.ahead and first <= day <= last
    assert (of.problem(day, today, first, last) == "") == inside


# --- The forms ----------------------------------------------------------------------------------------------------


def day_fields() -> list[tuple[str, forms.Field]]:
    """Every field for a day or a moment that a form of ours declares."""
    found = []
    for module in modules("forms"):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, forms.BaseForm) and kind.__module__ == module.__name__:
                fields = getattr(kind, "base_fields", {}).items()
                found += [(f"{kind.__name__}.{name}", field) for name, field in fields if _of_days(field)]
    return found


def _of_days(field: forms.Field) -> bool:
    return isinstance(field, forms.DateField | forms.DateTimeField | forms.SplitDateTimeField)


@pytest.mark.parametrize(("name", "field"), day_fields(), ids=[name for name, _field in day_fields()])
def test_the_browser_offers_what_the_service_takes(name: str, field: Any) -> None:
    """Case 9: the ends of the calendar of the browser are those of the bounds, in the reader's own days."""
    assert isinstance(field, Day | MomentField), f"{name} has no bounds"

    class One(forms.Form):
        it = field

    with timezone.override("Pacific/Kiritimati"):
        found = One()["it"].field.widget.attrs
        if isinstance(field, Day):
            ends = field.within.days(clock.today("Pacific/Kiritimati"))
            assert (found["min"], found["max"]) == (ends[0].isoformat(), ends[1].isoformat())
        else:
            ends = field.within.moments(timezone.localtime(clock.now()))
            assert [found["min"][:13], found["max"][:13]] == [f"{end:%Y-%m-%dT%H}" for end in ends]


# --- Rows of before the bounds ------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("began", EXTREMES, ids=str)
def test_pages_survive_what_was_typed_before(began: date) -> None:
    """Case 9: a first day at the ends of the calendar, with pauses there too; and it can be put right."""
    life = learners.learner_on_path()
    life.enrolment.pauses.create(from_on=began, until_on=add_days(began, 30), reason=WHY, by=life.manager)
    Enrolment.objects.update(started_on=began)
    learner, manager = log_in(life.learner, warm=True), log_in(life.manager, warm=True)
    steer_page = reverse("team_steer", args=[life.enrolment.uid])
    for url in ("/today/", "/path/", "/skills/"):
        assert learner.get(url).status_code == 200, url
    for url in ("/team/", steer_page, reverse("person_readiness", args=[life.learner.uid])):
        assert manager.get(url).status_code == 200, url
    assert log_in(life.coach, warm=True).get("/coach/").status_code == 200
    right = {"act": "first_day", "started_on": str(learners.days_ago(3)), "reason": WHY, "key": basics.key()}
    assert look_and_send(manager, steer_page, right).status_code == 302
    life.enrolment.refresh_from_db()
    assert life.enrolment.started_on == learners.days_ago(3)


@pytest.mark.django_db
@pytest.mark.parametrize("day", EXTREMES, ids=str)
def test_pages_survive_other_days_that_were_typed_before(day: date) -> None:
    """Case 9: talks, promises, encounters, absences, grants and first days at the ends of the calendar."""
    life = learners.learner_on_path(waits=2)
    moment = datetime.combine(day, time(12), UTC)
    assert Session.objects.update(planned_at=moment)
    assert Commitment.objects.update(by_on=day)
    assert Request.objects.update(planned_on=day)
    CoachProfile.objects.update(away_from=day, away_until=day)
    zone = "Pacific/Kiritimati" if day.year > 2000 else "America/Los_Angeles"
    assert User.objects.update(started_on=day, time_zone=zone)
    coaching.grant(life.coach, "skill-0", until_on=day)
    watcher = Request.objects.earliest("pk").observer
    urls = {
        life.learner: ["/today/", "/path/", "/skills/", "/my-people/", *pages_about(life)],
        life.coach: ["/coach/", "/coach/away/", *pages_about(life)],
        life.manager: ["/team/", reverse("person_readiness", args=[life.learner.uid])],
        people.in_group(LEARNING_ADMINISTRATORS): ["/people/", "/people/grants/", "/people/coach-profile/"],
        watcher: ["/coach/"],
    }
    for who, mine in urls.items():
        who.refresh_from_db()
        browser = log_in(who)
        for url in mine:
            answer = browser.get(url)
            assert answer.status_code == 200, url


def pages_about(life: learners.LearnerOnPath) -> list[str]:
    """The pages of a session, a promise and a case."""
    session, promise = Session.objects.earliest("pk"), Commitment.objects.earliest("pk")
    return [reverse("session", args=[session.uid]), reverse("commitment", args=[promise.uid])]
