"""The coach's queue: what waits, for whom, in how many queries."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from assessments.models import Case, Request
from assessments.services.standing.queue import ORDER
from assessments.views.queue_words import waits
from coaching.models import CoachProfile, Commitment, Session
from lms import clock
from lms.api import PathVersion
from lms.rules.said import long_day, short_day
from lms.rules.waiting import Waiting
from tests.clients import count_queries, log_in, words_of
from tests.factories import coaching, judging, notices, paths, people
from tests.page import main_of

pytestmark = pytest.mark.django_db

URL = "/coach/"


def another(of: judging.Scene, name: str) -> judging.Scene:
    """One more learner of the same coach on the same path."""
    learner = people.person(name)
    path = PathVersion.objects.get(pk=of.enrolment.path_version_id)
    enrolment = paths.enrolment(learner, path, started_on=of.enrolment.started_on)
    judging.assigned(enrolment, of.coach)
    return judging.Scene(
        learner, of.coach, of.observer, of.manager, of.learning, enrolment, of.version, of.step, of.skills
    )


def test_everything_that_waits_for_a_coach() -> None:
    of = judging.scene()
    judging.asked(of, of.coach)
    ready = another(of, "Maximiliane Ready")
    judging.ready(ready)
    promised = Commitment.objects.create(
        enrolment=of.enrolment, what="Lead a part of the visit", by_on=clock.now().date(), status="done",
        made_at=clock.now(), done_at=clock.now() - timedelta(days=2), report="It went.",
    )  # fmt: skip
    Session.objects.create(
        enrolment=of.enrolment, coach=of.coach, title="Before the visits", planned_at=clock.now() + timedelta(minutes=5)
    )
    page = main_of(log_in(of.coach).get(URL))
    rows = page.get("region", "Waiting").all("listitem")
    assert [row.attrs["data-kind"] for row in rows] == ["decide", "observe", "confirm"]
    decide, _observe, confirm = rows
    assert decide.names("heading") == ["Maximiliane Ready"]
    claim = decide.get("button", "Decide Maximiliane Ready")
    assert claim.attrs["formaction"] == reverse("case_claim", args=[ready.case.uid])
    assert "Rule met for 2 of 2 skills" in decide.text
    assert "2 observations of 2, by 2 people, in 2 contexts" in decide.text
    assert "Lead a part of the visit" in confirm.text
    assert str(promised.uid) in confirm.get("link", f"Confirm {of.learner.full_name}").attrs["href"]
    (gathering,) = page.get("region", "Gathering").all("listitem")
    assert gathering.attrs["data-kind"] == "collect"
    (sessions,) = [one for one in page.all("region") if one.name("region") in ("Today", "Next")]
    assert "Before the visits" in sessions.holding("listitem", of.learner.full_name).text
    assert "2 of 6 places" in page.get("region", "Your load").text
    learners = page.get("region", "Your learners").names("link")
    assert sorted(learners) == sorted([of.learner.full_name, "Maximiliane Ready"])


def waiting(kind: str, since: datetime, zone: str, **fields: Any) -> Waiting:
    return Waiting(kind, uuid4(), 1, "Visit", since, learner="Priya Sen", zone=zone, **fields)


WAITS = {
    "decide": ("Ready since today.", "Ready since {since}, 1 day.", "Ready since {since}, 3 days."),
    "observe": ("Asked today, for {on}.", "Asked 1 day ago, for {on}.", "Asked 3 days ago, for {on}."),
    "take_over": (
        "Asked of Ole today, for {on}. Ole is away, and nobody has taken it over.",
        "Asked of Ole 1 day ago, for {on}. Ole is away, and nobody has taken it over.",
        "Asked of Ole 3 days ago, for {on}. Ole is away, and nobody has taken it over.",
    ),
    "confirm": (
        "Kept a promise today; you confirm it.",
        "Kept a promise 1 day ago; you confirm it.",
        "Kept a promise 3 days ago; you confirm it.",
    ),
    "challenge": (
        "Asked today to be seen before the path opens it.",
        "Asked 1 day ago to be seen before the path opens it.",
        "Asked 3 days ago to be seen before the path opens it.",
    ),
    "countersign": (
        "Signed today; it waits for a countersign.",
        "Signed 1 day ago; it waits for a countersign.",
        "Signed 3 days ago; it waits for a countersign.",
    ),
    "collect": ("Gathering since {since}.",) * 3,
}
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", ORDER)
def test_what_waits_since_today_says_so(kind: str) -> None:
    """The queue said "Asked 0 days ago" and "Ready since 29 November, 0 days."."""
    for days, sentence in zip((0, 1, 3), WAITS[kind], strict=True):
        since = NOON - timedelta(days=days)
        row = waiting(kind, since, "UTC", day=NOON.date(), who="Ole")
        said = {"since": short_day(since.date()), "on": long_day(NOON.date())}
        assert waits(row, NOON) == sentence.format(**said)


@pytest.mark.parametrize(
    ("zone", "since", "sentence"),
    [
        # 1 in the morning of 30 November in Auckland, and it was asked at 23:00 of the 28th there.
        ("Pacific/Auckland", datetime(2026, 11, 28, 10, tzinfo=UTC), "Ready since 28 November, 2 days."),
        ("UTC", datetime(2026, 11, 28, 10, tzinfo=UTC), "Ready since 28 November, 1 day."),
        ("Pacific/Auckland", datetime(2026, 11, 29, 11, 30, tzinfo=UTC), "Ready since today."),
        ("America/Los_Angeles", datetime(2026, 11, 29, 6, tzinfo=UTC), "Ready since 28 November, 1 day."),
        ("UTC", NOON + timedelta(minutes=1), "Ready since today."),
    ],
)
def test_a_wait_is_counted_in_the_days_of_whom_it_is_about(zone: str, since: datetime, sentence: str) -> None:
    """A coach in another zone read another number of days than the learner."""
    assert waits(waiting("decide", since, zone), NOON) == sentence


@pytest.mark.parametrize(
    ("zone", "on", "over"),
    [
        ("UTC", date(2026, 11, 28), True),
        ("UTC", date(2026, 11, 29), False),
        ("Pacific/Auckland", date(2026, 11, 29), True),
        ("America/Los_Angeles", date(2026, 12, 1), False),
    ],
)
def test_what_was_to_be_watched_on_a_past_day_is_still_to_be_written(zone: str, on: date, over: bool) -> None:
    """Four days after the encounter the queue said "You watch on Wednesday 25 November."."""
    row = waiting("observe", NOON - timedelta(6), zone, day=on, accepted=True)
    day = long_day(on)
    said = f"You were to watch on {day}. What you saw is not written down yet." if over else f"You watch on {day}."
    assert waits(row, NOON) == said


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "UTC"])
def test_everybody_counts_the_same_days(zone: str, move_clock: Callable[[float], None]) -> None:
    """One wait: "1 day, 23 hours" for the learner here, "2 days" on Today, another number for the coach."""
    of = judging.scene(skills=("listening",))
    judging.ready(of)
    made = judging.asked(of)
    of.learner.time_zone = zone
    of.learner.save()
    really = clock.now()
    morning = really.replace(hour=10, minute=0, second=0, microsecond=0)
    Request.objects.filter(pk=made.pk).update(made_at=morning)
    Case.objects.filter(pk=of.case.pk).update(ready_at=morning)
    for hours in (1.5, 13.5, 26.5, 47.5):
        at = morning + timedelta(hours=hours)
        move_clock((at - really).total_seconds())
        days = (clock.today(zone, at) - clock.today(zone, morning)).days
        counted = {0: "today", 1: "1 day", 2: "2 days"}[days]
        asked = "Asked today" if not days else f"Asked {counted} ago"
        assert asked in words_of(log_in(of.observer).get(URL))
        assert asked in words_of(log_in(of.observer).get(reverse("observe_index")))
        mine, case = log_in(of.learner), reverse("case", args=[of.case.uid])
        asks, decides, *_others = [wait.sentence for wait in mine.get("/today/").context["today"].waits]
        assert counted in asks
        assert counted in decides
        held = "With your coach since today" if not days else f"With your coach for {counted}"
        assert held in words_of(mine.get(reverse("requests")))
        had = "everything needed to decide since today" if not days else f"everything needed to decide for {counted}"
        assert had in words_of(mine.get(case))


def test_deciding_is_a_post() -> None:
    of = judging.scene()
    judging.ready(of)
    client = log_in(of.coach)
    assert client.get(reverse("case_claim", args=[of.case.uid])).status_code == 405
    assert Case.objects.get().claimed_by is None


def test_flagged_decisions_wait_for_who_may_countersign() -> None:
    of = judging.scene()
    people.team(of.learner, manager=of.coach)
    judging.decided(of)
    other = judging.granted(people.person("Ana"), "listening")
    for who, rows in ((other, 1), (of.learning, 2), (of.observer, 0), (of.coach, 0)):
        page = words_of(log_in(who).get(URL))
        assert page.count('data-kind="countersign"') == rows


def test_coaches_observers_and_learning_have_a_queue_and_others_none() -> None:
    of = judging.scene()
    for who in (of.coach, of.observer, of.learning, coaching.coach("First day")):
        assert log_in(who).get(URL).status_code == 200
    for who in (of.learner, of.manager, people.person()):
        assert log_in(who).get(URL).status_code == 403


def test_nobody_sees_the_cases_of_another_coach() -> None:
    of, other = judging.scene(), judging.scene("story", ("listening", "offer"))
    judging.ready(of)
    page = words_of(log_in(other.coach).get(URL))
    assert of.learner.full_name not in page


def test_the_cover_of_a_coach_who_is_away_has_the_queue() -> None:
    of = judging.scene()
    judging.ready(of)
    stand_in = judging.granted(coaching.coach("Ana"), *judging.SKILLS)
    today = clock.now().date()
    CoachProfile.objects.filter(person=of.coach).update(
        away_from=today, away_until=today + timedelta(days=3), cover=stand_in.coach_profile
    )
    page = words_of(log_in(stand_in).get(URL))
    assert 'data-kind="decide"' in page
    assert "0 of 6 places" in page
    assert f"You stand in for {of.coach.full_name}." in page
    assert "You stand in" not in words_of(log_in(of.coach).get(URL))
    assert "You are away" in words_of(log_in(of.coach).get(URL))


def test_an_empty_queue_says_so_and_names_the_free_places() -> None:
    page = words_of(log_in(coaching.coach("First day")).get(URL))
    assert "Nothing waits for you" in page
    assert "0 of 6 places" in page


def test_as_many_queries_at_one_row_as_at_fifty() -> None:
    costs = {_cost_of(rows) for rows in (2, 10, 50)}
    assert len(costs) == 1
    assert costs.pop() <= 24


def _cost_of(rows: int) -> int:
    of = judging.scene(f"visit-{rows}", (f"listening-{rows}", f"business-{rows}"))
    CoachProfile.objects.update(capacity=100)
    of.coach.coach_profile.refresh_from_db()
    scenes = [of, *(another(of, f"Learner {number}") for number in range(rows - 1))]
    for number, one in enumerate(scenes):
        judging.ready(one) if number % 2 else judging.asked(one, of.coach)
        if number % 5 == 0:
            Commitment.objects.create(
                enrolment=one.enrolment, what=f"Promise {number}", by_on=clock.now().date(), status="done",
                made_at=clock.now(), done_at=clock.now(), report="It went.", step_uid=uuid4(),
            )  # fmt: skip
        notices.said(of.coach, f"News {number}")
    return count_queries(log_in(of.coach), URL)


def test_learners_stand_twenty_a_page_beside_what_waits() -> None:
    of = judging.scene()
    CoachProfile.objects.update(capacity=100)
    of.coach.coach_profile.refresh_from_db()
    for number in range(24):
        another(of, f"Pupil {number:02}")
    client = log_in(of.coach)
    first = words_of(client.get(URL))
    assert "Pupil 18" in first
    assert "Pupil 23" not in first
    assert 'href="?page=1&amp;learners=2#learners"' in first
    second = words_of(client.get(f"{URL}?page=1&learners=2"))
    assert "Pupil 23" in second
    assert "Pupil 18" not in second
    assert count_queries(client, f"{URL}?learners=2") <= 24


def test_the_queue_has_fifty_rows_a_page() -> None:
    of = judging.scene()
    CoachProfile.objects.update(capacity=100)
    of.coach.coach_profile.refresh_from_db()
    for number in range(52):
        judging.asked(another(of, f"Learner {number}"), of.coach)
    client = log_in(of.coach)
    counts = [words_of(client.get(URL, {"page": n})).count('data-testid="queue-row"') for n in (1, 2, 3)]
    assert counts == [50, 50, 4]
