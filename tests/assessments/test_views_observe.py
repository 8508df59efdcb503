"""Observing: the words first, then the ratings; asked for, or just seen."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from assessments.api import read_observations
from assessments.models import Observation, Request
from coaching.models import ObserverGrant
from lms import clock
from lms.api import SkillGate
from tests import factories as make
from tests import judging_factories as judge

pytestmark = pytest.mark.django_db


def step_one(client: judge.Client, url: str, text: str = judge.SEEN) -> dict[str, str]:
    """Write down what was seen; what the second page's form carries of that, and of the standard."""
    answer = client.post(url, {"key": uuid4(), "what_i_saw": text})
    assert answer.status_code == 200
    found = dict(re.findall(r'name="(seal|shown)" value="([^"]+)"', judge.words_of(answer)))
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
    of = judge.scene()
    client = judge.log_in(of.observer)
    url = reverse("observe", args=[judge.asked(of).uid])
    page = judge.words_of(client.get(url))
    assert 'name="what_i_saw"' in page
    for trace in ('type="radio"', "supervision-", "mark-", "I was there and was not needed", 'name="seal"'):
        assert trace not in page
    answer = client.post(url, {"key": uuid4(), "what_i_saw": judge.SEEN})
    second = judge.words_of(answer)
    assert answer.status_code == 200
    assert 'name="what_i_saw"' not in second
    assert "readonly" in second
    assert judge.SEEN in second
    assert second.count('type="radio"') == 2 + 4 * 6 + 5 * 2
    assert second.count('value="no_opportunity"') == second.count('value="no_opportunity" ') or "checked" in second
    assert not Observation.objects.exists()


def test_ratings_without_the_seal_are_refused() -> None:
    of = judge.scene()
    client = judge.log_in(of.observer)
    url = reverse("observe", args=[judge.asked(of).uid])
    data = ratings({})
    answer = client.post(url, data | {"what_i_saw": judge.SEEN})
    assert answer.status_code == 422
    assert "Write what you saw first." in judge.words_of(answer)
    assert 'type="radio"' not in judge.words_of(answer)
    assert client.post(url, ratings({"seal": "forged:seal"})).status_code == 422
    assert not Observation.objects.exists()


def test_a_seal_of_somebody_else_or_of_another_encounter_is_none() -> None:
    of = judge.scene()
    other = judge.grant(make.person("Ana"), *judge.SKILLS)
    url = reverse("observe", args=[judge.asked(of).uid])
    theirs = step_one(judge.log_in(other), reverse("observe", args=[judge.asked(of, other).uid]))
    assert judge.log_in(of.observer).post(url, ratings(theirs)).status_code == 422
    assert not Observation.objects.exists()


def test_too_few_words_stay_on_the_page() -> None:
    of = judge.scene()
    client = judge.log_in(of.observer)
    answer = client.post(reverse("observe", args=[judge.asked(of).uid]), {"key": uuid4(), "what_i_saw": "Was fine."})
    assert answer.status_code == 422
    assert "Was fine." in judge.words_of(answer)


def test_written_down_once_and_do_opens() -> None:
    of = judge.scene()
    client, ask = judge.log_in(of.observer), judge.asked(of)
    url = reverse("observe", args=[ask.uid])
    data = ratings(step_one(client, url))
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 302
    made = Observation.objects.get()
    assert (made.what_i_saw, made.request) == (judge.SEEN, ask)
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
    of = judge.scene()
    client, url = judge.log_in(of.observer), reverse("observe", args=[judge.asked(of).uid])
    data = ratings(step_one(client, url), **fields)
    answer = client.post(url, data)
    page = judge.words_of(answer)
    assert answer.status_code == 422
    assert sentence in page
    assert judge.SEEN in page
    assert str(data["key"]) in page
    assert not Observation.objects.exists()


def test_the_hour_is_the_observers_own() -> None:
    of = judge.scene()
    of.observer.time_zone = "Asia/Tokyo"
    of.observer.save()
    client, url = judge.log_in(of.observer), reverse("observe", args=[judge.asked(of).uid])
    at = (clock.now() - timedelta(hours=3)).replace(second=0, microsecond=0)
    local = at.astimezone(of.observer.zone)
    data = ratings(step_one(client, url), occurred_at=f"{local:%Y-%m-%dT%H:%M}")
    assert client.post(url, data).status_code == 302
    assert Observation.objects.get().occurred_at == at


def test_only_skills_with_a_grant_are_rated() -> None:
    of = judge.scene()
    partly = judge.grant(make.person("Ana"), "listening")
    client, url = judge.log_in(partly), reverse("observe", args=[judge.asked(of, partly).uid])
    seal = step_one(client, url)
    data = {name: value for name, value in ratings(seal).items() if "business" not in name}
    assert client.post(url, data).status_code == 302
    assert Observation.objects.get().ratings.get().skill.slug == "listening"


