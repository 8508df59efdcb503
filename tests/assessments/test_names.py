"""One order and one fold of names, in every list, search and export, alike on SQLite and PostgreSQL (case 23)."""

from __future__ import annotations

import ast
import csv
import io
import random
import unicodedata
from datetime import timedelta
from pathlib import Path as File
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import CharField, Q, TextField
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from assessments.api import SkillPart, occasions_for, queue_of, team_in_order, team_of, watchers_for
from coaching.api import (
    CoachProfile,
    coaches_to_choose,
    coaches_to_manage,
    learners_of,
    observers,
    people_to_enrol,
)
from lms import clock
from lms.api import (
    Customer,
    Enrolment,
    Membership,
    Skill,
    Team,
    User,
    managers_of_each,
    named_like,
    people_here,
    who_helps,
)
from lms.models import Named, Organisation, Path, RoleProfile
from lms.rules.duties import ADMINISTRATOR, LEARNING
from lms.rules.names import fold, order_of, order_of_person
from lms.services.platform.health import frame
from tests.factories import judging, paths, people

ROOT = File(__file__).parents[2]
ENGLISH = [
    "Æsir Holm", "Ann Zorn", "anna alm", "Anna Almond", "Åse Berg", "de Vries", "Émile Zola", "=HYPERLINK(1)",
    "Jan Alders", "Jan van der Berg", "Jan Zand", "Müller", "Nguyễn An", "O'Neill, Pat", "Ørsted", "Straße",
    "van der Berg", "Ýr Ólafsdóttir", "Yuki Tan", "Zoë", "Αγγελος", "Ελένη", "Анна", "Юрий", "أحمد", "김철수", "山田",
]  # fmt: skip
"""In the order that a reader of English expects; CLDR's root order puts scripts as Latin, Greek, Cyrillic, Arabic."""
ELSEWHERE = {
    "da": ["Anna", "Jan van der Berg", "Jan Zand", "Zoë", "Æsir", "Ørsted", "Åse"],
    "sv": ["Anna", "Jan van der Berg", "Jan Zand", "Zoë", "Åse", "Ärlig", "Ørsted"],
    "de": ["Ann Zwei", "Anna von Zehn", "Ärlig", "Åse", "Johann von Goethe", "Johann Hahn"],
    "nl": ["Anna", "van der Berg", "De Vries", "Jan van den Aa", "Jan Alders", "de Wit"],
    "nl-BE": ["Jan Alders", "Jan van den Aa", "Jan Zand"],
    "et": ["Anna", "Siim", "Zoë", "Tiit"],
    "lt": ["Ygritė", "Iva", "Jonas"],
}


def shuffled(names: list[str]) -> list[str]:
    found = list(names)
    random.Random(23).shuffle(found)
    return found


def persons(names: list[str] = ENGLISH) -> list[User]:
    return [people.person(name) for name in shuffled(names)]


# --- The rule -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "names"), [("en", ENGLISH), *ELSEWHERE.items()])
def test_names_stand_as_the_language_sorts_them(language: str, names: list[str]) -> None:
    """Case 23: particles and accents, capitals and signs, by the language of the organisation."""
    assert sorted(shuffled(names), key=lambda name: order_of_person(name, language)) == names


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@given(words, st.sampled_from(["en", "da", "nl", "de", "zz"]))
def test_an_order_is_plain_digits_and_knows_one_form_of_a_letter(name: str, language: str) -> None:
    """Case 23: whatever is typed, the same text in another form of Unicode stands in the same place."""
    for order in (order_of, order_of_person):
        found = order(name, language)
        assert set(found) <= set("0123456789abcdef")
        assert len(found) <= 1000
        assert order(unicodedata.normalize("NFD", name), language) == found


def test_particles_are_those_of_people() -> None:
    """Case 23: in a title the same words are words."""
    titles = ["Hören der Kunden", "Hören Sie zu", "Hören und Fragen"]
    assert sorted(shuffled(titles), key=lambda title: order_of(title, "de")) == titles
    assert order_of_person(titles[2], "de") < order_of_person(titles[1], "de")


