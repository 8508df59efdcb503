"""The front door of judging in Python. Never HTTP."""

from assessments.models import Case, Evidence, Observation, Request, SignOffEvent, StandardVersion
from assessments.policies import case_policy, request_policy, signoff_policy
from assessments.services.cases import (
    CaseFinding,
    answer_request,
    case_for,
    examine_cases,
    lapse_requests,
    may_read_observations,
    read_observations,
    refresh_case,
    request_observation,
    withdraw_request,
)
from assessments.services.decisions import (
    Entrust,
    NotYet,
    claim_case,
    decide,
    decision_flags,
    demonstration_unlock,
    return_case,
)
from assessments.services.evidence import add_evidence, content_hash, withdraw_evidence
from assessments.services.observations import open_seal, record_observation, write_down
from assessments.services.readiness import (
    BUCKETS,
    Holder,
    PersonReadiness,
    Role,
    readiness_of,
    role_of,
    team_enrolments,
)
from assessments.services.signoffs import Standing, countersign, revoke, standings_on
from assessments.services.versions import (
    publish_calibration,
    publish_recalls,
    publish_scenario,
    publish_standard,
)

__all__ = [
    "BUCKETS",
    "Case",
    "CaseFinding",
    "Entrust",
    "Evidence",
    "Holder",
    "NotYet",
    "Observation",
    "PersonReadiness",
    "Request",
    "Role",
    "SignOffEvent",
    "StandardVersion",
    "Standing",
    "add_evidence",
    "answer_request",
    "case_for",
    "case_policy",
    "claim_case",
    "content_hash",
    "countersign",
    "decide",
    "decision_flags",
    "demonstration_unlock",
    "examine_cases",
    "lapse_requests",
    "may_read_observations",
    "open_seal",
    "publish_calibration",
    "publish_recalls",
    "publish_scenario",
    "publish_standard",
    "read_observations",
    "readiness_of",
    "record_observation",
    "refresh_case",
    "request_observation",
    "request_policy",
    "return_case",
    "revoke",
    "role_of",
    "signoff_policy",
    "standings_on",
    "team_enrolments",
    "withdraw_evidence",
    "withdraw_request",
    "write_down",
]
