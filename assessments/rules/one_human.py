"""Whether a sign-off still stands once another account is known to be the learner's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from .evidence import Seen, examine
from .specs import StandardSpec

SIGNER, COUNTERSIGNER, EVIDENCE = "signer", "countersigner", "evidence"
"""Why it falls: the learner signed it, or was the second person (who countersigned, or recorded what was held before),
or it rests on what they saw of themself.
"""


@dataclass(frozen=True, slots=True)
class SignedOn:
    """What a sign-off was signed on: by whom and at which level, and what had been seen of the skill then."""

    signer: int
    countersigner: int | None
    level: int
    at: datetime
    spec: StandardSpec
    seen: Sequence[Seen]


def why_it_falls(signed: SignedOn, selves: Collection[int]) -> str:
    """Why it no longer counts when these other accounts are the learner's; "" when it stands without them."""
    if signed.signer in selves:
        return SIGNER
    if signed.countersigner in selves:
        return COUNTERSIGNER
    others = [item for item in signed.seen if item.observer not in selves]
    if len(others) == len(signed.seen):
        return ""
    spec = signed.spec
    found = examine(spec.rule, others, coach=signed.signer, at=signed.at, grants=spec.grants, risk=spec.risk)
    return "" if signed.level <= found.ceiling else EVIDENCE