@given(words)
def test_a_fold_folded_is_itself(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    assert fold(name.upper()) == fold(name.upper().lower()) or not name.isascii()
    assert fold(unicodedata.normalize("NFD", name)) == fold(name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("soren", "Jens Sørensen"), ("SØREN", "jens sørensen"), ("strasse", "Elke Straße"), ("straße", "Elke Strasse"),
        ("oneill", "Pat O'Neill"), ("o'n", "Pat ONeill"), ("frey-soren", "Jonas Frey Sørensen"), ("zoe", "Zoe\u0308"),
        ("nguyen", "Nguyễn An"), ("ελενη", "Ελένη"), ("юрий", "ЮРИЙ"), ("æsir", "Aesir"),
        ("hyperlink", "=HYPERLINK(1)"), ("lukasz", "Łukasz"), ("yr", "Ýr Ólafsdóttir"), ("berg de", "Anna de Berg"),
        ("山", "山田"),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_a_search_finds_what_somebody_meant(typed: str, name: str) -> None:
    """Case 23: both sides are folded; each word counts."""
    who, _other = people.person(name), people.person("Quite Another")
    assert list(User.objects.filter(named_like(typed))) == [who]


@pytest.mark.django_db
def test_a_search_finds_preferred_names_and_addresses_too() -> None:
    who = people.person("Aleksandra Nowak", preferred_name="Óla", email="a.nowak+x@vouch.example")
    for typed in ("ola", "nowak+x@", "ALEKS @vouch", "  "):
        assert who in User.objects.filter(named_like(typed)), typed
    assert who not in User.objects.filter(named_like("ola zorn"))


# --- Every writer -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_way_to_write_a_name_writes_its_order() -> None:
    """Case 23: save, save of some fields, get_or_create, update_or_create, bulk writers; a plain update is refused."""
    who = people.person("Zed")
    who.full_name = "Åse"
    who.save(update_fields=["full_name"])
    User.objects.bulk_create([User(email=f"{n}@vouch.example", full_name=n) for n in ("Émile", "yuki")])
    Team.objects.update_or_create(slug="t", defaults={"name": "Östersund"})
    Team.objects.update_or_create(slug="t", defaults={"name": "Årsta"})
    Customer.objects.get_or_create(slug="c", defaults={"name": "Société"})
    other = User.objects.get(full_name="yuki")
    other.preferred_name = "Ýr"
    User.objects.bulk_update([other], ["preferred_name"])
    for row in rows_with_names():
        order = order_of_person if isinstance(row, User) else order_of
        assert row.name_order == order(getattr(row, row.NAMED_BY[0]), "en")
    assert User.objects.get(pk=other.pk).name_folded == "yuki yr"
    assert User.objects.get(pk=who.pk).name_folded.startswith("ase")
    with pytest.raises(TypeError):
        User.objects.update(full_name="All Alike")


def rows_with_names() -> list[Any]:
    return [row for model in Named.__subclasses__() for row in model._default_manager.all()]


@pytest.mark.django_db
def test_saving_something_else_does_not_ask_for_the_language(django_assert_num_queries: Any) -> None:
    who = people.person("Zed")
    with django_assert_num_queries(1):
        who.save(update_fields=["last_login"])


@pytest.mark.django_db
def test_another_language_is_a_command_away() -> None:
    """Case 23: until then ``doctor`` says so."""
    made = persons(ELSEWHERE["da"])
    assert isinstance(frame.names(clock.now()), str)
    Organisation.objects.update(name="Nordvind", locale="da")
    assert "sort_names" in frame.names(clock.now()).what_to_do
    out = io.StringIO()
    call_command("sort_names", stdout=out)
    assert out.getvalue().startswith(tuple("123456789"))
    assert [who.full_name for who in User.objects.filter(pk__in=[who.pk for who in made])] == ELSEWHERE["da"]
    assert isinstance(frame.names(clock.now()), str)
    call_command("sort_names", stdout=out)
    assert out.getvalue().splitlines()[1].startswith("0 names")


def test_no_list_of_names_sorts_by_what_was_typed() -> None:
    """Case 23: models that people read by name keep its order, and their own order is that."""
    for model in Named.__subclasses__():
        assert "name_order" in model._meta.ordering, model
        for name in (*model.NAMED_BY, *model.KEPT_WITH_NAME):
            assert isinstance(model._meta.get_field(name), CharField | TextField)


def test_no_query_orders_people_by_what_was_typed() -> None:
    """Whom to turn to, in the mail about a changed address, stood by the name as it was typed: "anna" behind "Zoe"."""
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for app in ("lms", "coaching", "assessments", "cms")
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and any(name in User.NAMED_BY for name in sorted_by(call))
    ]
    assert found == []


def sorted_by(call: ast.Call) -> list[str]:
    """The last names of the fields by which a call sorts: "full_name" of order_by(F("person__full_name").desc())."""
    orders = getattr(call.func, "attr", "") in ("order_by", "latest", "earliest")
    parts = [*(call.args if orders else []), *(word.value for word in call.keywords if word.arg == "order_by")]
    texts = [node.value for part in parts for node in ast.walk(part) if isinstance(node, ast.Constant)]
    return [text.lstrip("-").rpartition("__")[2] for text in texts if isinstance(text, str)]


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ('rows.order_by("full_name")', ["full_name"]),
        ('rows.order_by("pk", "-person__full_name")', ["pk", "full_name"]),
        ('rows.order_by(F("case__learner__full_name").desc())', ["full_name"]),
        ('Window(Rank(), order_by=["preferred_name"])', ["preferred_name"]),
        ('rows.values_list("full_name")', []),
    ],
)
def test_a_field_by_which_a_call_sorts_is_found(code: str, fields: list[str]) -> None:
    call = next(node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call))
    assert sorted_by(call) == fields


# --- Every list ---------------------------------------------------------------------------------------------------


