"""Who may do what in judging, each rule written once as which rows."""

from .cases import case_policy, request_policy
from .signoffs import signoff_policy

__all__ = ["case_policy", "request_policy", "signoff_policy"]
