"""Calibration: agreement with experienced observers, what a pass does, and what is shown when."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.api import calibration_of, publish_calibration, result_of, take_calibration
from assessments.models import CalibrationAttempt, CalibrationVersion
from assessments.rules.calibration import agreement, weighted_kappa
from assessments.rules.specs import CalibrationItemSpec, CalibrationSpec
from assessments.services.ledger import triggers
from coaching.models import ObserverGrant
from lms import clock
from lms.api import LEARNING_ADMINISTRATORS, Notice, StepCompletion, User
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.clients import log_in, words_of
from tests.factories import basics, coaching, paths, people

pytestmark = pytest.mark.django_db

SET = basics.uid("vignettes")
NIGHT = timedelta(hours=20)


def published(items: int = 10, **fields: Any) -> CalibrationSpec:
    paths.skill("listening")
    marks = {"kappa": 0.6, "max_bias": 0.5, "min_items": 10}
    spec = CalibrationSpec(
        uid=SET, slug="vignettes", title="Ten visits", skill="listening",
        items=tuple(
            CalibrationItemSpec(f"scene-{n}", f"What happened in visit {n}.", n % 5 + 1, f"The reason of {n}.")
            for n in range(items)
        ),
        **marks | fields,
    )  # fmt: skip
    publish_calibration(spec, basics.MONDAY)
    return spec


def learner(**step: Any) -> User:
    who = people.person("Ana")
    paths.enrolment(
        who, paths.path(paths.step("calibration", "calibrate", content_uid=SET, skills=("listening",), **step))
    )
    return who


def right(spec: CalibrationSpec, off: int = 0) -> dict[str, int]:
    return {item.id: min(5, max(1, item.reference + off)) for item in spec.items}


def take(who: User, ratings: dict[str, int], at: Any = basics.MONDAY, **fields: Any) -> CalibrationAttempt:
    values = {"actor": who, "set_uid": SET, "number": 1, "ratings": ratings, "key": basics.key(), "at": at}
    return take_calibration(**values | fields)


# --- Agreement ----------------------------------------------------------------------------------------------------


def by_confusion_matrix(pairs: list[tuple[int, int]]) -> float:
    """Cohen's weighted kappa as it is written in textbooks: two matrices and a weight a cell."""
    total = len(pairs)
    seen = [[sum(pair == (i, j) for pair in pairs) / total for j in range(1, 6)] for i in range(1, 6)]
    rows = [sum(row) for row in seen]
    columns = [sum(row[j] for row in seen) for j in range(5)]
    weights = [[(i - j) ** 2 / 16 for j in range(5)] for i in range(5)]
    cells = [(i, j) for i in range(5) for j in range(5)]
    by_chance = sum(weights[i][j] * rows[i] * columns[j] for i, j in cells)
    return 1 - sum(weights[i][j] * seen[i][j] for i, j in cells) / by_chance if by_chance else 1.0


def test_kappa_is_that_of_the_confusion_matrix() -> None:
    dice = random.Random(3)
    for _n in range(300):
        pairs = [(dice.randint(1, 5), dice.randint(1, 5)) for _m in range(dice.randint(1, 20))]
        assert float(weighted_kappa(pairs)) == pytest.approx(by_confusion_matrix(pairs), abs=1e-9)


@pytest.mark.parametrize(
    ("pairs", "kappa", "bias", "passed"),
    [
        ([(1, 1), (2, 2), (5, 5)], 1, 0, True),
        ([(3, 3), (3, 3)], 1, 0, True),
        ([(2, 1), (3, 2), (4, 3), (5, 4)], 0.714, 1, False),
        ([(5, 1), (1, 5)], -1, 0, False),
        ([(3, 1), (3, 5)], 0, 0, False),
    ],
)
def test_agreement_needs_kappa_and_no_bias(
    pairs: list[tuple[int, int]], kappa: float, bias: float, passed: bool
) -> None:
    found = agreement(pairs, kappa=0.6, max_bias=0.5)
    assert (round(float(found.kappa), 3), float(found.bias), found.passed) == (kappa, bias, passed)


def test_a_rating_exactly_at_the_limits_passes() -> None:
    pairs = [(2, 1), (3, 2), (3, 3), (4, 4)]
    found = agreement(pairs, kappa=float(weighted_kappa(pairs)), max_bias=0.5)
    assert found.bias == 0.5
    assert agreement(pairs, kappa=0.5, max_bias=0.5).passed
    assert not agreement(pairs, kappa=0.5, max_bias=0.49).passed


def test_nothing_to_agree_on_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to agree on"):
        weighted_kappa([])


# --- Taking it ----------------------------------------------------------------------------------------------------


