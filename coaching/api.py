"""The front door of helping, in Python. Other apps come in here, and by ``rules``."""

# --- Rows: for types and keys; only helping asks for them and writes them
from coaching.models import (
    Absence,
    Challenge,
    CoachAssignment,
    CoachProfile,
    Commitment,
    CommitmentSkill,
    ObserverGrant,
    Post,
    Session,
    StandingAssignment,
    Thread,
)

# isort: split

# --- Who may do what, who coaches whom
from coaching.policies import (
    acting,
    challenge_policy,
    coach_profile_policy,
    coached_by,
    coaches_covered_by,
    commitment_policy,
    help_policy,
    is_moderator,
    not_ended,
    post_policy,
    session_policy,
    standing_policy,
    thread_policy,
)
from coaching.services.assignments import assign_coach, end_assignment, enrol_with_coach, hand_over
from coaching.services.choices import PathChoice, paths_to_choose, people_to_enrol
from coaching.services.coach_list import (
    coach_ending,
    coach_lines,
    coaches_to_manage,
    languages_of_coaches,
)
from coaching.services.coaches import (
    AsCoach,
    Coaches,
    CoachFact,
    active_assignments_of,
    as_coach,
    assignments_of_coach,
    coach_of,
    coach_profile_of,
    coaches_by_enrolment,
    coaches_by_learner,
    coaches_on,
    coaches_to_choose,
    is_away,
    is_coach_of,
    learners_of,
    present_coach,
)
from coaching.services.people import Helper, my_people
from coaching.services.profiles import (
    Seats,
    change_capacity,
    end_coach,
    make_coach,
    seats_of,
    set_away,
)
from coaching.services.proposals import answer_proposal, proposal_of, propose_coach
from coaching.services.standing import (
    begin_standing,
    name_standing_coach,
    standing_coaches,
    standing_coaches_of_people,
    standing_of_coach,
    standing_shown,
)

# isort: split

# --- When somebody leaves, a path is taken back, or two accounts are one human's
from coaching.services.leaving import end_helping, give_coach_back, let_go_of_paths, open_help_of, open_help_on
from coaching.services.same_person import coaching_among, end_coaching_among

# isort: split

# --- Enrolling many, and rules that enrol
from coaching.services.by_rules import enrol_by_rules, look_at_rule, switch_on_rule
from coaching.services.choices import newest_without_path
from coaching.services.many import enrol_many, plan_many

# isort: split

# --- How far an installation is
from coaching.services.so_far import HelpSoFar, help_so_far

# isort: split

# --- Observer grants
from coaching.policies import grant_policy, unlapsed_grants
from coaching.services.granting import GrantPlan, give_grants, plan_grants, record_grants, revoke_grants
from coaching.services.grants import (
    HeldGrants,
    grants_at,
    grants_of,
    held_grants,
    may_observe,
    observers,
    observers_for,
    open_grants_of,
    open_grants_of_each,
)
from coaching.services.shown import grants_shown
from coaching.services.taking_back import (
    GrantsTakenBack,
    give_grants_again,
    given_today,
    revoked_today,
    take_back_grants,
)

# isort: split

# --- Sessions, promises, challenges, the exchange
from coaching.services.agenda import agenda_of
from coaching.services.challenges import (
    answer_challenge,
    ask_challenge,
    challenge_of,
    challenges_of,
    withdraw_challenge,
)
from coaching.services.commitments import (
    commitment_of_step,
    commitments_of,
    confirm_commitment,
    customers_to_choose,
    do_facts,
    drop_commitment,
    make_commitment,
    open_commitments,
    report_commitment,
    send_back_commitment,
)
from coaching.services.exchange import (
    accept_post,
    answer_thread,
    ask_question,
    bring_example,
    hide_post,
    set_prompt,
    show_post,
)
from coaching.services.sessions import (
    cancel_session,
    hold_session,
    miss_session,
    move_session,
    next_session,
    plan_session,
    session_of_step,
    sessions_between,
    sessions_of,
    step_title,
    without_others_notes,
    write_notes,
)
from coaching.services.shown import (
    challenge_shown,
    coach_shown,
    coaching_shown,
    commitment_now,
    commitment_shown,
    post_shown,
)
from coaching.services.threads import FILTERS, list_threads, posts_of, prompt_about, read_thread, skills_to_choose
from coaching.services.waiting import sessions_for_coach, waiting_for_coach, waiting_in_helping

