"""The front door of the learning record. Other apps come in here, and by ``rules`` and ``errors``."""

# --- Rows: for types and keys; only the record asks for them and writes them
from lms.models import (
    Act,
    Cohort,
    Customer,
    Departure,
    DutyHolding,
    Enrolment,
    EnrolmentRule,
    Family,
    FormerAddress,
    Label,
    Leave,
    LessonCompletion,
    Location,
    LogEntry,
    MailTurnedOff,
    ManyLines,
    Membership,
    Milestone,
    Notice,
    OneLine,
    Opening,
    Organisation,
    OutgoingMail,
    Parting,
    Path,
    PathVersion,
    Pause,
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
    StepKind,
    TalkFact,
    Team,
    User,
    Waiver,
)

# isort: split

# --- Who may do what, and who has which duty
from lms.policies import (
    RowPolicy,
    enrolment_policy,
    everybody,
    held_on,
    managed_by,
    nobody,
    path_can_be_shown_on,
    path_runs,
    people_in_admin_policy,
    people_policy,
    role_holding_policy,
)
from lms.policies.duties import (
    administrators,
    duty_holders,
    has_duty,
    is_administrator,
    is_learning_administrator,
    learning_administrators,
    open_holdings,
)
from lms.policies.people import current_memberships, managed_teams
from lms.rules.duties import ADMINISTRATOR, AUDITORS, AUTHORS, GROUPS, LEARNING_ADMINISTRATORS, SPONSORS
from lms.services.platform.duties import (
    duties_that_end,
    duty_history,
    end_duty,
    finish_duty,
    give_duty,
    had_duty,
    held_at,
    holding_of,
    make_administrator,
    not_written_through,
    record_duty,
    write_through,
)

# isort: split

# --- People, their addresses, accounts and language; customers
from lms.services.platform.accounts import keep_passphrase, remove_second_factor
from lms.services.platform.address_change import KEEP, REMOVE, change_address, who_helps
from lms.services.platform.addresses import addresses_of, usable_address
from lms.services.platform.customers import customers_by_slug, open_customers, set_customer
from lms.services.platform.language import choose_language, in_language_of, language_of, said_in
from lms.services.platform.names import sort_names, unsorted_names
from lms.services.platform.people import (
    active_people,
    gone_with_address,
    invite_person,
    lock_person,
    move_to_location,
    named_like,
    people_here,
    people_to_choose,
    people_with_ids,
    resend_invitation,
    send_invitation,
)
from lms.services.platform.privacy import personal_lines, register_personal
from lms.services.platform.short_names import name_taken

# isort: split

# --- The life of a person: who is here, away, leaving or back; the list of people
from lms.services.platform.around import people_around, register_helpers
from lms.services.platform.facts_of_people import FACTS, change_facts
from lms.services.platform.leaving import (
    call_off_leaving,
    check_leaving,
    departures_due,
    has_acted,
    lock_departure,
    plan_leaving,
    planned_departure,
    somebody_to_end,
)
from lms.services.platform.life import person_with_leave, standing_of
from lms.services.platform.people_list import (
    MANAGES,
    NAME,
    NEWEST,
    PeopleWanted,
    count_states,
    on_a_path,
    people_by_number_or_address,
    people_here_on,
    people_wanted,
    teams_and_duties,
)
from lms.services.platform.told import acts_about, notices_to
from lms.services.record.closing import bring_back, close_account, closed_today, undo_closing
from lms.services.record.leaves import (
    call_off_leave,
    change_leave,
    enter_return,
    leave_of,
    leaves_of,
    plan_leave,
    returned_today,
    undo_return,
)

# isort: split

# --- Accounts of one human
from lms.policies import human_of, oneself, same_human
from lms.services.platform.same_person import (
    accounts_of,
    are_one,
    humans_of,
    joinings_of,
    other_accounts_of_each,
    write_joinings,
    write_partings,
)

# isort: split

# --- Photos of people, and what everybody says of themselves
from lms.services.platform.own_facts import LONGEST_PREFERRED, LONGEST_PRONUNCIATION, change_own_facts
from lms.services.platform.photos import let_photo_go, photo_of, remove_own_photo, remove_photo, set_photo

# isort: split

