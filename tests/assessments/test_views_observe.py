"""Observing: the words first, then the ratings; asked for, or just seen."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from assessments.api import read_observations
from assessments.models import Observation, Request
from coaching.models import ObserverGrant
from lms import clock
from lms.api import SkillGate
from tests.clients import count_queries, log_in, words_of
from tests.factories import judging, people

pytestmark = pytest.mark.django_db


def step_one(client: Client, url: str, text: str = judging.SEEN) -> dict[str, str]:
    """Write down what was seen; what the second page's form carries of that, and of the standard."""
    answer = client.post(url, {"key": uuid4(), "what_i_saw": text})
    assert answer.status_code == 200
    found = dict(re.findall(r'name="(seal|shown)" value="([^"]+)"', words_of(answer)))
    assert set(found) == {"seal", "shown"}
    return found


def ratings(carried: dict[str, str], **fields: object) -> dict[str, object]:
    when = clock.now() - timedelta(hours=2)
    return {
        "key": uuid4(),
        **carried,
        "context": "live customer",
        "occurred_at": f"{when:%Y-%m-%dT%H:%M}",
        "customer_uid": "",
        "mark-listening/f-1": "seen",
        "mark-business/p-1": "partly",
        "supervision-listening": "4",
        "supervision-business": "2",
    } | fields


def test_nothing_rates_before_the_words_stand() -> None:
    of = judging.scene()
    client = log_in(of.observer)
    url = reverse("observe", args=[judging.asked(of).uid])
    page = words_of(client.get(url))
    assert 'name="what_i_saw"' in page
    for trace in ('type="radio"', "supervision-", "mark-", "I was there and was not needed", 'name="seal"'):
        assert trace not in page
    answer = client.post(url, {"key": uuid4(), "what_i_saw": judging.SEEN})
    second = words_of(answer)
    assert answer.status_code == 200
    assert 'name="what_i_saw"' not in second
    assert "readonly" in second
    assert judging.SEEN in second
    assert second.count('type="radio"') == 2 + 4 * 6 + 5 * 2
    assert second.count('value="no_opportunity"') == second.count('value="no_opportunity" ') or "checked" in second
    assert not Observation.objects.exists()


def test_ratings_without_the_seal_are_refused() -> None:
    of = judging.scene()
    client = log_in(of.observer)
    url = reverse("observe", args=[judging.asked(of).uid])
    data = ratings({})
    answer = client.post(url, data | {"what_i_saw": judging.SEEN})
    assert answer.status_code == 422
    assert "Write what you saw first." in words_of(answer)
    assert 'type="radio"' not in words_of(answer)
    assert client.post(url, ratings({"seal": "forged:seal"})).status_code == 422
    assert not Observation.objects.exists()


def test_a_seal_of_somebody_else_or_of_another_encounter_is_none() -> None:
    of = judging.scene()
    other = judging.granted(people.person("Ana"), *judging.SKILLS)
    url = reverse("observe", args=[judging.asked(of).uid])
    theirs = step_one(log_in(other), reverse("observe", args=[judging.asked(of, other).uid]))
    assert log_in(of.observer).post(url, ratings(theirs)).status_code == 422
    assert not Observation.objects.exists()


def test_too_few_words_stay_on_the_page() -> None:
    of = judging.scene()
    client = log_in(of.observer)
    answer = client.post(reverse("observe", args=[judging.asked(of).uid]), {"key": uuid4(), "what_i_saw": "Was fine."})
    assert answer.status_code == 422
    assert "Was fine." in words_of(answer)


