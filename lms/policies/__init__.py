"""Who may do what in the record, each rule written once as which rows."""

from .base import RowPolicy, everybody, nobody
from .enrolments import enrolment_policy, enrolment_rule_policy, path_can_be_shown_on, path_runs
from .holdings import held_on, role_holding_policy
from .organisation import location_policy, organisation_policy
from .people import managed_by, people_in_admin_policy, people_policy
from .photos import photo_policy
from .same_person import human_of, oneself, same_human
from .teams import team_policy

__all__ = [
    "RowPolicy",
    "enrolment_policy",
    "enrolment_rule_policy",
    "everybody",
    "held_on",
    "human_of",
    "location_policy",
    "managed_by",
    "nobody",
    "oneself",
    "organisation_policy",
    "path_can_be_shown_on",
    "path_runs",
    "people_in_admin_policy",
    "people_policy",
    "photo_policy",
    "role_holding_policy",
    "same_human",
    "team_policy",
]
