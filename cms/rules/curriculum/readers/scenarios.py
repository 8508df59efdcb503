"""Readers of 3-scenarios.yaml."""

from __future__ import annotations

from cms.rules.curriculum.documents import (
    ChoiceDoc,
    DecisionDoc,
    EndingDoc,
    LookForDoc,
    MeterDoc,
    NodeDoc,
    OpenDoc,
    ScenarioDoc,
    SpeakerDoc,
)
from cms.rules.curriculum.documents.scenarios import METERS, MOODS
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
from cms.rules.numbers import MOST_MINUTES


def speaker(place: Place) -> SpeakerDoc:
    with place.mapping() as m:
        return SpeakerDoc(
            at=m.at,
            id=m.get("id", slug),
            name=m.get("name", text),
            role=m.get("role", text),
            portrait=m.get("portrait", slug),
        )


def scenario(place: Place) -> ScenarioDoc:
    with place.mapping() as m:
        return ScenarioDoc(
            at=m.at,
            slug=m.get("slug", slug),
            title=m.get("title", text),
            skills=m.get("skills", list_of(slug, 1)),
            minutes=m.get("minutes", whole(1, MOST_MINUTES)),
            brief=m.get("brief", text),
            start=m.get("start", slug),
            meters=m.get("meters", mapping_of(_meter, *METERS, every=True)),
            nodes=m.get("nodes", list_of(_node, 1)),
        )


def _meter(place: Place) -> MeterDoc:
    with place.mapping() as m:
        meter = MeterDoc(
            at=m.at,
            start=m.get("start", whole(-100, 100)),
            min=m.get("min", whole(-100, 100)),
            max=m.get("max", whole(-100, 100)),
            words=m.get("words", list_of(text, 5, 5)),
        )
        if meter.words and not (meter.min <= meter.start <= meter.max and meter.min < meter.max):
            m.wrong("A meter must start between `min` and `max`, and `min` must be lower; change the numbers.")
        return meter


def _node(place: Place) -> NodeDoc:
    with place.mapping() as m:
        forms = [form for form in ("choices", "open", "end") if m.has(form)]
        if len(forms) != 1:
            m.wrong("A node must have exactly one of choices, open or end; keep the one that says what it is.")
            m.accept_all()
            return EndingDoc(id="", end="", debrief="")
        return {"choices": _decision, "open": _open, "end": _ending}[forms[0]](m)


def _decision(m: Fields) -> NodeDoc:
    return DecisionDoc(
        at=m.at,
        id=m.get("id", slug),
        speaker=m.get("speaker", slug),
        mood=m.get("mood", one_of(*MOODS)),
        says=m.get("says", text),
        choices=m.get("choices", list_of(_choice, 3, 3)),
        ask_confidence=m.maybe("ask_confidence", yes_no) or False,
    )


def _choice(place: Place) -> ChoiceDoc:
    with place.mapping() as m:
        return ChoiceDoc(
            at=m.at,
            id=m.get("id", slug),
            text=m.get("text", text),
            to=m.get("to", slug),
            score=m.get("score", mapping_of(whole(-2, 2))),
            state=m.get("state", mapping_of(whole(-100, 100), *METERS)),
            why=m.get("why", text),
            critical=m.maybe("critical", yes_no) or False,
        )


def _open(m: Fields) -> NodeDoc:
    return OpenDoc(
        at=m.at,
        id=m.get("id", slug),
        task=m.get("open", text),
        rubric=m.get("rubric", list_of(slug, 1)),
        look_for=m.get("look_for", list_of(_look_for, 4, 4)),
        to=m.get("to", slug),
    )


def _look_for(place: Place) -> LookForDoc:
    with place.mapping() as m:
        return LookForDoc(at=m.at, id=m.get("id", slug), text=m.get("text", text))


def _ending(m: Fields) -> NodeDoc:
    passes = m.has("pass_at", "otherwise")
    return EndingDoc(
        at=m.at,
        id=m.get("id", slug),
        end=m.get("end", text),
        debrief=m.get("debrief", text),
        pass_at=m.get("pass_at", number(0, 1)) if passes else None,
        otherwise=m.get("otherwise", text) if passes else None,
    )