# --- People from files
from lms.models import AddressProposal, ImportedRow, ImportMapping, Invitation, PeopleImport
from lms.services.platform.imports.applying import apply_import
from lms.services.platform.imports.back import TakenBack, may_be_taken_back, take_back_import
from lms.services.platform.imports.correcting import correct_rows, put_back_row, rows_shown
from lms.services.platform.imports.export import left_out_file, people_table
from lms.services.platform.imports.files import (
    choose_columns,
    forget_files,
    import_of,
    imports_so_far,
    kept_mappings,
    look_at_import,
    mapping_named,
    read_people_file,
)
from lms.services.platform.imports.invitations import (
    invite_imported,
    not_invited,
    register_invitation_link,
    send_invitations,
)
from lms.services.platform.imports.looking import FileChoices, FileLook, look_at
from lms.services.platform.imports.of_person import ImportOfPerson, imports_of_person
from lms.services.platform.imports.proposals import decline_address, open_proposals, proposed_address

# isort: split

# --- The organisation, where and when its people work
from lms.policies import location_policy, organisation_policy
from lms.services.platform.calendars import calendar_of, calendars, expiring_days
from lms.services.platform.organisation import (
    UNNAMED,
    change_day,
    change_location,
    change_organisation,
    locations,
    make_location,
    organisation,
    organisations_day,
    remove_location,
    set_up_organisation,
)

# isort: split

# --- Teams, and who manages whom
from lms.policies import team_policy
from lms.services.platform.managers import managers_above, managers_of, managers_of_each
from lms.services.platform.team_managers import (
    act_for_manager,
    end_manager,
    memberships_of_team,
    name_manager,
    teams_managed_by,
)
from lms.services.platform.team_members import (
    members_of,
    memberships_of_person,
    move_person,
    take_back_move,
    team_name_on,
    team_of,
)
from lms.services.platform.team_tree import TeamNode, closed_teams, open_teams, team_tree, teams_below
from lms.services.platform.teams import close_team, make_team, move_team, rename_team

# isort: split

# --- Acts, the record's log, and what pages ask
from lms.services.platform.acts import act, claim_key, claimed_at, content_now, is_claimed, replayed
from lms.services.platform.links import found_by_policy, is_of_paths, link_finders, register_links
from lms.services.platform.log import (
    SealedTable,
    lock_log,
    log_began_before,
    log_end,
    log_moved_row,
    log_row,
    recording,
    register_sealed,
    rotate_key,
    sealed_kinds,
)
from lms.services.platform.log_keys import KeyMissing, KeyRing, add_key, key_ring
from lms.services.platform.navigation import (
    Place,
    duties_now,
    duties_of,
    forget_duties,
    home_of,
    places,
    register_duty,
    register_place,
    surroundings_of,
)
from lms.services.platform.prepared import Prepared
from lms.services.platform.sealed import SEALED
from lms.services.platform.tables import Table, read_table

# isort: split

# --- Operations: whether it is well, and work that nobody sees
from lms.policies.operations import failed_task_policy, outgoing_mail_policy
from lms.services.platform.health.checks import examine
from lms.services.platform.health.finding import Check, HealthFinding, Looked, error_line, register_health
from lms.services.platform.unsent import UnsentMail, try_mail_again, unsent_mail
from lms.services.platform.work import (
    SCHEDULE,
    WORKER,
    LastRun,
    call_of,
    failed_work,
    known_work,
    last_runs,
    note_done,
    note_failed,
    note_life,
    register_sender,
    register_work,
    try_task_again,
)

# isort: split

# --- Telling people: notices, reminders, mail
from lms.rules.notice_kind import NoticeKind, all_kinds, register_notices
from lms.services.platform.notices import (
    MailChoice,
    News,
    Telling,
    choose_mail,
    mail_choices,
    notices_of,
    read_notices,
    tell,
    tell_each,
    unread_notices,
)
from lms.services.platform.outbox import (
    heads_with,
    mail_notices,
    queue_mail,
    receipt_of,
    register_wake_up,
    wake_the_worker,
)
from lms.services.platform.outbox import send_waiting as send_waiting_mail
from lms.services.platform.reminders import (
    PlannedReminder,
    call_off_reminders,
    plan_reminders,
    remind,
    say_reminders,
)

# isort: split

