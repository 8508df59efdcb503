"""What helping holds about a person (``lms.rules.privacy``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lms.rules.privacy import (
    COACH,
    DUTIES,
    EVERYBODY,
    EXCHANGE,
    HELPED,
    LEARNING,
    MANAGERS,
    NAMELESS,
    RECORD,
    STAYS,
    WRITER,
    Personal,
)

PERSONAL = (
    Personal(
        "coaching.CoachAssignment", HELPED,
        what=_("Who coaches you, from when to when, and why that changed."),
        why=_("So that the record says who was your coach on any day."),
        kept=RECORD, seen_by=(COACH, MANAGERS, LEARNING), exported="coaching", erased=STAYS, people=("assigned_by",),
    ),
    Personal(
        "coaching.StandingAssignment", HELPED,
        what=_("Who is your standing coach in a role that you hold, from when to when, and why that changed."),
        why=_("So that somebody can renew a sign-off, and the record says who could."),
        kept=RECORD, seen_by=(COACH, MANAGERS, LEARNING), exported="coaching", erased=STAYS,
        people=("coach", "assigned_by"),
    ),
    Personal(
        "coaching.Challenge", HELPED,
        what=_("What you asked to be seen for early, why, and what your coach answered."),
        why=_("So that whoever coaches you next knows why a demonstration was open to you."),
        kept=RECORD, seen_by=(COACH, MANAGERS, LEARNING), exported="challenges", erased=STAYS, people=("answered_by",),
    ),
    Personal(
        "coaching.Session", HELPED,
        what=_("Your sessions, and the shared notes of each."),
        why=_("So that both of you remember the same."),
        kept=RECORD, seen_by=(COACH,), exported="sessions", people=("coach",), along=("coaching.Session_skills",),
    ),
    Personal(
        "coaching.Session", HELPED,
        what=_("What your coach noted privately after a session. You do not see it, nor does your next coach."),
        why=_("A coach thinks better on paper of their own."),
        kept=RECORD, seen_by=(WRITER,), people=("coach",),
    ),
    Personal(
        "coaching.Commitment", HELPED,
        what=_("What you promised to do with which customer, what came of it, and what your coach said."),
        why=_("A kept promise opens Do."),
        kept=RECORD, seen_by=(COACH,), exported="commitments", people=(), along=("coaching.CommitmentSkill",),
    ),
    Personal(
        "coaching.Thread", EXCHANGE,
        what=_("The questions you asked."),
        why=_("Somebody else has the same question tomorrow."),
        kept=RECORD, seen_by=(EVERYBODY,), exported="exchange", erased=NAMELESS, people=("author",),
    ),
    Personal(
        "coaching.Post", EXCHANGE,
        what=_("Your answers and examples, and which were accepted. One that was hidden: only you and moderators."),
        why=_("An accepted example opens Talk."),
        kept=RECORD, seen_by=(EVERYBODY,), exported="exchange", erased=NAMELESS,
        people=("author", "accepted_by", "hidden_by"),
    ),
    Personal(
        "coaching.CoachProfile", DUTIES,
        what=_("That you coach, how many people you have room for, and when you are away."),
        why=_("So that a learner is never without a coach."),
        kept=RECORD, seen_by=(MANAGERS, LEARNING), exported="duties", erased=NAMELESS, along=("coaching.Absence",),
    ),
    Personal(
        "coaching.ObserverGrant", DUTIES,
        what=_("Which skills you may observe, until when, and on whose word. Whoever asks to be seen finds your name."),
        why=_("An observation counts only from somebody who may judge it."),
        kept=RECORD, seen_by=(LEARNING, EVERYBODY), exported="duties", erased=NAMELESS,
        people=("person", "granted_by", "revoked_by"),
    ),
)  # fmt: skip