def test_a_pass_completes_the_step_and_tells_learning_administrators() -> None:
    spec, who, learning = published(), learner(), people.in_group(LEARNING_ADMINISTRATORS)
    attempt = take(who, right(spec))
    assert (attempt.passed, str(attempt.kappa), str(attempt.bias)) == (True, "1.0", "0.0")
    assert StepCompletion.objects.filter(enrolment__person=who).count() == 1
    assert not ObserverGrant.objects.exists(), "a first grant is a person's to give"
    assert "passed a calibration" in Notice.objects.get(person=learning).text


def test_who_rates_differently_fails_and_tries_again_after_a_night() -> None:
    spec, who = published(), learner()
    first = take(who, right(spec, off=1))
    assert not first.passed
    assert not StepCompletion.objects.exists()
    with pytest.raises(Conflict):
        take(who, right(spec), basics.MONDAY + NIGHT - timedelta(seconds=1))
    assert take(who, right(spec), basics.MONDAY + NIGHT).passed
    assert CalibrationAttempt.objects.count() == 2


@pytest.mark.parametrize("basis", ["founding", "calibrated"])
def test_a_pass_renews_a_grant_for_twelve_months_in_nobodys_name(basis: str) -> None:
    """H9: a machine gives in nobody's name; the grant names the attempt that earned it, the old one what ended it."""
    spec, who = published(), people.person()
    (held,) = coaching.grant(who, "listening", basis=basis, until_on=date(2026, 4, 1))
    attempt = take(who, right(spec))
    now = ObserverGrant.objects.get(person=who, revoked_at=None)
    assert (now.basis, now.until_on, now.granted_by) == ("calibrated", date(2027, 3, 2), None)
    assert now.attempt_uid == attempt.uid
    assert "agreement of 1.00" in now.reason
    held.refresh_from_db()
    assert (held.revoked_by, held.ended_by_attempt, held.revoked_reason) == (None, attempt.uid, "Renewed.")
    page = words_of(
        log_in(people.in_group(LEARNING_ADMINISTRATORS)).get(reverse("observer_grants_person", args=[who.uid]))
    )
    assert "By calibration, 2 March 2026" in page


BELOW = [
    {"items": 9, "min_items": 1},
    {"items": 1, "min_items": 1},
    {"kappa": 0.39},
    {"kappa": 0.01, "max_bias": 4.0},
    {"max_bias": 0.751},
    {"items": 2, "min_items": 1, "kappa": 0.01, "max_bias": 4.0},
]


@pytest.mark.parametrize("fields", BELOW)
def test_below_the_floors_a_set_teaches_whatever_it_says(fields: dict[str, Any]) -> None:
    """H9: 10 vignettes, a kappa of 0.4 and a bias of 0.75 are code; content cannot go below them and decide."""
    spec, who = published(**fields), people.person()
    (held,) = coaching.grant(who, "listening", until_on=date(2026, 4, 1))
    assert not calibration_of(who, SET, basics.MONDAY).decides
    assert take(who, right(spec)).passed
    assert ObserverGrant.objects.get(person=who, revoked_at=None) == held


def test_at_the_floors_a_set_decides() -> None:
    published(kappa=0.4, max_bias=0.75)
    assert calibration_of(coaching.observer("listening"), SET, basics.MONDAY).decides


def test_a_version_written_by_other_means_decides_nothing_below_a_floor() -> None:
    """H9: the columns say that it decides; the rule reads the spec and says no."""
    spec, who = published(items=9), people.person()
    (held,) = coaching.grant(who, "listening", until_on=date(2026, 4, 1))
    version = CalibrationVersion.objects.get()
    version.spec["min_items"] = 1
    triggers.remove(connection)
    CalibrationVersion.objects.update(items=10, kappa=0.6, max_bias=0.5, decides=True, spec=version.spec)
    assert take(who, right(spec)).passed
    assert ObserverGrant.objects.get(person=who, revoked_at=None) == held


def test_a_provisional_observer_stays_provisional() -> None:
    spec, who = published(), learner()
    coaching.grant(who, "listening", basis="provisional")
    take(who, right(spec))
    assert ObserverGrant.objects.get(person=who, revoked_at=None).basis == "provisional"


def test_a_small_set_teaches_and_decides_nothing() -> None:
    spec, who = published(items=9), people.person()
    (held,) = coaching.grant(who, "listening", until_on=date(2026, 4, 1))
    assert take(who, right(spec)).passed
    assert ObserverGrant.objects.get(person=who, revoked_at=None) == held


def test_every_vignette_wants_a_rating_of_the_scale() -> None:
    spec, who = published(), learner()
    for wrong in ({}, {"scene-3": 0}, {"scene-3": 6}):
        ratings = (right(spec) | wrong) if wrong else {}
        with pytest.raises(Invalid) as refused:
            take(who, ratings)
        assert "scene-3" in refused.value.fields
    assert not CalibrationAttempt.objects.exists()