__all__ = [
    # Rows: for types and keys; only helping asks for them and writes them
    "Absence",
    "Challenge",
    "CoachAssignment",
    "CoachProfile",
    "Commitment",
    "CommitmentSkill",
    "ObserverGrant",
    "Post",
    "Session",
    "StandingAssignment",
    "Thread",
    # Who may do what, who coaches whom
    "AsCoach",
    "CoachFact",
    "Coaches",
    "Helper",
    "PathChoice",
    "Seats",
    "acting",
    "active_assignments_of",
    "answer_proposal",
    "as_coach",
    "assign_coach",
    "assignments_of_coach",
    "begin_standing",
    "challenge_policy",
    "change_capacity",
    "coach_ending",
    "coach_lines",
    "coach_of",
    "coach_profile_of",
    "coach_profile_policy",
    "coached_by",
    "coaches_by_enrolment",
    "coaches_by_learner",
    "coaches_covered_by",
    "coaches_on",
    "coaches_to_choose",
    "coaches_to_manage",
    "commitment_policy",
    "end_assignment",
    "end_coach",
    "enrol_with_coach",
    "hand_over",
    "help_policy",
    "is_away",
    "is_coach_of",
    "is_moderator",
    "languages_of_coaches",
    "learners_of",
    "make_coach",
    "my_people",
    "name_standing_coach",
    "not_ended",
    "paths_to_choose",
    "people_to_enrol",
    "post_policy",
    "present_coach",
    "proposal_of",
    "propose_coach",
    "seats_of",
    "session_policy",
    "set_away",
    "standing_coaches",
    "standing_coaches_of_people",
    "standing_of_coach",
    "standing_policy",
    "standing_shown",
    "thread_policy",
    # Observer grants
    "GrantPlan",
    "GrantsTakenBack",
    "HeldGrants",
    "give_grants",
    "give_grants_again",
    "given_today",
    "grant_policy",
    "grants_at",
    "grants_of",
    "grants_shown",
    "held_grants",
    "may_observe",
    "observers",
    "observers_for",
    "open_grants_of",
    "open_grants_of_each",
    "plan_grants",
    "record_grants",
    "revoke_grants",
    "revoked_today",
    "take_back_grants",
    "unlapsed_grants",
    # When somebody leaves, a path is taken back, or two accounts are one human's
    "coaching_among",
    "end_coaching_among",
    "end_helping",
    "give_coach_back",
    "let_go_of_paths",
    "open_help_of",
    "open_help_on",
    # Enrolling many, and rules that enrol
    "enrol_by_rules",
    "enrol_many",
    "look_at_rule",
    "newest_without_path",
    "plan_many",
    "switch_on_rule",
    # How far an installation is
    "HelpSoFar",
    "help_so_far",
    # Sessions, promises, challenges, the exchange
    "FILTERS",
    "accept_post",
    "agenda_of",
    "answer_challenge",
    "answer_thread",
    "ask_challenge",
    "ask_question",
    "bring_example",
    "cancel_session",
    "challenge_of",
    "challenge_shown",
    "challenges_of",
    "coach_shown",
    "coaching_shown",
    "commitment_now",
    "commitment_of_step",
    "commitment_shown",
    "commitments_of",
    "confirm_commitment",
    "customers_to_choose",
    "do_facts",
    "drop_commitment",
    "hide_post",
    "hold_session",
    "list_threads",
    "make_commitment",
    "miss_session",
    "move_session",
    "next_session",
    "open_commitments",
    "plan_session",
    "post_shown",
    "posts_of",
    "prompt_about",
    "read_thread",
    "report_commitment",
    "send_back_commitment",
    "session_of_step",
    "sessions_between",
    "sessions_for_coach",
    "sessions_of",
    "set_prompt",
    "show_post",
    "skills_to_choose",
    "step_title",
    "waiting_for_coach",
    "waiting_in_helping",
    "withdraw_challenge",
    "without_others_notes",
    "write_notes",
]