def test_written_down_once_and_do_opens() -> None:
    of = judging.scene()
    client, ask = log_in(of.observer), judging.asked(of)
    url = reverse("observe", args=[ask.uid])
    data = ratings(step_one(client, url))
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 302
    made = Observation.objects.get()
    assert (made.what_i_saw, made.request) == (judging.SEEN, ask)
    assert dict(made.ratings.values_list("skill__slug", "supervision")) == {"listening": 4, "business": 2}
    marks = {f"{row.skill.slug}/{row.indicator}": row.mark for row in made.indicators.select_related("skill")}
    assert marks["listening/f-1"] == "seen"
    assert marks["business/p-1"] == "partly"
    assert marks["listening/f-2"] == "no_opportunity"
    assert list(SkillGate.objects.filter(gate="do").values_list("skill__slug", flat=True)) == ["listening"]
    late = client.post(url, data | {"key": uuid4()})
    assert late.status_code == 409
    assert client.get(url).status_code == 302


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"supervision-listening": ""}, "how much supervision"),
        ({"supervision-listening": "6"}, "Choose one."),
        ({"mark-listening/f-1": "brilliant"}, "Choose one."),
        ({"context": "the moon"}, "Choose one."),
        ({"occurred_at": "2020-01-01T10:00"}, "Choose a moment from "),
        ({"occurred_at": "yesterday"}, "Write the day and the time."),
    ],
)
def test_what_is_wrong_is_said_and_the_words_stay(fields: dict[str, str], sentence: str) -> None:
    of = judging.scene()
    client, url = log_in(of.observer), reverse("observe", args=[judging.asked(of).uid])
    data = ratings(step_one(client, url), **fields)
    answer = client.post(url, data)
    page = words_of(answer)
    assert answer.status_code == 422
    assert sentence in page
    assert judging.SEEN in page
    assert str(data["key"]) in page
    assert not Observation.objects.exists()


def test_the_hour_is_the_observers_own() -> None:
    of = judging.scene()
    of.observer.time_zone = "Asia/Tokyo"
    of.observer.save()
    client, url = log_in(of.observer), reverse("observe", args=[judging.asked(of).uid])
    at = (clock.now() - timedelta(hours=3)).replace(second=0, microsecond=0)
    local = at.astimezone(of.observer.zone)
    data = ratings(step_one(client, url), occurred_at=f"{local:%Y-%m-%dT%H:%M}")
    assert client.post(url, data).status_code == 302
    assert Observation.objects.get().occurred_at == at


def test_only_skills_with_a_grant_are_rated() -> None:
    of = judging.scene()
    partly = judging.granted(people.person("Ana"), "listening")
    client, url = log_in(partly), reverse("observe", args=[judging.asked(of, partly).uid])
    seal = step_one(client, url)
    data = {name: value for name, value in ratings(seal).items() if "business" not in name}
    assert client.post(url, data).status_code == 302
    assert Observation.objects.get().ratings.get().skill.slug == "listening"


def test_who_may_observe_a_request() -> None:
    of, other = judging.scene(), judging.scene("story", ("listening", "offer"))
    url = reverse("observe", args=[judging.asked(of).uid])
    for who in (of.learner, of.coach):
        assert log_in(who).get(url).status_code == 403
        assert log_in(who).post(url, {"key": uuid4(), "what_i_saw": judging.SEEN}).status_code == 403
    for who in (of.manager, of.learning, other.observer, other.learner):
        assert log_in(who).get(url).status_code == 404
    ObserverGrant.objects.filter(person=of.observer).update(until_on=(clock.now() - timedelta(days=1)).date())
    assert log_in(of.observer).get(url).status_code == 403


def test_an_observer_accepts_a_request_once_and_declines_with_a_note() -> None:
    of = judging.scene()
    ask = judging.asked(of)
    url, client = reverse("observe_answer", args=[ask.uid]), log_in(of.observer)
    assert log_in(of.learner).post(url, {"key": uuid4(), "answer": "accept"}).status_code == 403
    assert client.post(url, {"key": uuid4(), "answer": "decline"}).status_code == 422
    key = uuid4()
    for _n in range(2):
        assert client.post(url, {"key": key, "answer": "accept"}).status_code == 302
    assert client.post(url, {"key": uuid4(), "answer": "decline", "note": "Away."}).status_code == 409
    ask.refresh_from_db()
    assert ask.status == "accepted"


