"""My skills, and one skill."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from assessments.api import StandardVersion
from cms.services.learner.my_skills import one_skill
from lms import clock
from lms.addresses import address_of
from lms.api import open_gate, skill_ids
from lms.models import Enrolment, Skill
from lms.rules.said import full_day
from tests.clients import log_in, send_and_count
from tests.factories import basics, judging, learners, paths, people
from tests.markup import markup
from tests.page import main_of

pytestmark = pytest.mark.django_db


def test_as_many_queries_for_many_skills_as_for_one():
    counts = set()
    for size, waits in [(1, 0), (12, 4)]:
        client = log_in(learners.learner_on_path(size, waits=waits).learner, warm=True)
        pages = ("/skills/", "/skills/skill-0/")
        counts.add(tuple(send_and_count(client, "get", page)[0] for page in pages))
    assert len(counts) == 1
    assert max(counts.pop()) <= 24


def test_the_role_first_then_the_rest_by_family():
    learner = people.person()
    role = paths.role(paths.requires("listening", 4, critical=True))
    paths.skill("maths", family="Technical")
    paths.enrolment(
        learner,
        paths.path(paths.step("practice", "p", skills=("listening",)), role_version=role),
        started_on=learners.days_ago(3),
    )
    page = main_of(log_in(learner, warm=True).get("/skills/"))
    assert [name for name in page.names("region") if name] == ["For my role", "Technical"]
    mine, rest = page.get("region", "For my role"), page.get("region", "Technical")
    assert mine.names("heading") == ["For my role", "Listening"]
    assert rest.names("heading") == ["Technical", "Maths"]
    assert "The role asks for “May act alone”, critical" in mine.text
    assert "This path offers nothing for it." in mine.holding("listitem", "Show None here").text


def test_a_gate_is_shown_with_its_day_and_what_is_next():
    life = learners.learner_on_path(1, waits=0)
    open_gate(
        person_id=life.learner.pk,
        skill_id=skill_ids()["skill-0"],
        gate="talk",
        source="x",
        at=clock.now() - timedelta(4),
    )
    page = main_of(log_in(life.learner, warm=True).get("/skills/skill-0/"))
    assert page.names("heading")[0] == "Skill 0"
    assert "About skill-0." in page.text
    stands = page.get("region", "Where you stand")
    assert "Practise “Practice 0” twice to standard" in stands.text
    assert stands.get("link", "Practise “Practice 0”").attrs["href"] == f"/step/{basics.uid('practice-0')}/"
    signs = page.get("region", "How one sees it")
    assert signs.all("listitem")[0].text == "Foundation sign 1 of skill-0."
    assert "It is not: Not this." in signs.text
    day = (clock.now() - timedelta(4)).day
    assert f"{day} " in page.get("region", "History").holding("listitem", "Talk opened.").text


def test_a_sign_off_is_a_record_and_a_revoked_one_stays_in_the_history():
    scene = judging.scene()
    judging.ready(scene)
    judging.decided(scene, level=3)
    page = markup(log_in(scene.learner, warm=True).get("/skills/listening/"))
    assert "May act with a coach on call" in page
    assert "Signed record" in page
    everything = markup(log_in(scene.learner, warm=True).get("/skills/"))
    assert "vouched for" in everything


def test_the_record_beside_the_ladder_is_the_one_that_gives_the_level():
    scene = judging.scene()
    judging.ready(scene)
    judging.decided(scene, level=4)
    gates = scene.learner.skill_gates.filter(gate="show", skill__slug="listening")
    gates.create(
        skill_id=gates.get().skill_id, person=scene.learner, gate="show", level=2, source="event:other",
        standard_uid=basics.uid("other"), opened_at=clock.now(),
    )  # fmt: skip
    row = one_skill(scene.learner, "listening", clock.now()).row
    assert row.ladder.level == 4
    assert row.bays[3]["head"].startswith("Signed by")


@pytest.mark.parametrize("first", ["meeting", "visit"])
@pytest.mark.parametrize("levels", [(3, 3), (3, 4), (4, 3)])
def test_the_record_beside_the_ladder_is_the_one_the_ladder_speaks_of(first, levels):
    """The role names a standard, and there are sign-offs on two: the bay showed the signature on the other one."""
    of = judging.scene(skills=("listening",))
    judging.standard(judging.standard_spec("meeting", ("listening",), valid_months=36))
    steps = {name: basics.uid(f"show-{name}") for name in ("meeting", "visit")}
    version = paths.path(
        *(
            paths.step(
                "demonstration", f"show-{name}", content_uid=basics.uid(name), skills=("listening",), required=False
            )
            for name in steps
        ),
        role_version=paths.role(paths.requires("listening", 3, standard=basics.uid("meeting"), critical=True)),
    )
    of.enrolment = paths.enrolment(of.learner, version, started_on=learners.days_ago(20))
    judging.assigned(of.enrolment, of.coach)
    for name, level in zip((first, *(steps.keys() - {first})), levels, strict=True):
        of.version, of.step = StandardVersion.objects.get(standard_uid=basics.uid(name)), steps[name]
        judging.decided(of, level)
    row = one_skill(of.learner, "listening", clock.now()).row
    assert row.ladder.vouched
    assert row.ladder.valid_until.year - clock.now().year >= 2, "that of the meeting, which the role asks for"
    assert full_day(row.ladder.valid_until) in row.bays[3]["text"]


def test_a_skill_is_told_as_it_stands_on_the_path_that_was_chosen():
    """Two paths: a skill's own page told it by the newest, wherever one came from."""
    of = judging.scene()
    newest = paths.path(
        paths.step("commitment", "promise-b", skills=("business",)),
        role_version=paths.role(paths.requires("business", 3)),
    )
    second = paths.enrolment(of.learner, newest, started_on=learners.days_ago(5))
    client = log_in(of.learner, warm=True)
    words = {}
    for enrolment in (of.enrolment, second):
        mine = client.get(f"/skills/?path={enrolment.uid}").context["page"].mine
        for line in mine:
            assert address_of(line.target) == f"/skills/{line.slug}/?path={enrolment.uid}"
            alone = client.get(address_of(line.target)).context["page"]
            assert (alone.row.ladder, alone.row.move, alone.row.asks) == (line.ladder, line.move, line.asks)
            words[enrolment.uid, line.slug] = line.ladder.word
    assert words[of.enrolment.uid, "listening"] != client.get("/skills/listening/").context["page"].row.ladder.word
    for strange in ("nonsense", basics.uid("nobody's")):
        page = client.get(f"/skills/listening/?path={strange}").context["page"]
        assert address_of(page.own_skills) == f"/skills/?path={second.uid}"


