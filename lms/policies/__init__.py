"""Who may do what in the record, each rule written once as which rows."""

from .base import RowPolicy, everybody, nobody
from .enrolments import enrolment_policy, path_runs
from .people import managed_by, people_in_admin_policy, people_policy

__all__ = [
    "RowPolicy",
    "enrolment_policy",
    "everybody",
    "managed_by",
    "nobody",
    "path_runs",
    "people_in_admin_policy",
    "people_policy",
]
