"""The front door of judging in Python. Never HTTP."""

# --- Rows: for types and keys; only judging asks for them and writes them
from assessments.models import (
    Attempt,
    CalibrationAttempt,
    CalibrationVersion,
    Case,
    ErasureRequest,
    Evidence,
    HeldBefore,
    Observation,
    ObservationIndicator,
    ObservationSkill,
    Request,
    ScenarioVersion,
    SignOffEvent,
    StandardVersion,
)

# isort: split

# --- Practice, recall, calibration; standards, and what publishing hands to judging
from assessments.policies import attempt_policy, case_policy, request_policy, signoff_policy, waiting_countersign
from assessments.services.cases.standards import (
    Occasion,
    RoleRequirements,
    SkillPart,
    Watcher,
    occasions_for,
    parts_of,
    role_of,
    watchers_for,
)
from assessments.services.practice.calibration import (
    Calibration,
    Rated,
    calibration_of,
    register_authorship,
    result_of,
    take_calibration,
)
from assessments.services.practice.moments import AttemptMoment, moment_of
from assessments.services.practice.play import (
    Practice,
    attempts_of,
    choose_in_attempt,
    delete_attempt,
    mark_response,
    practice_of,
    start_attempt,
    try_facts,
    write_response,
)
from assessments.services.practice.recall import (
    RecallQuestion,
    Told,
    answer_recall,
    due_cards,
    next_due_on,
    question_of,
    questions_of,
    recall_context,
)
from assessments.services.versions import publish_calibration, publish_recalls, publish_scenario, publish_standard

# isort: split

# --- Cases: requests, observations, evidence
from assessments.services.cases.case import (
    asked_or_seen_by,
    case_for,
    latest_case,
    latest_standard,
    may_read_observations,
    read_observations,
    refresh_case,
    undecided_cases,
)
from assessments.services.cases.evidence import MAX_BYTES, add_evidence, content_hash, pieces_of, withdraw_evidence
from assessments.services.cases.examining import CaseFinding, examine_cases
from assessments.services.cases.leaving import (
    OpenWork,
    close_accounts_due,
    did_not_come,
    end_person,
    open_work_of,
    register_reviews,
)
from assessments.services.cases.observations import observation_digest, open_seal, record_observation, write_down
from assessments.services.cases.reading import (
    Decided,
    MyCase,
    SeenOnce,
    file_of,
    flags_in_words,
    has_read,
    my_cases,
    observations_for,
    open_case,
    rating_of,
    read_events,
    satisfying_set,
    step_of,
    verdicts_of,
    with_words,
)
from assessments.services.cases.requests import (
    answer_request,
    lapse_requests,
    request_observation,
    take_over_request,
    vouched_for,
    withdraw_request,
)
from assessments.services.cases.taking_back import give_back_path, open_on_path, take_back_path
from assessments.services.cases.waiting import countersigns_of

# isort: split

# --- Deciding
from assessments.services.cases.decisions import Entrust, NotYet, Verdict, claim_case, decide_case, return_case
from assessments.services.cases.renewing import Renewal, renewals_of_case
from assessments.services.cases.shown import decision_at, decision_shown, encounter_at, encounter_shown

# isort: split

# --- What people held before
from assessments.errors import RowsRefused
from assessments.policies import held_before_policy
from assessments.services.ledger.held_before import (
    AT_ONCE,
    Attest,
    SkillToAttest,
    another_can_confirm,
    confirm_held_before,
    held_before_entries,
    record_held_before,
    refuse_held_before,
    skills_to_attest,
)
from assessments.services.ledger.held_before_files import record_held_before_file

# isort: split

# --- Accounts of one human
from assessments.services.cases.joining import (
    JoiningLook,
    accounts_to_join,
    join_accounts,
    look_at_joining,
    part_accounts,
)

# isort: split

# --- The ledger, and its verification
from assessments.services.audit.anchors import read_anchors
from assessments.services.audit.nightly import health as ledger_health
from assessments.services.audit.nightly import verify_nightly
from assessments.services.audit.receipts import mail_receipts
from assessments.services.audit.verify import VerificationReport, verify_ledger
from assessments.services.ledger.erasing import answer_erasure, ask_erasure, erasures_of, texts_about, waiting_erasure
from assessments.services.ledger.signoffs import (
    SignOffStanding,
    countersign,
    revoke_signoff,
    signers_of,
    signoff_shown,
    standings_on,
)
from assessments.services.ledger.triggers import GUARDED
from assessments.services.ledger.triggers import TEXTS as ERASED_WITH_LEAVE
from assessments.services.ledger.verdicts import Answered, answers_on, newest_verdict, verdicts_of_people

# isort: split

# --- Standing: readiness, the queue, the team, what next
from assessments.services.standing.again import remind_who_is_seen_again
from assessments.services.standing.case_progress import Progressing
from assessments.services.standing.ending import remind_of_endings
from assessments.services.standing.holders import Holder
from assessments.services.standing.invoice import Invoice, invoice_of, moves_of, titles_in, words_on
from assessments.services.standing.moves import Move, Moves
from assessments.services.standing.person_record import PersonRecord, record_of
from assessments.services.standing.queue import PagedQueue, Queue, queue_of, shown_of
from assessments.services.standing.readiness import (
    BUCKETS,
    PersonReadiness,
    readiness_of,
    readiness_on,
    team_enrolments,
)
from assessments.services.standing.ready import end_what_lapsed, ready_on, ready_since
from assessments.services.standing.rebuild import rebuild_gates
from assessments.services.standing.role_holdings import (
    HeldRole,
    held_roles,
    role_held_by,
    roles_held_in_team,
    share_held_before,
)
from assessments.services.standing.team import (
    SORTS,
    TeamRow,
    chosen_for_team,
    counts_of,
    grids_of,
    held_line,
    table_of,
    team_in_order,
    team_of,
)
from assessments.services.standing.team_facts import TeamFacts, waiting_on_paths
from assessments.services.standing.words import line_of