@pytest.mark.parametrize("page", ["/today/", "/skills/", "/skills/listening/"])
def test_what_leads_to_skills_keeps_the_path(page):
    """Two paths: links of Today and of My skills dropped the path that was chosen."""
    of = judging.scene()
    paths.enrolment(of.learner, paths.path(paths.step("practice", "other")), started_on=learners.days_ago(1))
    for query in (f"?path={of.enrolment.uid}", ""):
        client = log_in(of.learner, warm=True)
        answer = markup(client.get(f"{page}{query}"))
        main = answer[answer.index("<main") : answer.index("</main>")]
        links = re.findall(r'href="(/skills/[^"]*)"', main)
        chosen = query or f"?path={of.learner.enrolments.latest('started_on').uid}"
        assert links or not query
        assert [link for link in links if not link.endswith(chosen)] == []


def test_a_retired_skill_keeps_its_title_and_leads_nowhere():
    """The role asks for a skill that left the site: My skills showed its slug, and it and Today led to a page that is
    gone.
    """
    life = learners.learner_on_path(1, waits=0)
    role = paths.role(paths.requires("skill-0", 3), paths.requires("elsewhere", 3))
    Enrolment.objects.filter(pk=life.enrolment.pk).update(role_version=role)
    client = log_in(life.learner, warm=True)
    for page in ("/skills/", "/today/"):
        assert 'href="/skills/skill-0/' in markup(client.get(page))
    for slug, title in (("skill-0", "Hearing what is meant"), ("elsewhere", "Selling elsewhere")):
        skill = Skill.objects.get(slug=slug)
        skill.title, skill.archived_at = title, clock.now()
        skill.save()
    for page, titles in (("/skills/", ["Hearing what is meant", "Selling elsewhere"]), ("/today/", [])):
        shown = markup(client.get(page))
        assert [title for title in titles if title not in shown] == []
        assert "/skills/skill-0/" not in shown
        assert "/skills/elsewhere/" not in shown
    assert client.get("/skills/skill-0/").status_code == 404


def test_opening_again_is_said_differently():
    life = learners.learner_on_path(1, waits=0)
    for source, days in (("a", 5), ("b", 3)):
        at, skill_id = clock.now() - timedelta(days), skill_ids()["skill-0"]
        open_gate(person_id=life.learner.pk, skill_id=skill_id, gate="do", source=source, at=at)
        open_gate(person_id=life.learner.pk, skill_id=skill_id, gate="talk", source=source, at=at)
    texts = [line.text for line in one_skill(life.learner, "skill-0", clock.now()).history]
    assert sorted(texts) == ["Do opened.", "Talk opened.", "Used on real work again."]


def test_without_a_path_and_after_it():
    paths.skill("listening")
    nobody = markup(log_in(people.person(), warm=True).get("/skills/"))
    assert "Skills that people are vouched for" in nobody
    assert "No data" in nobody
    life = learners.learner_on_path(1, waits=0)
    open_gate(person_id=life.learner.pk, skill_id=skill_ids()["skill-0"], gate="try", source="x", at=clock.now())
    Enrolment.objects.filter(pk=life.enrolment.pk).update(status="completed", ended_at=clock.now())
    assert "Try opened." in markup(log_in(life.learner, warm=True).get("/skills/skill-0/"))


def test_an_unknown_skill_is_not_there():
    assert log_in(people.person(), warm=True).get("/skills/unheard-of/").status_code == 404