def test_one_key_is_one_attempt() -> None:
    spec, who, key = published(), learner(), basics.key()
    assert take(who, right(spec), key=key) == take(who, right(spec), key=key)
    assert CalibrationAttempt.objects.count() == 1


def test_ratings_of_an_older_version_are_not_taken() -> None:
    published()
    who = learner()
    spec = published(items=11)
    with pytest.raises(Conflict, match="published anew"):
        take(who, right(spec), number=1)
    assert take(who, right(spec), number=2).version.number == 2


def test_it_is_there_for_who_has_it_on_the_path_or_observes_the_skill() -> None:
    published()
    with pytest.raises(NotFound):
        calibration_of(people.person(), SET, basics.MONDAY)
    with pytest.raises(NotFound):
        calibration_of(learner(), uuid4(), basics.MONDAY)
    later = coaching.observer("listening")
    assert calibration_of(later, SET, basics.MONDAY).decides


def test_a_locked_step_is_not_open() -> None:
    spec = published()
    who = learner(unlock={"all": [{"day": 30}]})
    with pytest.raises(NotAllowed):
        take(who, right(spec))
    assert not CalibrationAttempt.objects.exists()


def test_the_order_is_ones_own_and_new_each_time() -> None:
    spec, who = published(), learner()
    first = [item.id for item in calibration_of(who, SET, basics.MONDAY).items]
    assert first == [item.id for item in calibration_of(who, SET, basics.MONDAY).items]
    assert sorted(first) == sorted(item.id for item in spec.items)
    take(who, right(spec, off=1))
    assert first != [item.id for item in calibration_of(who, SET, basics.MONDAY + NIGHT).items]


def test_results_are_ones_own_and_furthest_apart_comes_first() -> None:
    spec, who = published(), learner()
    attempt = take(who, right(spec) | {"scene-0": 4})
    _found, rated = result_of(who, attempt.uid)
    assert (rated[0].item.id, rated[0].off, rated[1].off) == ("scene-0", 3, 0)
    with pytest.raises(NotFound):
        result_of(people.person(), attempt.uid)


@pytest.mark.parametrize(
    ("name", "fields"),
    [("calibration_kappa_in_range", {"kappa": "1.1"}), ("calibration_bias_in_range", {"bias": "-5"})],
)
def test_the_database_refuses_figures_that_cannot_be(name: str, fields: dict[str, str]) -> None:
    spec, who = published(), learner()
    row = take(who, right(spec))
    row.pk, row.uid = None, uuid4()
    for field, value in fields.items():
        setattr(row, field, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row.save(force_insert=True)


# --- The pages ----------------------------------------------------------------------------------------------------


def sent(spec: CalibrationSpec, off: int = 0, key: UUID | None = None) -> dict[str, Any]:
    ratings = {f"rating-{name}": value for name, value in right(spec, off).items()}
    return ratings | {"number": 1, "key": key or uuid4()}


def test_from_the_path_to_the_result() -> None:
    spec, who = published(), people.person("Ana")
    version = paths.path(paths.step("calibration", "calibrate", content_uid=SET, skills=("listening",)))
    paths.enrolment(who, version, started_on=clock.today(who.zone))
    client, url = log_in(who), reverse("calibration", args=[SET])
    assert client.get(reverse("step", args=[basics.uid("calibrate")]))["Location"] == url
    page = words_of(client.get(url))
    assert "What happened in visit 7." in page
    assert "The reason of" not in page, "reasons come after the ratings"
    missing = sent(spec)
    del missing["rating-scene-4"]
    answer = client.post(url, missing)
    assert answer.status_code == 422
    page = words_of(answer)
    assert "1 vignette is not rated yet." in page
    assert page.count("checked") == 9, "the other ratings stay"
    assert "The reason of" not in page
    done = client.post(url, sent(spec, off=1))
    page = words_of(client.get(done["Location"]))
    assert "Not yet" in page
    assert "you are milder than they are" in page
    assert "The reason of 7." in page
    assert "Let a night lie between two attempts" in words_of(client.get(url))
    assert client.post(url, sent(spec)).status_code == 409


def test_somebody_elses_result_is_not_there() -> None:
    spec = published()
    attempt = take(learner(), right(spec))
    url = reverse("calibration_result", args=[attempt.uid])
    for who in (people.person(), people.in_group(LEARNING_ADMINISTRATORS), people.administrator()):
        assert log_in(who).get(url).status_code == 404


def test_queries_do_not_grow_with_the_set() -> None:
    costs = []
    for items in (10, 40):
        published(items)
        who = learner()
        client = log_in(who)
        client.get(reverse("calibration", args=[SET]))
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("calibration", args=[SET]))
        costs.append(len(caught))
    assert costs[0] == costs[1] <= 24