def test_who_may_observe_a_request() -> None:
    of, other = judge.scene(), judge.scene("story", ("listening", "offer"))
    url = reverse("observe", args=[judge.asked(of).uid])
    for who in (of.learner, of.coach):
        assert judge.log_in(who).get(url).status_code == 403
        assert judge.log_in(who).post(url, {"key": uuid4(), "what_i_saw": judge.SEEN}).status_code == 403
    for who in (of.manager, of.learning, other.observer, other.learner):
        assert judge.log_in(who).get(url).status_code == 404
    ObserverGrant.objects.filter(person=of.observer).update(until_on=(clock.now() - timedelta(days=1)).date())
    assert judge.log_in(of.observer).get(url).status_code == 403


def test_answering() -> None:
    of = judge.scene()
    ask = judge.asked(of)
    url, client = reverse("observe_answer", args=[ask.uid]), judge.log_in(of.observer)
    assert judge.log_in(of.learner).post(url, {"key": uuid4(), "answer": "accept"}).status_code == 403
    assert client.post(url, {"key": uuid4(), "answer": "decline"}).status_code == 422
    key = uuid4()
    for _n in range(2):
        assert client.post(url, {"key": key, "answer": "accept"}).status_code == 302
    assert client.post(url, {"key": uuid4(), "answer": "decline", "note": "Away."}).status_code == 409
    ask.refresh_from_db()
    assert ask.status == "accepted"


def test_declining_tells_why() -> None:
    of = judge.scene()
    ask = judge.asked(of)
    client = judge.log_in(of.observer)
    data = {"key": uuid4(), "answer": "decline", "note": "Away that week."}
    assert client.post(reverse("observe_answer", args=[ask.uid]), data).status_code == 302
    page = judge.words_of(judge.log_in(of.learner).get(reverse("case", args=[of.case.uid])))
    assert "Away that week." in page


def test_two_observers_of_one_request_cannot_be() -> None:
    of = judge.scene()
    client, ask = judge.log_in(of.observer), judge.asked(of)
    url = reverse("observe", args=[ask.uid])
    seal = step_one(client, url)
    Request.objects.filter(pk=ask.pk).update(status="withdrawn")
    assert client.post(url, ratings(seal)).status_code == 404


def test_who_has_read_no_longer_writes() -> None:
    of = judge.scene()
    ask = judge.asked(of, of.coach)
    judge.observed(of, of.observer)
    read_observations(actor=of.coach, case_uid=of.case.uid, key=uuid4(), at=clock.now())
    assert judge.log_in(of.coach).get(reverse("observe", args=[ask.uid])).status_code == 403


def test_just_seen() -> None:
    of, other = judge.scene(), judge.scene("story", ("offer", "price"))
    client, url = judge.log_in(of.observer), reverse("observe_new")
    page = judge.words_of(client.get(url))
    assert of.learner.full_name in page
    assert other.learner.full_name not in page
    assert of.learner.full_name not in judge.words_of(client.get(url, {"q": "nobody"}))
    what = judge.words_of(client.get(url, {"learner": of.enrolment.uid}))
    assert "Lead a visit" in what
    here = f"{url}?learner={of.enrolment.uid}&standard={of.version.standard_uid}"
    assert 'type="radio"' not in judge.words_of(client.get(here))
    data = ratings(step_one(client, here))
    assert client.post(here, data).status_code == 302
    assert client.post(here, data).status_code == 302
    assert Observation.objects.get().request is None


def test_just_seen_is_for_grants_and_never_of_oneself() -> None:
    of, other = judge.scene(), judge.scene("story", ("offer", "price"))
    url = reverse("observe_new")
    assert judge.log_in(of.learner).get(url).status_code == 403
    client = judge.log_in(of.observer)
    elsewhere = f"{url}?learner={other.enrolment.uid}&standard={other.version.standard_uid}"
    assert client.get(elsewhere).status_code == 404
    assert client.get(f"{url}?learner={of.enrolment.uid}&standard={other.version.standard_uid}").status_code == 404
    judge.grant(of.learner, "listening")
    own = judge.log_in(of.learner).get(f"{url}?learner={of.enrolment.uid}&standard={of.version.standard_uid}")
    assert own.status_code == 404


def test_my_requests_to_watch() -> None:
    of = judge.scene()
    client = judge.log_in(of.observer)
    assert "Nobody waits for you to watch" in judge.words_of(client.get(reverse("observe_index")))
    judge.asked(of)
    page = judge.words_of(client.get(reverse("observe_index")))
    assert of.learner.full_name in page
    assert of.learner.full_name not in judge.words_of(judge.log_in(of.coach).get(reverse("observe_index")))


def test_queries_stay_the_same() -> None:
    of = judge.scene()
    client = judge.log_in(of.observer)
    first = judge.asked(of)
    urls = [reverse("observe_index"), reverse("observe", args=[first.uid])]
    before = [judge.cost(client, url) for url in urls]
    for number in range(9):
        judge.asked(of, on=(clock.now() + timedelta(days=number + 1)).date())
    assert [judge.cost(client, url) for url in urls] == before
    assert before[0] <= 5
    assert before[1] <= 6
