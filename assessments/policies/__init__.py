"""Who may do what in judging, each rule written once as which rows."""

from .cases import case_policy, request_policy, waiting_countersign
from .held_before import held_before_policy
from .practice import attempt_policy
from .signoffs import signoff_policy

__all__ = [
    "attempt_policy",
    "case_policy",
    "held_before_policy",
    "request_policy",
    "signoff_policy",
    "waiting_countersign",
]
