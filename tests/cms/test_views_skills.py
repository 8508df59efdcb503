"""My skills, and one skill."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cms.services.my_skills import one_skill
from lms import clock
from lms.api import open_gate, skill_ids
from lms.models import Enrolment
from tests import factories as make
from tests import judging_factories as judging
from tests import learner_factories as learning

pytestmark = pytest.mark.django_db


def test_as_many_queries_for_many_skills_as_for_one():
    counts = set()
    for size, waits in [(1, 0), (12, 4)]:
        client = learning.signed_in(learning.life(size, waits=waits).learner)
        pages = ("/skills/", "/skills/skill-0/")
        counts.add(tuple(learning.queries(client, "get", page)[0] for page in pages))
    assert len(counts) == 1
    assert max(counts.pop()) <= 24


def test_the_role_first_then_the_rest_by_family():
    learner = make.person()
    role = make.role(make.requires("listening", 4, critical=True))
    make.skill("maths", family="Technical")
    make.enrolment(
        learner,
        make.path(make.step("practice", "p", skills=("listening",)), role_version=role),
        started_on=learning.days_ago(3),
    )
    page = learning.signed_in(learner).get("/skills/").content.decode()
    assert (
        page.index('data-testid="skill-listening"') < page.index("Technical") < page.index('data-testid="skill-maths"')
    )
    assert "The role asks for “May act alone”, critical" in page.replace("</span>", "")
    assert "This path offers nothing for it." in page


def test_a_gate_is_shown_with_its_day_and_what_is_next():
    life = learning.life(1, waits=0)
    open_gate(
        person_id=life.learner.pk,
        skill_id=skill_ids()["skill-0"],
        gate="talk",
        source="x",
        at=clock.now() - timedelta(4),
    )
    page = learning.signed_in(life.learner).get("/skills/skill-0/").content.decode()
    assert "Talk opened." in page
    assert "Practise “Practice 0” twice to standard" in page
    assert "About skill-0." in page
    assert "Foundation sign 1 of skill-0." in page
    assert "Not this." in page
    assert f"/step/{make.uid('practice-0')}/" in page


def test_a_sign_off_is_a_record_and_a_revoked_one_stays_in_the_history():
    scene = judging.scene()
    judging.ready(scene)
    judging.decided(scene, level=3)
    page = learning.signed_in(scene.learner).get("/skills/listening/").content.decode()
    assert "May act with a coach on call" in page
    assert "Signed record" in page
    everything = learning.signed_in(scene.learner).get("/skills/").content.decode()
    assert "vouched for" in everything


def test_the_record_beside_the_ladder_is_the_one_that_gives_the_level():
    scene = judging.scene()
    judging.ready(scene)
    judging.decided(scene, level=4)
    gates = scene.learner.skill_gates.filter(gate="show", skill__slug="listening")
    gates.create(
        skill_id=gates.get().skill_id, person=scene.learner, gate="show", level=2, source="event:other",
        standard_uid=make.uid("other"), opened_at=clock.now(),
    )  # fmt: skip
    row = one_skill(scene.learner, "listening", clock.now()).row
    assert row.ladder.level == 4
    assert row.bays[3]["head"].startswith("Signed by")


def test_opening_again_is_said_differently():
    life = learning.life(1, waits=0)
    for source, days in (("a", 5), ("b", 3)):
        at, skill_id = clock.now() - timedelta(days), skill_ids()["skill-0"]
        open_gate(person_id=life.learner.pk, skill_id=skill_id, gate="do", source=source, at=at)
        open_gate(person_id=life.learner.pk, skill_id=skill_id, gate="talk", source=source, at=at)
    texts = [line.text for line in one_skill(life.learner, "skill-0", clock.now()).history]
    assert sorted(texts) == ["Do opened.", "Talk opened.", "Used on real work again."]


def test_without_a_path_and_after_it():
    make.skill("listening")
    nobody = learning.signed_in(make.person()).get("/skills/").content.decode()
    assert "Skills that people are vouched for" in nobody
    assert "No data" in nobody
    life = learning.life(1, waits=0)
    open_gate(person_id=life.learner.pk, skill_id=skill_ids()["skill-0"], gate="try", source="x", at=clock.now())
    Enrolment.objects.filter(pk=life.enrolment.pk).update(status="completed", ended_at=clock.now())
    assert "Try opened." in learning.signed_in(life.learner).get("/skills/skill-0/").content.decode()


def test_an_unknown_skill_is_not_there():
    assert learning.signed_in(make.person()).get("/skills/unheard-of/").status_code == 404
