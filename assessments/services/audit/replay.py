"""Judging every event again, from what it sealed and from what stood in the log before it.

A decision: case, learner and standard belong together; the observations and evidence are those that lay there; the
evidence rule gives the same satisfying set, and a ceiling that permits the level; it holds as long as the standard
says; the flags that were due are there; and whoever signed was present coach with a grant for every skill, by rows that
stood in the log. What follows a decision: it was in a state for that, by somebody who might. What was held before:
``held_before``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from assessments.models import Case, ErasedText, Evidence, Observation, SignOffEvent, SignOffText, StandardVersion
from assessments.rules.evidence import Seen, examine
from assessments.rules.ledger import BEGINNING, GENESIS, SETTLED, commitment, event_hash, meaning_of
from assessments.rules.renewal import is_due, window_begins
from assessments.rules.specs import StandardSpec
from assessments.services.ledger.chain import folded, hashed_fields
from coaching.api import ObserverGrant
from lms.api import Membership, SkillVersion
from lms.rules.bounds import EXPIRY_TOLD
from lms.rules.days import months_later
from lms.rules.digest import digest
from lms.rules.log import LATE, SET_BACK

from .authority import Authorities
from .finding import LedgerFinding, guarded, named
from .gone import Gone
from .held_before import Attested
from .humans import Humans
from .log import Log
from .records import Records, name_of, name_of_event

RECIPROCAL = timedelta(days=90)
DEEPEST = 50
"""So many teams stand above each other at most."""
DECISIONS = (SignOffEvent.Kind.SIGNED, SignOffEvent.Kind.NOT_YET)
STANDING = ("active", "awaiting")
FLAGS = {"provisional", "line_manager", "reports_to_learner", "reciprocal"}
NAMES = {"subject_name", "signer_name"}
NEEDED: dict[str, set[str]] = {
    SignOffEvent.Kind.SIGNED: NAMES | {"why"},
    SignOffEvent.Kind.NOT_YET: NAMES | {"why", "next_step", "retry_on"},
    SignOffEvent.Kind.COUNTERSIGNED: NAMES | {"why"},
    SignOffEvent.Kind.COUNTERSIGN_REFUSED: NAMES | {"why"},
    SignOffEvent.Kind.REVOKED: NAMES | {"why"},
    SignOffEvent.Kind.SUPERSEDED: NAMES,
    SignOffEvent.Kind.HELD_BEFORE: NAMES | {"source"},
}
"""The texts that an event of each kind was signed with."""
COUNTERSIGNS = (SignOffEvent.Kind.COUNTERSIGNED, SignOffEvent.Kind.COUNTERSIGN_REFUSED)


def check_events(records: Records, log: Log) -> Iterator[LedgerFinding]:
    """Judge every event again. Queries: 0."""
    chains: dict[int, list[SignOffEvent]] = defaultdict(list)
    for event in sorted(records.all(SignOffEvent), key=lambda event: (event.subject_id, event.seq)):
        chains[event.subject_id].append(event)
    judge = _Judge(records, log)
    for chain in chains.values():
        for place, event in enumerate(chain):
            before = chain[place - 1] if place else None
            where = name_of_event(event)
            yield from guarded(where, named, where, judge.chained(event, before))
            yield from guarded(where, named, where, judge.problems(event, chain[:place]))
        yield from guarded(f"chain of {chain[0].subject.uid}", _check_replaced, chain)
    yield from judge.cases()


def _check_replaced(chain: list[SignOffEvent]) -> Iterator[LedgerFinding]:
    """Where a newer sign-off counts, no older one of the same skill and standard stands beside it."""
    by_seq, standing = {event.seq: event for event in chain}, folded(chain)
    newest: dict[tuple[int, UUID], int] = {}
    for seq in sorted(seq for seq, found in standing.items() if found.counts):
        newest[by_seq[seq].skill_id, by_seq[seq].version.standard_uid] = seq
    for seq, found in standing.items():
        event = by_seq[seq]
        if found.status in STANDING and seq < newest.get((event.skill_id, event.version.standard_uid), 0):
            yield LedgerFinding(name_of_event(event), "stands beside a newer sign-off that takes its place")


class _Judge:
    """Everything that judging an event needs, put in order once."""

    def __init__(self, records: Records, log: Log) -> None:
        self.records, self.log = records, log
        self.authorities = Authorities(records, log)
        self.attested = Attested(records, log, self.authorities)
        self.humans = Humans(records, log)
        self.events = list(records.all(SignOffEvent))
        self.observations = records.grouped(Observation, "case_id")
        self.evidence = records.grouped(Evidence, "case_id")
        self.skill_versions = records.grouped(SkillVersion, "skill_id")
        self.erased = {(row.event_id, row.name) for row in records.all(ErasedText)}
        self.signed_for: dict[tuple[int, int], list[SignOffEvent]] = defaultdict(list)
        for event in self.events:
            if event.kind == SignOffEvent.Kind.SIGNED:
                self.signed_for[event.signer_id, event.subject_id].append(event)
        self.specs = {version.pk: version.spec for version in records.all(StandardVersion)}
        self.managers = _Managers(records)
        self.set_backs = [entry.number for entry in log.entries if entry.kind == SET_BACK]

    def chained(self, event: SignOffEvent, before: SignOffEvent | None) -> Iterator[str]:
        """What is wrong with an event as the next one of its chain."""
        seq, prev_hash = (before.seq, before.this_hash) if before else (0, GENESIS)
        if event.seq != seq + 1:
            yield f"follows number {seq}; one is missing or was put in between"
        if event.prev_hash != prev_hash:
            yield "does not continue the chain"
        if event.this_hash != event_hash(hashed_fields(event)):
            yield "is not what was signed: its hash differs"
        if before and event.recorded_at < before.recorded_at:
            yield "is dated before the event above it"
        if event.occurred_at > event.recorded_at:
            yield "happened after it was written down"
        if event.recorded_at - event.occurred_at > LATE and not self._clock_went_back(before, event):
            yield "is dated back: it says that it happened long before it was written down"
        if event.meaning != meaning_of(event.kind, event.level):
            yield "says something else than its kind and level"

    def _clock_went_back(self, before: SignOffEvent | None, event: SignOffEvent) -> bool:
        """Whether the log says so between the two: the later event then keeps the moment of the one above it."""
        if before is None or event.recorded_at != before.recorded_at:
            return False
        above, here = (self.log.number("event", row.uid) for row in (before, event))
        return above is not None and here is not None and any(above < number < here for number in self.set_backs)

    def problems(self, event: SignOffEvent, before: list[SignOffEvent]) -> Iterator[str]:
        """What is wrong with one event, whose chain held ``before`` until then."""
        yield from self._texts(event)
        if not isinstance(event.payload, dict):
            yield "holds no payload"
            return
        if event.signer_id == event.subject_id:
            yield "is signed by the learner"
        yield from self._belongs_together(event)
        place = self.log.number("event", event.uid) or len(self.log.entries) + 1
        try:
            if event.kind in DECISIONS:
                yield from self._decision(event, before, place)
            elif event.kind == SignOffEvent.Kind.HELD_BEFORE:
                yield from self.attested.problems(event, before, place)
            else:
                yield from self._follow_up(event, before, place)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            yield f"cannot be judged again: what it sealed has not the right form ({type(error).__name__})"

    def cases(self) -> Iterator[LedgerFinding]:
        """Decided cases and the events that decided them: each has one for every skill of its standard."""
        decided: dict[int, list[SignOffEvent]] = defaultdict(list)
        for event in self.events:
            if event.kind in DECISIONS:
                decided[event.case_id].append(event)
        for case in self.records.all(Case):
            where = name_of(case)
            yield from guarded(where, named, where, self._case(case, decided.get(case.pk, [])))

    def _case(self, case: Case, events: list[SignOffEvent]) -> Iterator[str]:
        if case.status == Case.Status.DECIDED and not events:
            yield "is decided, and no event says so"
        if not events:
            return
        if case.status != Case.Status.DECIDED:
            yield "was decided, and is open again"
        elif {event.occurred_at for event in events} != {case.decided_at}:
            yield "was decided at another moment than it says"
        wanted, found = sorted(self.specs[case.version_id]["skills"]), sorted(e.skill.slug for e in events)
        if wanted != found:
            yield "was not decided once for each skill of its standard"

    # --- what every event must hold

    def _texts(self, event: SignOffEvent) -> Iterator[str]:
        texts: Mapping[str, SignOffText] = {text.name: text for text in event.texts.all()}
        sealed = part(event, "texts")
        for name in sorted(set(sealed) | set(texts)):
            if name not in texts:
                if (event.pk, name) not in self.erased:
                    yield f"has lost its text {name}"
            elif sealed.get(name) != commitment(texts[name].salt, texts[name].value):
                yield f"has a text {name} that differs from what was signed"
            elif name in NEEDED[event.kind] and not texts[name].value.strip():
                yield f"has an empty text {name}"
        for name in sorted(NEEDED[event.kind] - set(sealed)):
            yield f"was signed without its text {name}"

    def _belongs_together(self, event: SignOffEvent) -> Iterator[str]:
        case, version = event.case, event.version
        if case is None:
            if event.kind not in (SignOffEvent.Kind.HELD_BEFORE, SignOffEvent.Kind.REVOKED):
                yield "was decided on no case"
        else:
            if not event.subject_id == case.learner_id == case.enrolment.person_id:
                yield "is about somebody whose case this is not"
            if case.version_id != version.pk or case.standard_uid != version.standard_uid:
                yield "rests on another standard than its case"
        if event.skill.slug not in self.specs[version.pk].get("skills", ()):
            yield "is about a skill that is not in its standard"
        if version.digest != digest(version.spec):
            yield "rests on a standard that is not what was published"

    # --- decisions

    def _decision(self, event: SignOffEvent, before: list[SignOffEvent], place: int) -> Iterator[str]:
        spec = StandardSpec.from_json(self.specs[event.version_id])
        if (standard := self.log.number("standard version", event.version.uid)) is None or standard > place:
            yield "rests on a standard that was published after it"
        yield from self.authorities.to_decide(event, spec.skills, place)
        yield from self._grounds(event, spec, place)
        yield from self._skill_version(event, place)
        for flag in sorted(set(event.flags) - (FLAGS if event.kind == SignOffEvent.Kind.SIGNED else set())):
            yield f"has a flag that there is none of ({flag})"
        if event.kind == SignOffEvent.Kind.NOT_YET:
            return
        if "renews" in event.payload:
            yield from self._renewal(event, before, spec, place)
        elif event.valid_until != months_later(event.occurred_at.date(), spec.valid_months):
            yield "is valid for another time than its standard says"
        for flag in sorted(self._flags_due(event, place) - set(event.flags)):
            yield f"needed a countersign and does not say so ({flag})"

    def _renewal(
        self, event: SignOffEvent, before: list[SignOffEvent], spec: StandardSpec, place: int
    ) -> Iterator[str]:
        """What an event says of the sign-off that it renews, and so of its own last day."""
        sealed, standing = event.payload["renews"], folded(before)
        older = next((item for item in before if str(item.uid) == sealed["event"]), None)
        if (
            older is None
            or older.kind != SignOffEvent.Kind.SIGNED
            or (older.skill_id, older.version.standard_uid) != (event.skill_id, event.version.standard_uid)
            or older.valid_until is None
            or not standing[older.seq].counts
        ):
            yield "renews a sign-off that did not stand then"
            return
        last_day, window = older.valid_until, sealed["window"]
        if sealed["until"] != last_day.isoformat() or window not in EXPIRY_TOLD:
            yield "says of what it renews what is not so"
            return
        if not is_due(last_day, window, event.occurred_at.date()):
            yield "renews a sign-off that was not due then"
        begins, coach = window_begins(last_day, window), self.humans.oldest(event.signer_id, place)
        within = [item for item in self._seen(event, place) if item.occurred_at.date() >= begins]
        found = examine(spec.rule, within, coach=coach, at=event.occurred_at, grants=spec.grants, risk=spec.risk)
        if not found.met:
            yield "renews on what was seen before it was due"
        if event.valid_until != months_later(last_day, spec.valid_months):
            yield "is valid for another time than its standard says"

    def _lay(self, event: SignOffEvent, place: int) -> list[Observation]:
        """The observations of the case of a decision that stood then."""
        return [row for row in self.observations.get(event.case_id, ()) if self._stood("observation", row.uid, place)]

    def _seen(self, event: SignOffEvent, place: int) -> list[Seen]:
        """What was seen of the skill of a decision by other people, as it lay there."""
        return [
            Seen(
                row.uid,
                self.humans.oldest(row.observer_id, place),
                row.context,
                rating.supervision,
                row.occurred_at,
                row.pk,
            )
            for row in self._lay(event, place)
            for rating in row.ratings.all()
            if rating.skill_id == event.skill_id and not self.humans.others(row.observer_id, event.subject_id, place)
        ]

    def _grounds(self, event: SignOffEvent, spec: StandardSpec, place: int) -> Iterator[str]:
        """The observations and evidence that lay there, and what the rule made of them."""
        rated = [row for row in self._lay(event, place) if row.ratings.all()]
        sealed = part(event, "observations")
        for uid in sorted(set(sealed) - {str(row.uid) for row in rated}):
            yield f"rests on observation {uid}, which did not lie there"
        for row in rated:
            if str(row.uid) not in sealed:
                yield f"passes over observation {row.uid}, which lay there"
            elif sealed[str(row.uid)] != row.digest:
                yield f"rests on observation {row.uid}, which differs from what was read then"
        pieces = {str(row.uid): row.sha256 for row in self._evidence_then(event, place)}
        if pieces != part(event, "evidence"):
            yield "rests on other evidence than lay there"
        seen, coach = self._seen(event, place), self.humans.oldest(event.signer_id, place)
        found = examine(spec.rule, seen, coach=coach, at=event.occurred_at, grants=spec.grants, risk=spec.risk)
        payload = event.payload
        if sorted(map(str, found.satisfying)) != sorted(payload["satisfying"]):
            yield "names another satisfying set than the evidence gives"
        if {line.name: [line.have, line.need] for line in found.lines} != payload["rule"]:
            yield "counts the evidence otherwise than the rule"
        if found.by_exception != payload["by_exception"]:
            yield "says otherwise whether it was signed by exception"
        if event.level and event.level > found.ceiling:
            yield "is above what the evidence permits" if found.ceiling else "is signed without the evidence for it"

    def _evidence_then(self, event: SignOffEvent, place: int) -> Iterator[Evidence]:
        """The pieces that had been added and not withdrawn."""
        for row in self.evidence.get(event.case_id, ()):
            withdrawn = self.log.number("evidence ended", row.uid)
            if self._stood("evidence", row.uid, place) and (withdrawn is None or withdrawn > place):
                yield row

    def _skill_version(self, event: SignOffEvent, place: int) -> Iterator[str]:
        current = [
            row for row in self.skill_versions.get(event.skill_id, ()) if self._stood("skill version", row.uid, place)
        ]
        newest = max(current, key=lambda row: row.number, default=None)
        if event.payload["skill_version"] != ([newest.number, newest.digest] if newest else []):
            yield "names another version of its skill than was published then"

    def _stood(self, kind: str, uid: object, place: int) -> bool:
        """Whether a row stood in the log above this place."""
        number = self.log.number(kind, uid)
        return number is not None and number < place

    def _flags_due(self, event: SignOffEvent, place: int) -> set[str]:
        grants = part(event, "authority").get("grants", {})
        rows = [self.records.by_uid(ObserverGrant, uid) for uid in grants.values()]
        since = event.occurred_at - RECIPROCAL
        received = self.signed_for[event.subject_id, event.signer_id]
        checks = {
            "provisional": any(row is not None and row.basis == ObserverGrant.Basis.PROVISIONAL for row in rows),
            "line_manager": self.managers.manages(event.signer_id, event.subject_id, event.occurred_at),
            "reports_to_learner": self.managers.manages(event.subject_id, event.signer_id, event.occurred_at),
            "reciprocal": any(
                since <= row.occurred_at <= event.occurred_at and self._stood("event", row.uid, place)
                for row in received
            ),
        }
        return {name for name, due in checks.items() if due}

    # --- what follows a decision

    def _follow_up(self, event: SignOffEvent, before: list[SignOffEvent], place: int) -> Iterator[str]:
        about = event.about
        if about is None or about not in before or about.kind not in BEGINNING:
            yield "follows nothing that was signed before it for this learner"
            return
        if about.kind == SignOffEvent.Kind.HELD_BEFORE and event.kind != SignOffEvent.Kind.REVOKED:
            yield "follows what was held before, which can only be taken back"
        if (event.skill_id, event.case_id) != (
            about.skill_id,
            about.case_id,
        ) and event.kind != SignOffEvent.Kind.SUPERSEDED:
            yield "is about another case or skill than what it follows"
        status = folded(before)[about.seq].status
        if event.kind in COUNTERSIGNS:
            if status != "awaiting":
                yield "answers a decision that did not wait for a countersign"
            if event.signer_id == about.signer_id:
                yield "is countersigned by who signed"
            if any(row.observer_id == event.signer_id for row in self.observations.get(about.case_id, ())):
                yield "is countersigned by an observer of its evidence"
            yield from self.authorities.to_countersign(event, place)
        elif event.kind == SignOffEvent.Kind.REVOKED:
            if status not in ("active", "awaiting"):
                yield "takes back what no longer stood"
            yield from self.authorities.to_revoke(event, place)
        else:
            yield from self._superseded(event, about, before, status)

    def _superseded(
        self, event: SignOffEvent, about: SignOffEvent, before: list[SignOffEvent], status: str
    ) -> Iterator[str]:
        if status not in ("active", "awaiting"):
            yield "replaces what no longer stood"
        newer = next((row for row in before if str(row.uid) == event.payload["by"]), None)
        if newer is None or newer.kind != SignOffEvent.Kind.SIGNED or newer.seq < about.seq:
            yield "names no newer sign-off that takes its place"
            return
        same = (newer.skill_id, newer.version.standard_uid) == (about.skill_id, about.version.standard_uid)
        if not same or event.case_id != newer.case_id:
            yield "is replaced by a sign-off of another skill or standard"
        if not folded(before)[newer.seq].counts:
            yield "is replaced by a sign-off that does not count"
        # It goes with the act that lets the newer one count: signing it, or countersigning it.
        acts = [newer, *(row for row in before if row.about_id == newer.pk and row.kind in SETTLED)]
        said = (event.signer_id, event.occurred_at, event.authority)
        if not any((row.signer_id, row.occurred_at, row.authority) == said for row in acts):
            yield "was not replaced by who signed the newer one, at that moment"


class _Managers:
    """Who managed whom: in their team, or in the nearest above that had a manager; counted here once more, from the
    rows. Whoever managed somebody from that day on may have become it after the signature: the day before counts too.
    """

    def __init__(self, records: Records) -> None:
        self.of_person = records.grouped(Membership, "person_id")
        self.gone = Gone(records)
        self.of_team: dict[int, list[Membership]] = records.grouped(Membership, "team_id")

    def manages(self, manager_id: int, person_id: int, at: datetime) -> bool:
        """Whether one managed the other at a moment, and the day before."""
        days = (at.date(), at.date() - timedelta(days=1))
        return all(manager_id in self._managers(person_id, day, at) for day in days)

    def _managers(self, person_id: int, day: date, at: datetime) -> set[int]:
        mine = [row for row in self.of_person.get(person_id, ()) if _counts(row, day)]
        teams = {row.team for row in mine if row.role == Membership.Role.MEMBER}
        above = {row.team.parent for row in mine if row.role == Membership.Role.MANAGER}
        for steps_up in range(DEEPEST):
            found = {
                row.person_id
                for team in teams
                for row in self.of_team.get(team.pk, ())
                if row.role == Membership.Role.MANAGER and row.person_id != person_id and _counts(row, day)
                if not self.gone.at(row.person, at)
            }
            if found:
                return found
            teams = {team.parent for team in teams if team.parent} | (set() if steps_up else above - {None})
        return set()


def _counts(row: Membership, day: date) -> bool:
    return row.from_on <= day and (row.until_on is None or row.until_on >= day)


def part(event: SignOffEvent, name: str) -> dict[str, Any]:
    """One part of the payload; empty when somebody put something else there, which the hash tells."""
    found = event.payload.get(name) if isinstance(event.payload, dict) else None
    return found if isinstance(found, dict) else {}
