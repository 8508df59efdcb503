"""File 5: the people of the demo company and the state that each must reach. Days are counted from today.

The form of a person depends on whether the person learns, observes, or both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Field, Tag, create_model

from cms.rules.curriculum.documents.base import Doc, by
from cms.rules.curriculum.documents.frame import GATES, Level
from cms.rules.curriculum.documents.values import (
    Maybe,
    Number,
    Slug,
    Text,
    Whole,
    YesNo,
    entries,
    matching,
    one_of,
)

DUTIES = (
    "manager",
    "coach",
    "coach-in-training",
    "observer",
    "verifier",
    "author",
    "learning-administrator",
    "administrator",
    "auditor",
    "sponsor",
)

StateValue = str | int | tuple[str, ...] | Mapping[str, str]
Past = Annotated[Whole, Field(le=0)]
TimeZone = Annotated[
    Text, matching(r"UTC|[A-Z][A-Za-z]+(/[A-Z][A-Za-z_-]+){1,2}", "a time zone such as Europe/Copenhagen")
]
Country = Annotated[Text, matching(r"[A-Z]{2}", "a country in two letters such as DK")]
Domain = Annotated[Text, matching(r"[a-z0-9-]+(\.[a-z0-9-]+)+", "a domain such as aldermoor.example")]
Email = Annotated[
    Text, matching(r"[a-z0-9.-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", "an address such as mara.holt@aldermoor.example", 200)
]
Account = Annotated[Text, matching(r"[a-z0-9]+([.-][a-z0-9]+)*", "a short name in lower case", 40)]
Language = Annotated[Text, matching(r"[a-z]{2,3}", "a language code such as en")]


class CompanyDoc(Doc):
    slug: Slug
    name: Text
    domain: Domain
    time_zone: TimeZone
    country: Country


class TeamDoc(Doc):
    slug: Slug
    name: Text
    parent: Slug | None
    manager: Slug


class SignOffDoc(Doc):
    standard: Slug
    level: Level
    day: Past
    signer: Slug
    revoked_day: Maybe[Past] = None


class ExpectDoc(Doc):
    """What readiness must say after loading: progress with one decimal, coverage as a rounded percentage."""

    progress: Annotated[Number, Field(ge=0, le=100)]
    coverage: Annotated[Whole, Field(ge=0, le=100)]
    ready: YesNo


class AwayDoc(Doc):
    from_day: Whole
    until_day: Whole
    cover: Slug


class StateDoc(Doc):
    """What the demo must show of this person. ``details`` holds the further keys, which differ by ``kind``."""

    kind: Text

    @property
    def details(self) -> Mapping[str, StateValue]:
        return {key: getattr(self, key) for key in type(self).model_fields if key in self.model_fields_set - {"kind"}}


Days = Annotated[Whole, Field(ge=0)]
Passed = dict[str, Annotated[Text, one_of("passed", "open")]]

# What each kind of state must say, and what it may say.
_STATES: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "ready": ({}, {"since_day": Whole}),
    "expiring": ({"standard": Slug, "expires_in_days": Days}, {}),
    "waiting-for-coach": ({"days": Days, "holder": Slug}, {"former_coach": Slug}),
    "challenged": ({"standard": Slug, "asked_day": Whole, "signed_day": Whole}, {}),
    "not-yet": ({"standard": Slug, "decided_day": Whole, "retry_day": Whole, "next_step": Text}, {}),
    "on-leave": ({"from_day": Whole, "back_day": Whole}, {}),
    "just-started": ({}, {}),
    "overdue": (
        {"milestone": Slug, "overdue_days": Days},
        {"standard": Slug, "request_open_days": Days, "holder": Slug},
    ),
    "revoked": ({"standard": Slug, "revoked_day": Whole, "by": Slug, "reason": Text}, {}),
    "invoice-example": ({"held_by": Slug}, {}),
    "on-track": ({}, {"standard": Slug, "waiting_for": Slug}),
    "coach-in-training": ({"calibration": Passed}, {}),
    "ex-coach": ({"ended_day": Whole, "learners_left": Annotated[tuple[Slug, ...], entries()]}, {}),
    "coach-away": ({}, {}),
    "covering": ({"for": Slug}, {}),
    "coach-full": ({}, {}),
    "coach-with-room": ({}, {}),
    "observer-only": ({}, {}),
    "manager-with-need": ({"need": Slug}, {}),
    "author-with-draft": ({"scenario": Slug}, {}),
    "auditor": ({}, {}),
    "administrator": ({}, {}),
    "left": ({}, {"former_coach": Slug}),
}


def _state(kind: str) -> Any:
    """The document of a state of this kind."""
    needed, possible = _STATES[kind]
    fields: dict[str, Any] = {key: (value, ...) for key, value in needed.items()}
    maybe: Any = Maybe
    fields |= {key: (maybe[value], None) for key, value in possible.items()}
    return Annotated[create_model(f"StateDoc {kind}", __base__=StateDoc, **fields), Tag(f"~{kind}")]


if TYPE_CHECKING:
    AnyStateDoc = StateDoc
else:
    AnyStateDoc = Annotated[
        Union[tuple(_state(kind) for kind in _STATES)],  # noqa: UP007 - of a table
        by("kind", {kind: kind for kind in _STATES}),
    ]


class PersonDoc(Doc):
    """``path`` is ``None`` for people who do not learn on a path; ``gates`` then is empty and ``coach`` is ``None``."""

    together = (
        (("role", "path", "coach", "gates", "signoffs", "expect"), ("role", "path", "coach", "gates")),
        (("observes", "observer_basis"), ("observes", "observer_basis")),
    )

    id: Slug
    name: Text
    email: Email
    team: Slug
    manager: Slug | None
    start_day: Past
    background: Annotated[Text, one_of("consultancy", "graduate", "internal")]
    languages: Annotated[tuple[Language, ...], entries(1)]
    time_zone: TimeZone
    story: Text
    state: AnyStateDoc
    account: Maybe[Account] = None
    job: Maybe[Text] = None
    duties: Annotated[tuple[Annotated[Text, one_of(*DUTIES)], ...], entries()] = ()
    role: Maybe[Slug] = None
    path: Maybe[Slug] = None
    coach: Slug | None = None
    gates: dict[str, Annotated[Text, one_of("none", *GATES)]] = {}
    signoffs: Annotated[tuple[SignOffDoc, ...], entries()] = ()
    expect: Maybe[ExpectDoc] = None
    capacity: Maybe[Annotated[Whole, Field(ge=0, le=100)]] = None
    observes: Annotated[tuple[Slug, ...], entries(1)] = ()
    observer_basis: Maybe[Annotated[Text, one_of("founding", "calibrated", "provisional")]] = None
    away: Maybe[AwayDoc] = None
    left_day: Maybe[Past] = None


class PeopleFile(Doc):
    """5-people.yaml."""

    company: CompanyDoc
    teams: Annotated[tuple[TeamDoc, ...], entries(1)]
    people: Annotated[tuple[PersonDoc, ...], entries(1)]
