"""The order of the walk: everybody everywhere, then a hundred attempts, then an open gate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from assessments.api import ScenarioVersion, choose_in_attempt, start_attempt
from assessments.models import Attempt, AttemptChoice
from assessments.models import TryFact as Fact
from lms.api import Skill, mail_notices, open_gate
from tests.factories import basics

from .matrix import Cell, cells
from .probes import PROBES
from .walk import Walk, Walked, log_lines, written_to_people
from .world import SKILLS, World


def tour(build: Callable[[datetime], World], at: datetime) -> Walked:
    """Build the world, and walk."""
    with log_lines() as lines:
        world = build(at)
        walk = Walk(world)
        found = Walked(readers=world.readers)
        for cell in cells():
            found.cells[cell] = walk.try_cell(cell)
        for probe in PROBES:
            name = probe.split()[1]
            if name not in found.methods:
                found.methods[name] = walk.methods_of(probe)
        mail_notices(at)
        heard = {"a log line": "\n".join(lines), "a notice or a mail": written_to_people()}
    for place, text in heard.items():
        found.elsewhere[place] = frozenset(name for name, secret in world.secrets.items() if secret in text)
    calm = {cell: got.digest for cell, got in found.cells.items() if others_read(cell) and got.status == 200}
    with transaction.atomic():
        practise(world, at, 100)
        found.other_bytes["a hundred attempts"] = unlike(calm, walk.pages(calm))
        transaction.set_rollback(True)
    with transaction.atomic():
        open_try(world, at)
        managers = [cell for cell in calm if cell.role == "MG"]
        found.other_bytes["the Try gate"] = unlike(calm, walk.pages(managers))
        transaction.set_rollback(True)
    return found


def others_read(cell: Cell) -> bool:
    """Pages on which something about NH could stand, for those who see most of others."""
    role = cell.role in ("CO", "OB", "MG", "LD", "AU")
    return role and cell.probe.startswith("GET") and cell.whose in ("all", "near")


def unlike(before: dict[Cell, str], after: dict[Cell, str]) -> list[str]:
    """Pages that differ."""
    return sorted(f"{cell.role} {cell.probe} {cell.whose}" for cell in after if before[cell] != after[cell])


def practise(world: World, at: datetime, times: int) -> None:
    """NH practises so many times and opens no gate: two through the player, one of them to an end, the rest as rows."""
    who = world.people["NH"]
    for ending in (False, True):
        attempt = start_attempt(actor=who, scenario_uid=basics.uid("access-quay"), restart=True, key=uuid4(), at=at)
        turn = {"actor": who, "attempt_uid": attempt.uid, "confidence": "sure", "key": uuid4(), "at": at}
        choose_in_attempt(**turn, node="first", choice="first-bad" if ending else "first-weak")
    version = ScenarioVersion.objects.get(scenario_uid=basics.uid("access-quay"))
    made = Attempt.objects.bulk_create(
        Attempt(person=who, version=version, seed=n, node="second", position=1, started_at=at - timedelta(hours=n))
        for n in range(times - 2)
    )
    AttemptChoice.objects.bulk_create(
        AttemptChoice(attempt=one, position=0, node="first", shown=[], choice="first-best", chosen_at=at)
        for one in Attempt.objects.filter(pk__in=[each.pk for each in made])
    )


def open_try(world: World, at: datetime) -> None:
    """The one thing that others do see."""
    who, skill = world.people["NH"], Skill.objects.get(slug=SKILLS[0])
    Fact.objects.create(person=who, skill=skill, opened_at=at)
    open_gate(person_id=who.pk, skill_id=skill.pk, gate="try", source="practice", at=at)
