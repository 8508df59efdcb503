"""The tables of judging: practice, recall, demonstrations and the ledger of sign-offs."""

from .audit import Anchor, ErasedText, Erasure, ErasureRequest, Receipt
from .calibration import CalibrationAttempt
from .cases import Case, CaseReading, Evidence, Request
from .held_before import HeldBefore, HeldBeforeSkill
from .ledger import SignOffEvent, SignOffText
from .observations import Observation, ObservationIndicator, ObservationSkill
from .practice import Attempt, AttemptChoice, OpenResponse, ScenarioVersion, TryFact
from .readiness import ReadySpell
from .recall import RecallAnswer, RecallVersion, ReviewCard
from .standards import CalibrationVersion, StandardVersion

__all__ = [
    "Anchor",
    "Attempt",
    "AttemptChoice",
    "CalibrationAttempt",
    "CalibrationVersion",
    "Case",
    "CaseReading",
    "ErasedText",
    "Erasure",
    "ErasureRequest",
    "Evidence",
    "HeldBefore",
    "HeldBeforeSkill",
    "Observation",
    "ObservationIndicator",
    "ObservationSkill",
    "OpenResponse",
    "ReadySpell",
    "RecallAnswer",
    "RecallVersion",
    "Receipt",
    "Request",
    "ReviewCard",
    "ScenarioVersion",
    "SignOffEvent",
    "SignOffText",
    "StandardVersion",
    "TryFact",
]