__all__ = [
    # Rows: for types and keys; only judging asks for them and writes them
    "Attempt",
    "CalibrationAttempt",
    "CalibrationVersion",
    "Case",
    "ErasureRequest",
    "Evidence",
    "HeldBefore",
    "Observation",
    "ObservationIndicator",
    "ObservationSkill",
    "Request",
    "ScenarioVersion",
    "SignOffEvent",
    "StandardVersion",
    # Practice, recall, calibration; standards, and what publishing hands to judging
    "AttemptMoment",
    "Calibration",
    "Occasion",
    "Practice",
    "Rated",
    "RecallQuestion",
    "RoleRequirements",
    "SkillPart",
    "Told",
    "Watcher",
    "answer_recall",
    "attempt_policy",
    "attempts_of",
    "calibration_of",
    "case_policy",
    "choose_in_attempt",
    "delete_attempt",
    "due_cards",
    "mark_response",
    "moment_of",
    "next_due_on",
    "occasions_for",
    "parts_of",
    "practice_of",
    "publish_calibration",
    "publish_recalls",
    "publish_scenario",
    "publish_standard",
    "question_of",
    "questions_of",
    "recall_context",
    "register_authorship",
    "request_policy",
    "result_of",
    "role_of",
    "signoff_policy",
    "start_attempt",
    "take_calibration",
    "try_facts",
    "waiting_countersign",
    "watchers_for",
    "write_response",
    # Cases: requests, observations, evidence
    "CaseFinding",
    "Decided",
    "MAX_BYTES",
    "MyCase",
    "OpenWork",
    "SeenOnce",
    "add_evidence",
    "answer_request",
    "asked_or_seen_by",
    "case_for",
    "close_accounts_due",
    "content_hash",
    "countersigns_of",
    "did_not_come",
    "end_person",
    "examine_cases",
    "file_of",
    "flags_in_words",
    "give_back_path",
    "has_read",
    "lapse_requests",
    "latest_case",
    "latest_standard",
    "may_read_observations",
    "my_cases",
    "observation_digest",
    "observations_for",
    "open_case",
    "open_on_path",
    "open_seal",
    "open_work_of",
    "pieces_of",
    "rating_of",
    "read_events",
    "read_observations",
    "record_observation",
    "refresh_case",
    "register_reviews",
    "request_observation",
    "satisfying_set",
    "step_of",
    "take_back_path",
    "take_over_request",
    "undecided_cases",
    "verdicts_of",
    "vouched_for",
    "with_words",
    "withdraw_evidence",
    "withdraw_request",
    "write_down",
    # Deciding
    "Entrust",
    "NotYet",
    "Renewal",
    "Verdict",
    "claim_case",
    "decide_case",
    "decision_at",
    "decision_shown",
    "encounter_at",
    "encounter_shown",
    "renewals_of_case",
    "return_case",
    # What people held before
    "AT_ONCE",
    "Attest",
    "RowsRefused",
    "SkillToAttest",
    "another_can_confirm",
    "confirm_held_before",
    "held_before_entries",
    "held_before_policy",
    "record_held_before",
    "record_held_before_file",
    "refuse_held_before",
    "skills_to_attest",
    # Accounts of one human
    "JoiningLook",
    "accounts_to_join",
    "join_accounts",
    "look_at_joining",
    "part_accounts",
    # The ledger, and its verification
    "Answered",
    "ERASED_WITH_LEAVE",
    "GUARDED",
    "SignOffStanding",
    "VerificationReport",
    "answer_erasure",
    "answers_on",
    "ask_erasure",
    "countersign",
    "erasures_of",
    "ledger_health",
    "mail_receipts",
    "newest_verdict",
    "read_anchors",
    "revoke_signoff",
    "signers_of",
    "signoff_shown",
    "standings_on",
    "texts_about",
    "verdicts_of_people",
    "verify_ledger",
    "verify_nightly",
    "waiting_erasure",
    # Standing: readiness, the queue, the team, what next
    "BUCKETS",
    "HeldRole",
    "Holder",
    "Invoice",
    "Move",
    "Moves",
    "PagedQueue",
    "PersonReadiness",
    "PersonRecord",
    "Progressing",
    "Queue",
    "SORTS",
    "TeamFacts",
    "TeamRow",
    "chosen_for_team",
    "counts_of",
    "end_what_lapsed",
    "grids_of",
    "held_line",
    "held_roles",
    "invoice_of",
    "line_of",
    "moves_of",
    "queue_of",
    "readiness_of",
    "readiness_on",
    "ready_on",
    "ready_since",
    "rebuild_gates",
    "record_of",
    "remind_of_endings",
    "remind_who_is_seen_again",
    "role_held_by",
    "roles_held_in_team",
    "share_held_before",
    "shown_of",
    "table_of",
    "team_enrolments",
    "team_in_order",
    "team_of",
    "titles_in",
    "waiting_on_paths",
    "words_on",
]