# --- Paths, steps and progress
from lms.services.record.enrolments import correct_first_day, enrol, requirements_of
from lms.services.record.facts import GateFact, facts_of, lock_learner, open_enrolments
from lms.services.record.pace import Settled, pauses_of, settled_steps
from lms.services.record.paths import (
    completed_path_of,
    enrolments_with_ids,
    newest_path_versions,
    newest_role_versions,
    open_paths,
    paths_to_be_seen_on,
    paths_to_roles,
    paths_with_a_coach,
    paths_with_step_to_do,
    requirements_in_force,
    running_paths,
    steps_of_versions,
)
from lms.services.record.progress import (
    DONE,
    LOCKED,
    OPEN,
    WAIVED,
    PathProgress,
    Reading,
    StepState,
    as_others_see,
    complete_lesson,
    find_step,
    lesson_step,
    paths_of,
    paths_to_show_on,
    progress_of,
    record_completion,
    require_open,
    seen_by_others,
    settled_of,
)
from lms.services.record.shown import steering_shown
from lms.services.record.so_far import RecordSoFar, anybody_enrolled, record_so_far
from lms.services.record.steering import (
    extend_step,
    follow_pauses,
    mark_external_done,
    open_step,
    pause_path,
    resume_path,
    waive_step,
)
from lms.services.record.structure import LessonInfo, MilestoneInfo, PathStructure, StepInfo, structure_of

# isort: split

# --- Enrolling many, rules that enrol, taking back; roles that are held
from lms.policies import enrolment_rule_policy
from lms.services.platform.groups import jobs_to_enrol_from, people_in, teams_to_enrol_from
from lms.services.record.completing import complete_paths_of, complete_what_is_done, register_path_ending
from lms.services.record.enrolment_rules import (
    RuleSpec,
    enrolled_by,
    enrolment_rules,
    in_group_before,
    joiners,
    keep_rule,
    rule_spec,
    rules_on,
    starts_by,
    switch_off_rule,
    tell_managers,
)
from lms.services.record.enrolments import Start, enrol_people, tell_enrolled, versions_to_enrol_on
from lms.services.record.first_days import days_that_move
from lms.services.record.holdings import (
    begin_role_holding,
    end_role_holding,
    holdings_on,
    holdings_seen_by,
    register_role_ending,
    roles_of_people,
    roles_over,
    with_role,
)
from lms.services.record.paths import enrolments_by_uid, last_on_path
from lms.services.record.standing_changes import register_standing_change, standing_changed
from lms.services.record.taking_back import can_be_given_back, end_path, give_path_back

# isort: split

# --- Gates, and what publishing hands to the record
from lms.services.record.gates import (
    GateValue,
    NewGate,
    close_gates,
    correct_gates,
    expired_gates,
    gates_of,
    kept_gates,
    open_gate,
    open_gates,
    people_vouched_for,
    signed_until,
    standings_of,
)
from lms.services.record.skills import skill_versions, skills_in_use, skills_named, skills_with_ids
from lms.services.record.talk import record_example, record_recall, refresh_talk, talk_facts
from lms.services.record.versions import (
    next_number,
    publish_path,
    publish_role_profile,
    publish_skill,
    require_own_parts,
    retire_content,
    set_labels,
    skill_ids,
    skill_version_now,
)
from lms.services.record.words import Word, Words, labels_of, skills_by_slug, words_of

