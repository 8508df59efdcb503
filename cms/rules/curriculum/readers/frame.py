"""Readers of 1-skills.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from cms.rules.curriculum.documents import IndicatorDoc, RequirementDoc, RoleDoc, Scales, SkillDoc, TalkDoc
from cms.rules.curriculum.documents.frame import BANDS, FAMILIES, GATES
from cms.rules.curriculum.fields import (
    Fields,
    Place,
    list_of,
    mapping_of,
    number,
    one_of,
    slug,
    text,
    whole,
    yes_no,
)
from cms.rules.numbers import LAST_DAY

FIVE = ("1", "2", "3", "4", "5")


def scales(place: Place) -> Scales:
    with place.mapping() as m:
        bands = m.get("skill_level", list_of(text))
        if bands and bands != BANDS:
            m.wrong(f"`skill_level` must be {', '.join(BANDS)} in this order; change it back.", "skill_level")
        return Scales(
            at=m.at,
            skill_level=bands,
            supervision_needed=_five_words(m, "supervision_needed"),
            entrustment=_five_words(m, "entrustment"),
        )


def _five_words(m: Fields, key: str) -> Mapping[int, str]:
    return {int(level): words for level, words in m.get(key, mapping_of(text, *FIVE, every=True)).items()}


def gates(place: Place) -> Mapping[str, int]:
    """The value of each gate, rising to 100."""
    found = mapping_of(whole(1, 100), *GATES, every=True)(place)
    values = [found[gate] for gate in GATES]
    if all(values) and (values != sorted(set(values)) or values[-1] != 100):
        place.wrong("The values of the gates must rise from talk to show, and show must be 100; change them.")
    return found


def skill(place: Place) -> SkillDoc:
    with place.mapping() as m:
        return SkillDoc(
            at=m.at,
            slug=m.get("slug", slug),
            family=m.get("family", one_of(*FAMILIES)),
            title=m.get("title", text),
            about=m.get("about", text),
            levels=m.get("levels", mapping_of(list_of(_indicator, 2, 2), *BANDS, every=True)),
            not_this=m.get("not_this", text),
            talk=m.get("talk", _talk),
        )


def _indicator(place: Place) -> IndicatorDoc:
    with place.mapping() as m:
        return IndicatorDoc(at=m.at, id=m.get("id", slug), text=m.get("text", text))


def _talk(place: Place) -> TalkDoc:
    with place.mapping() as m:
        if not (tagged := m.get("lessons_tagged", yes_no)):
            m.wrong(
                "`lessons_tagged` must be true: the Talk gate rests on tagged lessons; change it.",
                "lessons_tagged",
            )
        return TalkDoc(
            at=m.at,
            courses=m.get("courses", list_of(slug, 1)),
            lessons_tagged=tagged,
            examples=m.get("contribution", mapping_of(whole(1), "example", every=True))["example"],
            or_recall=m.get("or_recall", number(0, 1)),
        )


def role(place: Place) -> RoleDoc:
    with place.mapping() as m:
        return RoleDoc(
            at=m.at,
            slug=m.get("slug", slug),
            title=m.get("title", text),
            threshold=m.get("threshold", number(0, 1)),
            requires=m.get("requires", list_of(_requirement, 1)),
        )


def _requirement(place: Place) -> RequirementDoc:
    with place.mapping() as m:
        return RequirementDoc(
            at=m.at,
            skill=m.get("skill", slug),
            level=m.get("level", whole(1, 5)),
            weight=m.get("weight", whole(1, 1000)),
            target_day=m.get("target_day", whole(1, LAST_DAY)),
            critical=m.maybe("critical", yes_no) or False,
            standard=m.maybe("standard", slug),
        )
