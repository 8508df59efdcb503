"""Who may do what in helping, each rule written once as which rows."""

from .assignments import acting, assignment_policy, coached_by, help_policy, not_ended, standing_for
from .challenges import challenge_policy
from .commitments import commitment_policy
from .exchange import is_moderator, post_policy, thread_policy
from .profiles import coach_profile_policy, coaches_covered_by, grant_policy, unlapsed, unlapsed_grants
from .sessions import session_policy
from .standing import standing_policy

__all__ = [
    "acting",
    "assignment_policy",
    "challenge_policy",
    "coach_profile_policy",
    "coached_by",
    "coaches_covered_by",
    "commitment_policy",
    "grant_policy",
    "help_policy",
    "is_moderator",
    "not_ended",
    "post_policy",
    "session_policy",
    "standing_for",
    "standing_policy",
    "thread_policy",
    "unlapsed",
    "unlapsed_grants",
]
