"""The tables of helping: who coaches whom, sessions, commitments and the exchange."""

from .assignments import CoachAssignment
from .challenges import Challenge
from .commitments import Commitment, CommitmentSkill
from .exchange import Post, Thread
from .profiles import Absence, CoachProfile, ObserverGrant
from .sessions import Session
from .standing import StandingAssignment

__all__ = [
    "Absence",
    "Challenge",
    "CoachAssignment",
    "CoachProfile",
    "Commitment",
    "CommitmentSkill",
    "ObserverGrant",
    "Post",
    "Session",
    "StandingAssignment",
    "Thread",
]
