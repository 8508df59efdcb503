"""What the database itself refuses in the record, whoever asks: one line a named constraint."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Value

from assessments.services.ledger import triggers
from lms.models import (
    AddressProposal,
    ChangedDay,
    Customer,
    Departure,
    DutyHolding,
    Enrolment,
    EnrolmentRule,
    Extension,
    FailedTask,
    FormerAddress,
    Heartbeat,
    ImportedRow,
    ImportMapping,
    Invitation,
    Label,
    Leave,
    LessonCompletion,
    Location,
    LogEntry,
    MailTurnedOff,
    Membership,
    Milestone,
    Notice,
    Opening,
    Organisation,
    Parting,
    Path,
    PathVersion,
    Pause,
    PeopleImport,
    Reminder,
    Requirement,
    RoleHolding,
    RoleProfile,
    RoleProfileVersion,
    SamePerson,
    Skill,
    SkillGate,
    SkillVersion,
    Step,
    StepCompletion,
    TalkFact,
    TaskRun,
    Team,
    User,
    Waiver,
)
from tests.constraints import AT, BEFORE, DAY, Line, check, hold, once, without_a_line

pytestmark = pytest.mark.django_db

ONE, TWO = UUID(int=1), UUID(int=2)
EVE = DAY - timedelta(days=1)
TWO_ACCOUNTS = {"first_id": 1, "second_id": 2, "joined_by_id": 9}
SESSION = {"kind": "session", "start_day": 3, "due_day": 3}
EXAMPLE = {"kind": "example", "person_id": 1, "skill_id": 2}
RECALL = {"kind": "recall", "person_id": 1, "lesson_uid": ONE}
SHOW = {"gate": "show", "level": 3, "standard_uid": ONE}
TALK = {"gate": "talk", "person_id": 1, "skill_id": 2, "source": "enrolment:1"}
ENDED = {"status": "withdrawn", "ended_at": AT}
BACK = {"back_on": DAY, "returned_at": AT}
HOLDS = {"person_id": 1, "role_version_id": 5, "from_on": DAY, "until_on": None, "made_by_id": 2}
LEAVES = {"person_id": 1, "planned_by_id": 9, "reason": "Another company.", "started_on": DAY, "last_day": DAY}
GONE = {"ended_at": AT}
RETURNED = {"ended_at": AT, "returned_at": AT, "returned_by_id": 2}
TAKEN = {"status": "taken_back", "ended_at": AT, "taken_back_by_id": 3, "taken_back_reason": "The wrong person"}
RULE = {"path_id": 1, "team_id": 2, "switched_on_by_id": 3, "switched_on_at": BEFORE}
OFF = {"switched_off_at": AT, "switched_off_by_id": 4}
PLACE, JOB = {"team_id": None, "location_id": 5}, {"team_id": None, "job": "Consultant"}
GIVEN = {"person_id": 1, "duty": "auditor", "from_at": BEFORE, "given_by_id": 2, "reason": "Asked to."}
DONE = {"until_at": AT, "ended_by_id": 3, "ended_reason": "Moved on."}
MADE = GIVEN | {"duty": "administrator", "given_by_id": None}

FAILED = {"task": "a", "call": "[[],{}]", "since": AT, "failed_at": AT}
REMINDED = {"kind": "x", "person_id": 1, "about": ONE, "due_at": AT}
BROUGHT = {"content": None, "applied_at": AT, "applied_by_id": 2}

LINES = [
    # --- The log
    check("log_begins_with_1", LogEntry, {"number": 1}, {"number": 0}),
    once("log_says_it_once", LogEntry, {"kind": "grant", "about": ONE}, {"kind": "grant ended"}, {"about": TWO}),
    # --- Skills, roles and paths, as compiled
    check("skill_family_known", Skill, {"family": "Soft"}, {"family": "Magic"}, {"family": ""}),
    once("skill_slug_once", Skill, {"slug": "a", "archived_at": AT}, {"slug": "b"}, again={"archived_at": None}),
    once("role_slug_once_on_the_site", RoleProfile, {"slug": "a"}, {"slug": "b"}, {"archived_at": AT}),
    once("path_slug_once_on_the_site", Path, {"slug": "a"}, {"slug": "b"}, {"archived_at": AT}),
    once("skill_version_number_once", SkillVersion, {"skill_id": 1, "number": 2}, {"skill_id": 3}, {"number": 3}),
    once(
        "role_version_number_once", RoleProfileVersion, {"profile_id": 1, "number": 2}, {"profile_id": 3}, {"number": 3}
    ),
    check(
        "role_threshold_is_share", RoleProfileVersion, {"threshold": 1}, {"threshold": "1.01"}, {"threshold": "-0.01"}
    ),
    once("requirement_skill_once", Requirement, {"version_id": 1, "skill_id": 2}, {"version_id": 3}, {"skill_id": 3}),
    check("requirement_level_1_to_5", Requirement, {"level": 1}, {"level": 0}, {"level": 6}, takes=[{"level": 5}]),
    check("requirement_weighs_something", Requirement, {"weight": 1}, {"weight": 0}),
    check(
        "requirement_standard_only_if_critical",
        Requirement,
        {"standard_uid": ONE, "critical": True},
        {"critical": False},
        takes=[{"standard_uid": None}, {"standard_uid": None, "critical": False}],
    ),
    once("path_version_number_once", PathVersion, {"path_id": 1, "number": 2}, {"path_id": 3}, {"number": 3}),
    once("milestone_uid_once", Milestone, {"version_id": 1, "uid": ONE}, {"version_id": 2}, {"uid": TWO}),
    once("step_uid_once", Step, {"version_id": 1, "uid": ONE} | SESSION, {"version_id": 2}, {"uid": TWO}),
    check("step_starts_before_due", Step, SESSION, {"start_day": 4}, takes=[{"start_day": 2}]),
    check("step_kind_known", Step, SESSION | {"content_uid": ONE}, {"kind": "quiz"}, takes=[{"kind": "external"}]),
    check(
        "step_has_content",
        Step,
        SESSION,
        {"kind": "course"},
        {"kind": "demonstration"},
        takes=[{"kind": "commitment"}, {"kind": "course", "content_uid": ONE}],
    ),
    # --- People from files
    once("import_mapping_name_once", ImportMapping, {"name": "HR list"}, {"name": "HR"}, again={"name": "hr LIST"}),
    check("import_mapping_has_a_name", ImportMapping, {"name": "HR list"}, {"name": ""}),
    check("import_mapping_order_known", ImportMapping, {"name": "HR"}, {"order": "ymd"}, takes=[{"order": "dmy"}]),
    check("people_import_order_known", PeopleImport, {"order": ""}, {"order": "ymd"}, takes=[{"order": "mdy"}]),
    check(
        "people_import_leave_known", PeopleImport, {"leave": "stated"}, {"leave": "all"}, takes=[{"leave": "missing"}]
    ),
    check(
        "people_import_applied_by_somebody",
        PeopleImport,
        BROUGHT,
        {"applied_by_id": None},
        {"applied_at": None},
        {"content": b"people"},
        takes=[{"applied_at": None, "applied_by_id": None, "content": b"people"}],
    ),
    check(
        "people_import_taken_back_after_applied",
        PeopleImport,
        BROUGHT | {"taken_back_at": AT, "taken_back_by_id": 3},
        {"taken_back_at": BEFORE},
        {"taken_back_by_id": None},
        {"taken_back_at": None},
        takes=[{"taken_back_at": None, "taken_back_by_id": None}],
    ),
    check("imported_row_kind_known", ImportedRow, {"kind": "new"}, {"kind": "gone"}, takes=[{"kind": "managed"}]),
    once(
        "imported_row_once_a_person",
        ImportedRow,
        {"of_id": 1, "person_id": 2, "kind": "new"},
        {"of_id": 3},
        {"person_id": 4},
        {"kind": "manages"},
        again={"kind": "leaving"},
    ),
    check(
        "address_proposal_lower_case",
        AddressProposal,
        {"email": Value("a@b.c")},
        {"email": Value("A@b.c")},
        {"email": Value(" a@b.c")},
    ),
    once(
        "address_proposed_once",
        AddressProposal,
        {"person_id": 1, "email": "a@b.c"},
        {"person_id": 2},
        {"email": "b@b.c"},
    ),
    check(
        "address_proposal_declined_by_somebody",
        AddressProposal,
        {"email": "a@b.c", "proposed_at": AT, "declined_at": AT, "declined_by_id": 2},
        {"declined_at": BEFORE},
        {"declined_by_id": None},
        {"declined_at": None},
        takes=[{"declined_at": None, "declined_by_id": None}],
    ),
    check(
        "invitation_sent_when_due",
        Invitation,
        {"due_at": AT, "sent_at": AT},
        {"sent_at": BEFORE},
        takes=[{"sent_at": None}],
    ),
    # --- Duties
    check("duty_known", DutyHolding, GIVEN, {"duty": "king"}, {"duty": ""}, takes=[{"duty": "administrator"}]),
    once("duty_open_once", DutyHolding, GIVEN, {"person_id": 4}, {"duty": "author"}, DONE, again={"given_by_id": 5}),
    check(
        "duty_ends_after_it_begins",
        DutyHolding,
        GIVEN | DONE,
        {"until_at": BEFORE},
        {"until_at": BEFORE - timedelta(hours=1)},
        takes=[{"until_at": BEFORE + timedelta(microseconds=1)}],
    ),
    check("duty_given_with_a_reason", DutyHolding, GIVEN, {"reason": ""}),
    check(
        "duty_ended_by_somebody_with_a_reason",
        DutyHolding,
        GIVEN | DONE,
        {"ended_by_id": None},
        {"ended_reason": ""},
        {"until_at": None},
        {"until_at": None, "ended_by_id": None},
        {"until_at": None, "ended_reason": ""},
        takes=[{"until_at": None, "ended_by_id": None, "ended_reason": ""}],
    ),
    check("duty_not_given_to_oneself", DutyHolding, GIVEN, {"given_by_id": 1}),
    check("duty_not_ended_by_oneself", DutyHolding, GIVEN | DONE, {"ended_by_id": 1}),
    check(
        "duty_given_by_somebody",
        DutyHolding,
        MADE,
        {"duty": "learning"},
        {"duty": "auditor"},
        takes=[{"duty": "learning", "given_by_id": 2}],
    ),
    once(
        "duty_one_administrator_of_the_machine",
        DutyHolding,
        MADE,
        {"person_id": 4, "given_by_id": 2},
        {"person_id": 4} | DONE,
        again={"person_id": 4},
    ),
    # --- Enrolments, and what was done
    once(
        "enrolment_open_once_per_path",
        Enrolment,
        {"person_id": 1, "path_id": 2},
        {"person_id": 3},
        {"path_id": 3},
        ENDED,
        again={"status": "paused"},
    ),
    check(
        "enrolment_ended_at_a_moment",
        Enrolment,
        {},
        {"ended_at": AT},
        {"status": "paused", "ended_at": AT},
        {"status": "withdrawn"},
        {"status": "completed"},
        {"status": "gone"},
        takes=[ENDED, ENDED | {"status": "completed"}, {"status": "paused"}, TAKEN],
    ),
    check(
        "enrolment_taken_back_by_somebody_with_a_reason",
        Enrolment,
        TAKEN,
        {"taken_back_by_id": None},
        {"taken_back_reason": ""},
        {"status": "withdrawn"},
        {"status": "completed", "taken_back_by_id": None},
        takes=[ENDED | {"taken_back_by_id": None, "taken_back_reason": ""}],
    ),
    check(
        "enrolment_leads_to_a_role_when_completed",
        Enrolment,
        ENDED | {"status": "completed", "role_holding_id": 7},
        {"status": "withdrawn"},
        {"status": "active", "ended_at": None},
        takes=[{"role_holding_id": None}],
    ),
    once(
        "enrolment_once_by_its_rule",
        Enrolment,
        {"rule_id": 1, "person_id": 2, "path_id": 3} | ENDED,
        {"rule_id": 4},
        {"person_id": 5},
        {"rule_id": None},
        again={"path_id": 6},
    ),
    check(
        "enrolment_rule_for_one_group",
        EnrolmentRule,
        RULE,
        {"team_id": None},
        {"location_id": 5},
        {"job": "Consultant"},
        PLACE | {"job": "Consultant"},
        takes=[PLACE, JOB],
    ),
    check("enrolment_rule_begins_within_a_year", EnrolmentRule, RULE, {"days_after": 366}, takes=[{"days_after": 365}]),
    check(
        "enrolment_rule_switched_off_by_somebody",
        EnrolmentRule,
        RULE | OFF,
        {"switched_off_by_id": None},
        {"switched_off_at": None},
        {"switched_off_at": BEFORE},
        takes=[{"switched_off_at": None, "switched_off_by_id": None}],
    ),
    once("enrolment_rule_on_once_for_a_team", EnrolmentRule, RULE, {"path_id": 9}, {"team_id": 9}, OFF, PLACE),
    once("enrolment_rule_on_once_for_a_location", EnrolmentRule, RULE | PLACE, {"path_id": 9}, {"location_id": 9}, OFF),
    once(
        "enrolment_rule_on_once_for_a_job",
        EnrolmentRule,
        RULE | JOB,
        {"path_id": 9},
        {"job": "Manager"},
        OFF,
        again={"job": "CONSULTANT"},
    ),
    once("pause_open_once", Pause, {"enrolment_id": 1}, {"enrolment_id": 2}, {"until_on": DAY}, {"leave_id": 3}),
    once(
        "pause_once_a_leave",
        Pause,
        {"enrolment_id": 1, "leave_id": 1},
        {"enrolment_id": 2},
        {"leave_id": 2},
        again={"until_on": DAY},
    ),
    once("role_holding_open_once", RoleHolding, HOLDS, {"person_id": 9}, {"role_version_id": 6}, {"until_on": DAY}),
    check("role_holding_ends_after_start", RoleHolding, HOLDS, {"until_on": EVE}, takes=[{"until_on": DAY}]),
    check("role_holding_not_by_oneself", RoleHolding, HOLDS, {"made_by_id": 1}),
    once("leave_open_once", Leave, {"person_id": 1}, {"person_id": 2}, BACK),
    check("leave_ends_after_start", Leave, {"until_on": DAY}, {"until_on": EVE}, takes=[{"until_on": None}]),
    check("leave_back_after_start", Leave, BACK, {"back_on": EVE}, takes=[{"back_on": None, "returned_at": None}]),
    check(
        "leave_return_written_down_at_a_moment",
        Leave,
        BACK,
        {"returned_at": None},
        {"back_on": None},
        takes=[{"back_on": None, "returned_at": None}],
    ),
    once("departure_open_once", Departure, LEAVES, {"person_id": 2}, RETURNED),
    check("departure_not_by_oneself", Departure, LEAVES, {"planned_by_id": 1}),
    check("departure_has_a_reason", Departure, LEAVES, {"reason": ""}),
    check("same_person_is_two_accounts_in_order", SamePerson, TWO_ACCOUNTS, {"second_id": 1}, {"first_id": 3}),
    once("same_person_once_a_pair", SamePerson, TWO_ACCOUNTS, {"second_id": 3}, {"number": 2}),
    check("same_person_not_by_oneself", SamePerson, TWO_ACCOUNTS, {"joined_by_id": 1}, {"joined_by_id": 2}),
    check("same_person_has_a_reason", SamePerson, TWO_ACCOUNTS, {"reason": ""}),
    check("parting_has_a_reason", Parting, {}, {"reason": ""}),
    check("departure_planned_for_a_day", Departure, LEAVES, {"last_day": None}, takes=[{"last_day": None, **GONE}]),
    check(
        "departure_after_the_first_day",
        Departure,
        LEAVES,
        {"last_day": EVE},
        takes=[{"last_day": EVE, "started_on": None}, {"last_day": None, **GONE}],
    ),
    check(
        "departure_returned_after_it_ended",
        Departure,
        LEAVES | RETURNED,
        {"returned_at": BEFORE},
        {"returned_by_id": None},
        {"returned_at": None},
        takes=[{"returned_at": None, "returned_by_id": None}],
    ),
    check("pause_ends_after_start", Pause, {"until_on": DAY}, {"until_on": EVE}, takes=[{"until_on": None}]),
    once(
        "lesson_completed_once",
        LessonCompletion,
        {"person_id": 1, "lesson_uid": ONE},
        {"person_id": 2},
        {"lesson_uid": TWO},
    ),
    once("step_completed_once", StepCompletion, {"enrolment_id": 1, "step_id": 2}, {"enrolment_id": 3}, {"step_id": 3}),
    check(
        "talk_fact_is_example_or_recall",
        TalkFact,
        EXAMPLE,
        {"kind": "rumour"},
        {"skill_id": None},
        {"lesson_uid": ONE},
        {"ended_at": AT},
        RECALL,
        RECALL | {"skill_id": None, "lesson_uid": None},
        takes=[RECALL | {"skill_id": None}, RECALL | {"skill_id": None, "ended_at": AT}],
    ),
    once("talk_example_once_per_skill", TalkFact, EXAMPLE, {"person_id": 3}, {"skill_id": 3}),
    once("talk_recall_open_once_per_lesson", TalkFact, RECALL, {"person_id": 3}, {"lesson_uid": TWO}, {"ended_at": AT}),
    check("talk_fact_ends_after_start", TalkFact, RECALL | {"ended_at": AT}, {"ended_at": BEFORE}),
    once("waiver_once", Waiver, {"enrolment_id": 1, "step_id": 2}, {"enrolment_id": 3}, {"step_id": 3}),
    check("waiver_needs_reason", Waiver, {}, {"reason": ""}),
    once("opening_once", Opening, {"enrolment_id": 1, "step_id": 2}, {"enrolment_id": 3}, {"step_id": 3}),
    check("opening_needs_reason", Opening, {}, {"reason": ""}),
    check("extension_needs_reason", Extension, {}, {"reason": ""}),
    once(
        "skill_gate_once_per_source",
        SkillGate,
        TALK,
        {"person_id": 3},
        {"skill_id": 3},
        {"gate": "try"},
        {"source": "e:2"},
    ),
    check(
        "skill_gate_level_only_for_show",
        SkillGate,
        SHOW,
        {"level": 0},
        {"level": 6},
        {"level": None},
        {"standard_uid": None},
        {"gate": "do"},
        {"gate": "do", "level": None},
        {"gate": "do", "standard_uid": None},
        {"gate": "sing", "level": None, "standard_uid": None},
        takes=[{"level": 1}, {"level": 5}, {"gate": "do", "level": None, "standard_uid": None}],
    ),
    once("label_once_per_locale", Label, {"uid": ONE, "locale": "en"}, {"uid": TWO}, {"locale": "da"}),
    # --- People, teams and customers
    check("organisation_is_one", Organisation, {"id": 1}, {"id": 2}),
    check(
        "user_email_lower_case",
        User,
        {"email": Value("a.name@example.com")},
        {"email": Value("A.name@example.com")},
        {"email": Value("a.name@Example.com")},
        {"email": Value(" a.name@example.com")},
        {"email": Value("a.name@example.com ")},
    ),
    check(
        "former_address_lower_case",
        FormerAddress,
        {"email": Value("a.name@example.com")},
        {"email": Value("A.name@example.com")},
        {"email": Value(" a.name@example.com")},
    ),
    once(
        "user_email_once_in_any_case",
        User,
        {"email": "a@example.com"},
        {"email": "b@example.com"},
        again={"email": "A@Example.com"},
    ),
    once(
        "user_employee_number_once", User, {"employee_number": "7"}, {"employee_number": "8"}, {"employee_number": ""}
    ),
    check(
        "user_inactive_since_a_moment",
        User,
        {},
        {"is_active": False},
        {"deactivated_at": AT},
        takes=[{"is_active": False, "deactivated_at": AT}],
    ),
    check(
        "user_leaves_after_starting",
        User,
        {"started_on": DAY, "left_on": DAY},
        {"left_on": EVE},
        takes=[{"left_on": None}, {"started_on": None}],
    ),
    once("location_one_is_main", Location, {"is_main": True}, {"is_main": False}),
    check(
        "location_region_of_a_country",
        Location,
        {"country": "DE", "region": "BY"},
        {"country": ""},
        takes=[{"region": ""}, {"country": "", "region": ""}],
    ),
    once("changed_day_once", ChangedDay, {"location_id": 1, "on": DAY}, {"location_id": 2}, {"on": EVE}),
    check("team_not_its_own_parent", Team, {"id": 7, "parent_id": 8}, {"parent_id": 7}, takes=[{"parent_id": None}]),
    once(
        "membership_open_once",
        Membership,
        {"person_id": 1, "team_id": 2, "role": "manager"},
        {"person_id": 3},
        {"team_id": 3},
        {"role": "member"},
        {"until_on": DAY},
    ),
    once(
        "membership_one_team_at_a_time",
        Membership,
        {"person_id": 1, "role": "member", "until_on": None},
        {"until_on": DAY},
        {"role": "manager"},
        {"person_id": 2},
    ),
    check(
        "membership_acting_manager_has_an_end",
        Membership,
        {"person_id": 1, "acting_for_id": 2, "role": "manager", "until_on": DAY},
        {"until_on": None},
        {"role": "member"},
        takes=[{"acting_for_id": None, "until_on": None}],
    ),
    check(
        "membership_not_acting_for_oneself",
        Membership,
        {"person_id": 1, "acting_for_id": 2, "role": "manager", "until_on": DAY},
        {"acting_for_id": 1},
    ),
    check("membership_ends_after_start", Membership, {"until_on": DAY}, {"until_on": EVE}, takes=[{"until_on": None}]),
    # --- What people are told
    check("notice_has_kind", Notice, {"kind": "x", "person_id": 1, "created_at": AT, "mail_at": AT}, {"kind": ""}),
    check(
        "notice_mail_after_notice",
        Notice,
        {"kind": "x", "person_id": 1, "created_at": AT, "mail_at": AT},
        {"mail_at": BEFORE},
    ),
    check("mail_turned_off_has_kind", MailTurnedOff, {"kind": "x", "person_id": 1}, {"kind": ""}),
    once("mail_turned_off_once", MailTurnedOff, {"kind": "x", "person_id": 1}, {"kind": "y"}, {"person_id": 2}),
    check("reminder_has_kind", Reminder, REMINDED, {"kind": ""}),
    check("reminder_done_when_due", Reminder, REMINDED, {"done_at": BEFORE}, takes=[{"done_at": AT}]),
    once(
        "reminder_once",
        Reminder,
        REMINDED,
        {"kind": "y"},
        {"person_id": 2},
        {"about": TWO},
        {"due_at": BEFORE},
    ),
    # --- Work that nobody sees
    once("heartbeat_once", Heartbeat, {"name": "worker"}, {"name": "schedule"}),
    check("heartbeat_of_a_program", Heartbeat, {"name": "worker"}, {"name": "web"}, takes=[{"name": "schedule"}]),
    once("task_run_once", TaskRun, {"task": "a"}, {"task": "b"}),
    once(
        "failed_task_open_once",
        FailedTask,
        FAILED | {"done_at": None},
        {"call": "[[1],{}]"},
        {"task": "b"},
        {"done_at": AT},
    ),
    check("failed_task_failed", FailedTask, FAILED | {"times": 1}, {"times": 0}),
    check("failed_task_since_it_first_failed", FailedTask, FAILED, {"since": AT + timedelta(seconds=1)}),
    check("customer_decision_known", Customer, {"decision": "part"}, {"decision": "wait"}, {"decision": ""}),
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_the_database_itself_refuses(line: Line) -> None:
    if line.model in triggers.MODELS:
        triggers.remove(connection)  # on SQLite they would speak before the constraint; taken back with all else here
    hold(line)


def test_every_constraint_has_its_line() -> None:
    assert without_a_line("lms", LINES) == set()