@pytest.fixture
def company(db: None) -> judging.Scene:
    """A team in which everybody learns, coaches, manages and observes, with names in many scripts."""
    of, today = judging.scene(), clock.now().date()
    team = of.learner.memberships.get().team
    CoachProfile.objects.update(capacity=50)
    for who in persons():
        Membership.objects.create(person=who, team=team, from_on=today)
        Membership.objects.create(person=who, team=team, role="manager", from_on=today)
        enrolment = paths.enrolment(who, of.enrolment.path_version, started_on=today - timedelta(days=20))
        judging.assigned(enrolment, of.coach)
        CoachProfile.objects.create(person=who, capacity=3)
        judging.granted(who, *of.skills)
    return of


def made_here(found: list[User]) -> list[str]:
    """The names of those whom this test made, each once, as they stand."""
    return list(dict.fromkeys(who.full_name for who in found if who.full_name in ENGLISH))


def log_in(who: User) -> Client:
    browser = Client()
    browser.force_login(who)
    return browser


def test_every_list_of_people_stands_in_one_order(company: judging.Scene) -> None:
    """Case 23: whom a service returns by name."""
    boss, now = company.learning, clock.now()
    skills = list(Skill.objects.filter(slug__in=company.skills))
    parts = [SkillPart(row.pk, row.slug, row.title, "", ()) for row in skills]
    lists = {
        "people": list(User.objects.all()),
        "to choose": people_here(),
        "to enrol": people_to_enrol(boss),
        "coaches": [row.person for row in coaches_to_manage(boss, on=now.date())],
        "coaches to choose": [row.person for row in coaches_to_choose(now.date())],
        "learners of a coach": [row.person for row in learners_of(company.coach, now)],
        "learners who wait": [Enrolment.objects.get(pk=pk).person for pk in queue_of(company.coach, now).learners],
        "managers": managers_of_each([company.learner.pk], now.date())[company.learner.pk],
        "grants": list(observers(boss, on=now.date())),
        "observers": [row.person for row in watchers_for(parts, company.learner, company.coach, now.date())],
        "occasions": [row.enrolment.person for row in occasions_for(company.observer, [row.pk for row in skills], now)],
        "team": [row.found.enrolment.person for row in team_in_order(team_of(~Q(pk=None), now), "name")],
    }
    assert {name: made_here(found) for name, found in lists.items()} == dict.fromkeys(lists, ENGLISH)


@pytest.mark.parametrize("duty", [ADMINISTRATOR, LEARNING])
def test_whom_to_turn_to_is_named_in_the_one_order(db: None, duty: str) -> None:
    """The mail about a changed address named them by what was typed; L&D where there is no administrator."""
    for who in persons():
        people.with_duty(duty, who)
    assert who_helps(people.person("Quite Another")) == ", ".join(ENGLISH)


def test_screens_export_and_the_admin_do_as_well(company: judging.Scene) -> None:
    """Case 23: the list of L&D, the team's export, Wagtail's list and both searches."""
    boss = log_in(company.learning)

    def listed(query: str) -> str:
        return boss.get(f"/people/?{query}").content.decode().partition("<tbody>")[2]

    page = "".join(listed(f"page={n}") for n in range(1, 6))
    assert sorted(ENGLISH, key=lambda name: page.index(f">{escape(name)}<")) == ENGLISH
    export = boss.get(reverse("team_csv") + "?sort=name")
    rows = csv.reader(io.StringIO(export.content.decode("utf-8-sig")))
    names = [line[0].lstrip("'") for line in rows if line]
    assert [name for name in names if name in ENGLISH] == ENGLISH
    found = boss.get("/team/?q=orsted").content.decode()
    assert ("Ørsted" in found, "Müller" in found) == (True, False)
    found = listed("q=ORSTED")
    assert (">Ørsted<" in found, ">Müller<" in found) == (True, False)
    User.objects.filter(pk=company.learning.pk).update(is_superuser=True)
    boss = log_in(company.learning)
    admin = boss.get(reverse("wagtailusers_users:index")).context["object_list"]
    assert list(admin) == list(User.objects.all())[: len(admin)]
    assert [
        who.full_name for who in boss.get(reverse("wagtailusers_users:index") + "?q=orsted").context["object_list"]
    ] == ["Ørsted"]


def test_teams_customers_skills_paths_and_roles_are_sorted_alike(db: None) -> None:
    """Case 23: names of other things, too."""
    names = ["Aarhus", "Årsta", "Delft", "Émile", "esprit", "Zürich"]
    for number, name in enumerate(shuffled(names)):
        Team.objects.create(slug=f"t{number}", name=name)
        Customer.objects.create(slug=f"c{number}", name=name)
        Skill.objects.create(slug=f"s{number}", family="Soft", title=name)
        Path.objects.create(slug=f"p{number}", title=name)
        RoleProfile.objects.create(slug=f"r{number}", title=name)
    for model in (Team, Customer, Skill, Path, RoleProfile):
        assert [str(row) for row in model.objects.all()] == names