def test_declining_a_request_tells_the_learner_why() -> None:
    of = judging.scene()
    ask = judging.asked(of)
    client = log_in(of.observer)
    data = {"key": uuid4(), "answer": "decline", "note": "Away that week."}
    assert client.post(reverse("observe_answer", args=[ask.uid]), data).status_code == 302
    page = words_of(log_in(of.learner).get(reverse("case", args=[of.case.uid])))
    assert "Away that week." in page


def test_two_observers_of_one_request_cannot_be() -> None:
    of = judging.scene()
    client, ask = log_in(of.observer), judging.asked(of)
    url = reverse("observe", args=[ask.uid])
    seal = step_one(client, url)
    Request.objects.filter(pk=ask.pk).update(status="withdrawn")
    assert client.post(url, ratings(seal)).status_code == 404


def test_who_has_read_no_longer_writes() -> None:
    of = judging.scene()
    ask = judging.asked(of, of.coach)
    judging.observed(of, of.observer)
    read_observations(actor=of.coach, case_uid=of.case.uid, key=uuid4(), at=clock.now())
    assert log_in(of.coach).get(reverse("observe", args=[ask.uid])).status_code == 403


def test_what_was_just_seen_is_written_down_without_a_request() -> None:
    of, other = judging.scene(), judging.scene("story", ("offer", "price"))
    client, url = log_in(of.observer), reverse("observe_new")
    page = words_of(client.get(url))
    assert of.learner.full_name in page
    assert other.learner.full_name not in page
    assert of.learner.full_name not in words_of(client.get(url, {"q": "nobody"}))
    what = words_of(client.get(url, {"learner": of.enrolment.uid}))
    assert "Lead a visit" in what
    here = f"{url}?learner={of.enrolment.uid}&standard={of.version.standard_uid}"
    assert 'type="radio"' not in words_of(client.get(here))
    data = ratings(step_one(client, here))
    assert client.post(here, data).status_code == 302
    assert client.post(here, data).status_code == 302
    assert Observation.objects.get().request is None


def test_just_seen_is_for_grants_and_never_of_oneself() -> None:
    of, other = judging.scene(), judging.scene("story", ("offer", "price"))
    url = reverse("observe_new")
    assert log_in(of.learner).get(url).status_code == 403
    client = log_in(of.observer)
    elsewhere = f"{url}?learner={other.enrolment.uid}&standard={other.version.standard_uid}"
    assert client.get(elsewhere).status_code == 404
    assert client.get(f"{url}?learner={of.enrolment.uid}&standard={other.version.standard_uid}").status_code == 404
    judging.granted(of.learner, "listening")
    own = log_in(of.learner).get(f"{url}?learner={of.enrolment.uid}&standard={of.version.standard_uid}")
    assert own.status_code == 404


def test_only_the_one_who_was_asked_sees_a_request_to_watch() -> None:
    of = judging.scene()
    client = log_in(of.observer)
    assert "Nobody waits for you to watch" in words_of(client.get(reverse("observe_index")))
    judging.asked(of)
    page = words_of(client.get(reverse("observe_index")))
    assert of.learner.full_name in page
    assert of.learner.full_name not in words_of(log_in(of.coach).get(reverse("observe_index")))


def test_the_pages_of_watching_cost_the_same_for_ten_requests() -> None:
    of = judging.scene()
    client = log_in(of.observer)
    first = judging.asked(of)
    urls = [reverse("observe_index"), reverse("observe", args=[first.uid])]
    before = [count_queries(client, url) for url in urls]
    for number in range(9):
        judging.asked(of, on=(clock.now() + timedelta(days=number + 1)).date())
    assert [count_queries(client, url) for url in urls] == before
    assert before[0] <= 5
    assert before[1] <= 6
