"""The demo made twice with one seed is the same company: figures, gates, sign-offs, and how much there is of each."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as here
from django.core.management import call_command
from django.db import transaction

from assessments.api import SignOffEvent, readiness_of, team_enrolments
from cms.demo.create import create_demo
from lms import clock
from lms.api import SkillGate, everybody
from tests.factories import basics

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.long]

NOT_OURS = ("sessions", "usersessions", "modelsearch", "django_tasks")


def figures() -> dict[str, Any]:
    """What two runs must agree on; nothing in it depends on which number a row got."""
    gates = [
        (*known, source.partition(":")[0])  # the row that a gate follows from may have a name of chance
        for *known, source in SkillGate.objects.values_list(
            "person__email", "skill__slug", "gate", "level", "standard_uid", "opened_at", "valid_until", "source"
        )
    ]
    signed = SignOffEvent.objects.values_list(
        "subject__email", "seq", "kind", "skill__slug", "signer__email", "occurred_at", "flags", "key"
    )
    ready = [
        (found.enrolment.person.email, found.bucket, found.day, found.readiness.progress, found.readiness.coverage)
        for found in readiness_of(team_enrolments(everybody()))
        if found.readiness
    ]
    counts = {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label not in NOT_OURS
    }
    return {"gates": digest(gates), "signed": digest(signed), "ready": digest(ready), "counts": counts}


def digest(rows: Any) -> str:
    return hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()


def test_one_seed_makes_the_same_company_again() -> None:
    call_command("load_curriculum", verbosity=0)
    now, folder = clock.now(), here.BASE_DIR / "curriculum"

    def once(seed: int) -> dict[str, Any]:
        with transaction.atomic():
            misses = create_demo(folder=folder, passphrase=basics.PASSPHRASE, seed=seed, now=now, say=lambda text: None)
            assert misses == []
            found = figures()
            transaction.set_rollback(True)
        return found

    first = once(1)
    assert once(1) == first
    assert first["counts"]["assessments.SignOffEvent"] > 50
