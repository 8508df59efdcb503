"""Judging again what was held before Vouch: two members of Learning attested it, and nobody had decided about it."""

from __future__ import annotations

from collections.abc import Iterator

from assessments.models import HeldBefore, SignOffEvent, StandardVersion
from assessments.rules.ledger import DECISIONS, HELD_MONTHS
from assessments.rules.specs import StandardSpec
from lms.rules.days import months_later

from .authority import Authorities
from .log import Log
from .records import Records


class Attested:
    """Answers for any event of the kind; everything is read before."""

    def __init__(self, records: Records, log: Log, authorities: Authorities) -> None:
        self.records, self.log, self.authorities = records, log, authorities

    def problems(self, event: SignOffEvent, before: list[SignOffEvent], place: int) -> Iterator[str]:
        """What is wrong with one event, whose chain held ``before`` until then."""
        yield from self.authorities.to_attest(event, place)
        if any(row.skill_id == event.skill_id and row.kind in DECISIONS for row in before):
            yield "attests a skill that was decided here before"
        if event.about is not None or event.flags:
            yield "is attested, and follows something or waits for somebody"
        version = event.version
        spec = StandardSpec.from_json(version.spec)
        if (standard := self.log.number("standard version", version.uid)) is None or standard > place:
            yield "rests on a standard that was published after it"
        if spec.risk == StandardVersion.Risk.HIGH:
            yield "attests what a high-risk standard asks for"
        if event.level and event.level > spec.grants:
            yield "is above what its standard permits"
        entry = self.records.by_uid(HeldBefore, event.payload["entry"])
        if entry is None or (number := self.log.number("held before", entry.uid)) is None or number > place:
            yield "rests on an entry that did not lie there"
            return
        yield from self._entry(event, entry, number, spec)

    def _entry(self, event: SignOffEvent, entry: HeldBefore, number: int, spec: StandardSpec) -> Iterator[str]:
        said = (event.skill_id, event.version_id, event.level)
        if (
            entry.person_id != event.subject_id
            or event.payload["since"] != entry.since.isoformat()
            or said not in {(row.skill_id, row.version_id, row.level) for row in entry.skills.all()}
        ):
            yield "says something else than the entry that it rests on"
        if entry.status != HeldBefore.Status.CONFIRMED or entry.answered_by_id != event.signer_id:
            yield "rests on an entry that its signer did not confirm"
        if entry.recorded_by_id in (event.signer_id, event.subject_id):
            yield "is confirmed by who recorded it, or recorded by who it is about"
        if not self.authorities.had_learning(entry.recorded_by_id, entry.recorded_at, number):
            yield "was recorded by somebody who was no learning administrator then"
        if event.valid_until != months_later(entry.recorded_at.date(), min(HELD_MONTHS, spec.valid_months)):
            yield "is valid for another time than what was held before may be"
