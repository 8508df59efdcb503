"""Readers of 5-people.yaml. The form of a person depends on whether the person learns, observes, or both."""

from __future__ import annotations

from collections.abc import Mapping

from cms.rules.curriculum.documents import (
    AwayDoc,
    CompanyDoc,
    ExpectDoc,
    PersonDoc,
    SignOffDoc,
    StateDoc,
    StateValue,
    TeamDoc,
)
from cms.rules.curriculum.documents.frame import GATES
from cms.rules.curriculum.documents.people import DUTIES
from cms.rules.curriculum.fields import (
    Place,
    Reader,
    list_of,
    mapping_of,
    matching,
    number,
    one_of,
    or_null,
    slug,
    text,
    whole,
    yes_no,
)

_time_zone = matching(r"UTC|[A-Z][A-Za-z]+(/[A-Z][A-Za-z_-]+){1,2}", "a time zone such as Europe/Copenhagen")
_domain = matching(r"[a-z0-9-]+(\.[a-z0-9-]+)+", "a domain such as aldermoor.example")
_email = matching(r"[a-z0-9.-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", "an address such as mara.holt@aldermoor.example", 200)
_account = matching(r"[a-z0-9]+([.-][a-z0-9]+)*", "a short name in lower case", 40)
_language = matching(r"[a-z]{2,3}", "a language code such as en")


def company(place: Place) -> CompanyDoc:
    with place.mapping() as m:
        return CompanyDoc(
            at=m.at,
            slug=m.get("slug", slug),
            name=m.get("name", text),
            domain=m.get("domain", _domain),
            time_zone=m.get("time_zone", _time_zone),
        )


def team(place: Place) -> TeamDoc:
    with place.mapping() as m:
        return TeamDoc(
            at=m.at,
            slug=m.get("slug", slug),
            name=m.get("name", text),
            parent=m.get("parent", or_null(slug)),
            manager=m.get("manager", slug),
        )


def person(place: Place) -> PersonDoc:
    with place.mapping() as m:
        learns = m.has("role", "path", "coach", "gates", "signoffs", "expect")
        observes = m.has("observes", "observer_basis")
        return PersonDoc(
            at=m.at,
            id=m.get("id", slug),
            name=m.get("name", text),
            email=m.get("email", _email),
            team=m.get("team", slug),
            manager=m.get("manager", or_null(slug)),
            start_day=m.get("start_day", whole(None, 0)),
            background=m.get("background", one_of("consultancy", "graduate", "internal")),
            languages=m.get("languages", list_of(_language, 1)),
            time_zone=m.get("time_zone", _time_zone),
            story=m.get("story", text),
            state=m.get("state", state),
            account=m.maybe("account", _account),
            job=m.maybe("job", text),
            duties=m.maybe("duties", list_of(one_of(*DUTIES))) or (),
            role=m.get("role", slug) if learns else None,
            path=m.get("path", slug) if learns else None,
            coach=m.get("coach", or_null(slug)) if learns else None,
            gates=m.get("gates", mapping_of(one_of("none", *GATES))) if learns else {},
            signoffs=m.maybe("signoffs", list_of(_signoff)) or (),
            expect=m.maybe("expect", _expect),
            capacity=m.maybe("capacity", whole(0, 100)),
            observes=m.get("observes", list_of(slug, 1)) if observes else (),
            observer_basis=m.get("observer_basis", one_of("founding", "calibrated", "provisional"))
            if observes
            else None,
            away=m.maybe("away", _away),
            left_day=m.maybe("left_day", whole(None, 0)),
        )


def _signoff(place: Place) -> SignOffDoc:
    with place.mapping() as m:
        return SignOffDoc(
            at=m.at,
            standard=m.get("standard", slug),
            level=m.get("level", whole(1, 5)),
            day=m.get("day", whole(None, 0)),
            signer=m.get("signer", slug),
            revoked_day=m.maybe("revoked_day", whole(None, 0)),
        )


def _expect(place: Place) -> ExpectDoc:
    with place.mapping() as m:
        return ExpectDoc(
            at=m.at,
            progress=m.get("progress", number(0, 100)),
            coverage=m.get("coverage", whole(0, 100)),
            ready=m.get("ready", yes_no),
        )


def _away(place: Place) -> AwayDoc:
    with place.mapping() as m:
        return AwayDoc(
            at=m.at,
            from_day=m.get("from_day", whole()),
            until_day=m.get("until_day", whole()),
            cover=m.get("cover", slug),
        )


_day: Reader[StateValue] = whole()
_count: Reader[StateValue] = whole(0)
_slug: Reader[StateValue] = slug
_text: Reader[StateValue] = text
_slugs: Reader[StateValue] = list_of(slug)
_passed: Reader[StateValue] = mapping_of(one_of("passed", "open"))

# What each kind of state must say, and what it may say.
_STATES: Mapping[str, tuple[Mapping[str, Reader[StateValue]], Mapping[str, Reader[StateValue]]]] = {
    "ready": ({}, {"since_day": _day}),
    "expiring": ({"standard": _slug, "expires_in_days": _count}, {}),
    "waiting-for-coach": ({"days": _count, "holder": _slug}, {"former_coach": _slug}),
    "challenged": ({"standard": _slug, "asked_day": _day, "signed_day": _day}, {}),
    "not-yet": ({"standard": _slug, "decided_day": _day, "retry_day": _day, "next_step": _text}, {}),
    "on-leave": ({"from_day": _day, "back_day": _day}, {}),
    "just-started": ({}, {}),
    "overdue": (
        {"milestone": _slug, "overdue_days": _count},
        {"standard": _slug, "request_open_days": _count, "holder": _slug},
    ),
    "revoked": ({"standard": _slug, "revoked_day": _day, "by": _slug, "reason": _text}, {}),
    "invoice-example": ({"held_by": _slug}, {}),
    "on-track": ({}, {"standard": _slug, "waiting_for": _slug}),
    "coach-in-training": ({"calibration": _passed}, {}),
    "ex-coach": ({"ended_day": _day, "learners_left": _slugs}, {}),
    "coach-away": ({}, {}),
    "covering": ({"for": _slug}, {}),
    "coach-full": ({}, {}),
    "coach-with-room": ({}, {}),
    "observer-only": ({}, {}),
    "manager-with-need": ({"need": _slug}, {}),
    "author-with-draft": ({"scenario": _slug}, {}),
    "auditor": ({}, {}),
    "administrator": ({}, {}),
    "left": ({}, {"former_coach": _slug}),
}


def state(place: Place) -> StateDoc:
    with place.mapping() as m:
        kind = m.get("kind", one_of(*_STATES))
        if not kind:
            m.accept_all()
        required, optional = _STATES.get(kind, ({}, {}))
        details = {key: m.get(key, read) for key, read in required.items()}
        details.update({key: m.get(key, read) for key, read in optional.items() if m.has(key)})
        for key in optional:
            m.maybe(key, _silent)
        return StateDoc(at=m.at, kind=kind, details=details)


def _silent(place: Place) -> None:
    """Lets an optional key be known although it is not written."""
