"""File 5: the people of the demo company and the state that each must reach. Days are counted from today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cms.rules.curriculum.documents.base import Doc

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyDoc(Doc):
    slug: str
    name: str
    domain: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDoc(Doc):
    slug: str
    name: str
    parent: str | None
    manager: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffDoc(Doc):
    standard: str
    level: int
    day: int
    signer: str
    revoked_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectDoc(Doc):
    """What readiness must say after loading: progress with one decimal, coverage as a rounded percentage."""

    progress: float
    coverage: int
    ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayDoc(Doc):
    from_day: int
    until_day: int
    cover: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDoc(Doc):
    """What the demo must show of this person. ``details`` holds the further keys, which differ by ``kind``."""

    kind: str
    details: Mapping[str, StateValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDoc(Doc):
    """``path`` is ``None`` for people who do not learn on a path; ``gates`` then is empty and ``coach`` is
    ``None``.
    """

    id: str
    name: str
    email: str
    team: str
    manager: str | None
    start_day: int
    background: str
    languages: tuple[str, ...]
    time_zone: str
    story: str
    state: StateDoc
    account: str | None = None
    job: str | None = None
    duties: tuple[str, ...] = ()
    role: str | None = None
    path: str | None = None
    coach: str | None = None
    gates: Mapping[str, str]
    signoffs: tuple[SignOffDoc, ...] = ()
    expect: ExpectDoc | None = None
    capacity: int | None = None
    observes: tuple[str, ...] = ()
    observer_basis: str | None = None
    away: AwayDoc | None = None
    left_day: int | None = None
