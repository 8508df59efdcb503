"""Which accounts were one human's at a place of the log, counted from the rows of joinings and partings."""

from __future__ import annotations

from dataclasses import dataclass

from lms.api import Parting, SamePerson

from .log import Log
from .records import Records


@dataclass(frozen=True, slots=True)
class _Joined:
    """Two accounts, from the place after ``begun`` to that before ``ended``."""

    pair: tuple[int, int]
    begun: int
    ended: int | None

    def holds(self, place: int) -> bool:
        return self.begun < place and (self.ended is None or self.ended > place)


class Humans:
    """Answers for any accounts and place; everything is read before. A joining without its entry joins nobody: that it
    has none is a finding of its own.
    """

    def __init__(self, records: Records, log: Log) -> None:
        ends = {row.joining_id: log.number("parting", row.uid) for row in records.all(Parting)}
        self._joined = [
            _Joined((row.first_id, row.second_id), begun, ends.get(row.pk))
            for row in records.all(SamePerson)
            if (begun := log.number("same person", row.uid)) is not None
        ]

    def accounts(self, person_id: int, place: int) -> set[int]:
        """Every account of a human, by one of them, whichever way they were joined."""
        found, pairs = {person_id}, [row.pair for row in self._joined if row.holds(place)]
        while more := {pk for pair in pairs if found & {*pair} for pk in pair} - found:
            found |= more
        return found

    def oldest(self, person_id: int, place: int) -> int:
        """One number for one human."""
        return min(self.accounts(person_id, place)) if self._joined else person_id

    def others(self, one_id: int | None, other_id: int | None, place: int) -> bool:
        """Whether these are two different accounts of one human."""
        if one_id is None or other_id is None or one_id == other_id or not self._joined:
            return False
        return other_id in self.accounts(one_id, place)