__all__ = [
    # Rows: for types and keys; only the record asks for them and writes them
    "Act",
    "Cohort",
    "Customer",
    "Departure",
    "DutyHolding",
    "Enrolment",
    "EnrolmentRule",
    "Family",
    "FormerAddress",
    "Label",
    "Leave",
    "LessonCompletion",
    "Location",
    "LogEntry",
    "MailTurnedOff",
    "ManyLines",
    "Membership",
    "Milestone",
    "Notice",
    "OneLine",
    "Opening",
    "Organisation",
    "OutgoingMail",
    "Parting",
    "Path",
    "PathVersion",
    "Pause",
    "Reminder",
    "Requirement",
    "RoleHolding",
    "RoleProfile",
    "RoleProfileVersion",
    "SamePerson",
    "Skill",
    "SkillGate",
    "SkillVersion",
    "Step",
    "StepCompletion",
    "StepKind",
    "TalkFact",
    "Team",
    "User",
    "Waiver",
    # Who may do what, and who has which duty
    "ADMINISTRATOR",
    "AUDITORS",
    "AUTHORS",
    "GROUPS",
    "LEARNING_ADMINISTRATORS",
    "RowPolicy",
    "SPONSORS",
    "administrators",
    "current_memberships",
    "duties_that_end",
    "duty_history",
    "duty_holders",
    "end_duty",
    "enrolment_policy",
    "everybody",
    "finish_duty",
    "give_duty",
    "had_duty",
    "has_duty",
    "held_at",
    "held_on",
    "holding_of",
    "is_administrator",
    "is_learning_administrator",
    "learning_administrators",
    "make_administrator",
    "managed_by",
    "managed_teams",
    "nobody",
    "not_written_through",
    "open_holdings",
    "path_can_be_shown_on",
    "path_runs",
    "people_in_admin_policy",
    "people_policy",
    "record_duty",
    "role_holding_policy",
    "write_through",
    # People, their addresses, accounts and language; customers
    "KEEP",
    "REMOVE",
    "active_people",
    "addresses_of",
    "change_address",
    "choose_language",
    "customers_by_slug",
    "gone_with_address",
    "in_language_of",
    "invite_person",
    "keep_passphrase",
    "language_of",
    "lock_person",
    "move_to_location",
    "name_taken",
    "named_like",
    "open_customers",
    "people_here",
    "people_to_choose",
    "people_with_ids",
    "personal_lines",
    "register_personal",
    "remove_second_factor",
    "resend_invitation",
    "said_in",
    "send_invitation",
    "set_customer",
    "sort_names",
    "unsorted_names",
    "usable_address",
    "who_helps",
    # The life of a person: who is here, away, leaving or back; the list of people
    "FACTS",
    "MANAGES",
    "NAME",
    "NEWEST",
    "PeopleWanted",
    "acts_about",
    "bring_back",
    "call_off_leave",
    "call_off_leaving",
    "change_facts",
    "change_leave",
    "check_leaving",
    "close_account",
    "closed_today",
    "count_states",
    "departures_due",
    "enter_return",
    "has_acted",
    "leave_of",
    "leaves_of",
    "lock_departure",
    "notices_to",
    "on_a_path",
    "people_around",
    "people_by_number_or_address",
    "people_here_on",
    "people_wanted",
    "person_with_leave",
    "plan_leave",
    "plan_leaving",
    "planned_departure",
    "register_helpers",
    "returned_today",
    "somebody_to_end",
    "standing_of",
    "teams_and_duties",
    "undo_closing",
    "undo_return",
    # Accounts of one human
    "accounts_of",
    "are_one",
    "human_of",
    "humans_of",
    "joinings_of",
    "oneself",
    "other_accounts_of_each",
    "same_human",
    "write_joinings",
    "write_partings",
    # Photos of people, and what everybody says of themselves
    "LONGEST_PREFERRED",
    "LONGEST_PRONUNCIATION",
    "change_own_facts",
    "let_photo_go",
    "photo_of",
    "remove_own_photo",
    "remove_photo",
    "set_photo",
    # People from files
    "AddressProposal",
    "FileChoices",
    "FileLook",
    "ImportMapping",
    "ImportOfPerson",
    "ImportedRow",
    "Invitation",
    "PeopleImport",
    "TakenBack",
    "apply_import",
    "choose_columns",
    "correct_rows",
    "decline_address",
    "forget_files",
    "import_of",
    "imports_of_person",
    "imports_so_far",
    "invite_imported",
    "kept_mappings",
    "left_out_file",
    "look_at",
    "look_at_import",
    "mapping_named",
    "may_be_taken_back",
    "not_invited",
    "open_proposals",
    "people_table",
    "proposed_address",
    "put_back_row",
    "read_people_file",
    "register_invitation_link",
    "rows_shown",
    "send_invitations",
    "take_back_import",
    # The organisation, where and when its people work
    "UNNAMED",
    "calendar_of",
    "calendars",
    "change_day",
    "change_location",
    "change_organisation",
    "expiring_days",
    "location_policy",
    "locations",
    "make_location",
    "organisation",
    "organisation_policy",
    "organisations_day",
    "remove_location",
    "set_up_organisation",
    # Teams, and who manages whom
    "TeamNode",
    "act_for_manager",
    "close_team",
    "closed_teams",
    "end_manager",
    "make_team",
    "managers_above",
    "managers_of",
    "managers_of_each",
    "members_of",
    "memberships_of_person",
    "memberships_of_team",
    "move_person",
    "move_team",
    "name_manager",
    "open_teams",
    "rename_team",
    "take_back_move",
    "team_name_on",
    "team_of",
    "team_policy",
    "team_tree",
    "teams_below",
    "teams_managed_by",
    # Acts, the record's log, and what pages ask
    "KeyMissing",
    "KeyRing",
    "Place",
    "Prepared",
    "SEALED",
    "SealedTable",
    "Table",
    "act",
    "add_key",
    "claim_key",
    "claimed_at",
    "content_now",
    "duties_now",
    "duties_of",
    "forget_duties",
    "found_by_policy",
    "home_of",
    "is_claimed",
    "is_of_paths",
    "key_ring",
    "link_finders",
    "lock_log",
    "log_began_before",
    "log_end",
    "log_moved_row",
    "log_row",
    "places",
    "read_table",
    "recording",
    "register_duty",
    "register_links",
    "register_place",
    "register_sealed",
    "replayed",
    "rotate_key",
    "sealed_kinds",
    "surroundings_of",
    # Operations: whether it is well, and work that nobody sees
    "Check",
    "HealthFinding",
    "LastRun",
    "Looked",
    "SCHEDULE",
    "UnsentMail",
    "WORKER",
    "call_of",
    "error_line",
    "examine",
    "failed_task_policy",
    "failed_work",
    "known_work",
    "last_runs",
    "note_done",
    "note_failed",
    "note_life",
    "outgoing_mail_policy",
    "register_health",
    "register_sender",
    "register_work",
    "try_mail_again",
    "try_task_again",
    "unsent_mail",
    # Telling people: notices, reminders, mail
    "MailChoice",
    "News",
    "NoticeKind",
    "PlannedReminder",
    "Telling",
    "all_kinds",
    "call_off_reminders",
    "choose_mail",
    "heads_with",
    "mail_choices",
    "mail_notices",
    "notices_of",
    "plan_reminders",
    "queue_mail",
    "read_notices",
    "receipt_of",
    "register_notices",
    "register_wake_up",
    "remind",
    "say_reminders",
    "send_waiting_mail",
    "tell",
    "tell_each",
    "unread_notices",
    "wake_the_worker",
    # Paths, steps and progress
    "DONE",
    "GateFact",
    "LOCKED",
    "LessonInfo",
    "MilestoneInfo",
    "OPEN",
    "PathProgress",
    "PathStructure",
    "Reading",
    "RecordSoFar",
    "Settled",
    "StepInfo",
    "StepState",
    "WAIVED",
    "anybody_enrolled",
    "as_others_see",
    "complete_lesson",
    "completed_path_of",
    "correct_first_day",
    "enrol",
    "enrolments_with_ids",
    "extend_step",
    "facts_of",
    "find_step",
    "follow_pauses",
    "lesson_step",
    "lock_learner",
    "mark_external_done",
    "newest_path_versions",
    "newest_role_versions",
    "open_enrolments",
    "open_paths",
    "open_step",
    "paths_of",
    "paths_to_be_seen_on",
    "paths_to_roles",
    "paths_to_show_on",
    "paths_with_a_coach",
    "paths_with_step_to_do",
    "pause_path",
    "pauses_of",
    "progress_of",
    "record_completion",
    "record_so_far",
    "require_open",
    "requirements_in_force",
    "requirements_of",
    "resume_path",
    "running_paths",
    "seen_by_others",
    "settled_of",
    "settled_steps",
    "steering_shown",
    "steps_of_versions",
    "structure_of",
    "waive_step",
    # Enrolling many, rules that enrol, taking back; roles that are held
    "RuleSpec",
    "Start",
    "begin_role_holding",
    "can_be_given_back",
    "complete_paths_of",
    "complete_what_is_done",
    "days_that_move",
    "end_path",
    "end_role_holding",
    "enrol_people",
    "enrolled_by",
    "enrolment_rule_policy",
    "enrolment_rules",
    "enrolments_by_uid",
    "give_path_back",
    "holdings_on",
    "holdings_seen_by",
    "in_group_before",
    "jobs_to_enrol_from",
    "joiners",
    "keep_rule",
    "last_on_path",
    "people_in",
    "register_path_ending",
    "register_role_ending",
    "register_standing_change",
    "roles_of_people",
    "roles_over",
    "rule_spec",
    "rules_on",
    "standing_changed",
    "starts_by",
    "switch_off_rule",
    "teams_to_enrol_from",
    "tell_enrolled",
    "tell_managers",
    "versions_to_enrol_on",
    "with_role",
    # Gates, and what publishing hands to the record
    "GateValue",
    "NewGate",
    "Word",
    "Words",
    "close_gates",
    "correct_gates",
    "expired_gates",
    "gates_of",
    "kept_gates",
    "labels_of",
    "next_number",
    "open_gate",
    "open_gates",
    "people_vouched_for",
    "publish_path",
    "publish_role_profile",
    "publish_skill",
    "record_example",
    "record_recall",
    "refresh_talk",
    "require_own_parts",
    "retire_content",
    "set_labels",
    "signed_until",
    "skill_ids",
    "skill_version_now",
    "skill_versions",
    "skills_by_slug",
    "skills_in_use",
    "skills_named",
    "skills_with_ids",
    "standings_of",
    "talk_facts",
    "words_of",
]
