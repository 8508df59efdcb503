"""What judging holds about a person (``lms.rules.privacy``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lms.rules.privacy import (
    ADMINISTRATORS,
    ASKED,
    AUDITORS,
    COACH,
    COUNTERSIGNERS,
    JUDGED,
    LEARNING,
    MANAGERS,
    NAMELESS,
    PRACTICE,
    RECORD,
    SIGNERS,
    STAYS,
    Personal,
)

PERSONAL = (
    Personal(
        "assessments.ReadySpell", JUDGED,
        what=_("Since when you are ready for which role, until when you were, and what ended it."),
        why=_("So that who was ready on a day can be counted."),
        kept=RECORD, seen_by=(COACH, MANAGERS, LEARNING), exported="ready", erased=STAYS,
    ),
    Personal(
        "assessments.Attempt", PRACTICE,
        what=_("Your attempts: every choice, how sure you were, what you wrote, how you marked it, and the result."),
        why=_("So that you can go on, look back and play again."),
        kept=_("Until you delete it; deleting is at the foot of every attempt."),
        exported="practice", along=("assessments.AttemptChoice", "assessments.OpenResponse"),
    ),
    Personal(
        "assessments.RecallAnswer", PRACTICE,
        what=_("Your answers to recall questions."),
        why=_("To ask again what you got wrong."),
        kept=RECORD, exported="recall",
    ),
    Personal(
        "assessments.ReviewCard", PRACTICE,
        what=_("When a question comes back to you."),
        why=_("What is asked again after a while stays longer."),
        kept=RECORD, exported="recall",
    ),
    Personal(
        "assessments.CalibrationAttempt", PRACTICE,
        what=_("How you rated the scenes of a calibration, and how near that was to others."),
        why=_("So that two observers mean the same by the same words."),
        kept=RECORD, exported="calibration",
    ),
    Personal(
        "assessments.TryFact", PRACTICE,
        what=_("That the Try gate of a skill opened, and on which day. How often you practised is not in it."),
        why=_("It stays when you delete your attempts."),
        kept=RECORD, seen_by=(COACH, MANAGERS, LEARNING), exported="gates",
    ),
    Personal(
        "assessments.Case", JUDGED,
        what=_("What you asked to be seen for, whom you asked, and your evidence."),
        why=_("A decision rests on it."),
        kept=RECORD, seen_by=(COACH, ASKED, COUNTERSIGNERS, AUDITORS), exported="cases", erased=NAMELESS,
        people=("learner", "claimed_by"),
        along=("assessments.CaseReading", "assessments.Request", "assessments.Evidence"),
    ),
    Personal(
        "assessments.Observation", JUDGED,
        what=_("What observers saw of you. They read each other only after they have written their own."),
        why=_("A decision rests on it."),
        kept=RECORD, seen_by=(COACH, ASKED, COUNTERSIGNERS, AUDITORS), exported="cases", erased=NAMELESS,
        people=("person", "observer"), along=("assessments.ObservationSkill", "assessments.ObservationIndicator"),
    ),
    Personal(
        "assessments.SignOffEvent", JUDGED,
        what=_("What was decided about you: entrusted, not yet, countersigned or taken back, by whom and why."),
        why=_("It must be believed years later, so nothing in it is ever changed."),
        kept=RECORD, seen_by=(COACH, MANAGERS, LEARNING, SIGNERS, COUNTERSIGNERS, AUDITORS), exported="sign-offs",
        erased=STAYS, people=("subject", "signer"),
        along=("assessments.SignOffText", "assessments.Receipt", "assessments.ErasedText"),
    ),
    Personal(
        "assessments.HeldBefore", JUDGED,
        what=_("Which role and skills you held before Vouch came, how that is known, who recorded and confirmed it."),
        why=_("So that you do not begin with nothing; two members of Learning have to agree."),
        kept=RECORD, seen_by=(LEARNING,), exported="sign-offs", erased=STAYS,
        people=("person", "coach", "recorded_by", "answered_by"), along=("assessments.HeldBeforeSkill",),
    ),
    Personal(
        "assessments.ErasureRequest", JUDGED,
        what=_("That an administrator asked to erase the texts of your sign-offs, and what the other one said."),
        why=_("Two administrators have to agree."),
        kept=RECORD, seen_by=(ADMINISTRATORS,), exported="sign-offs", erased=STAYS,
        people=("person", "asked_by", "answered_by"),
    ),
    Personal(
        "assessments.Erasure", JUDGED,
        what=_("That the texts of your sign-offs were erased: when, by whom and why."),
        why=_("Without it a missing text would be a finding."),
        kept=RECORD, seen_by=(ADMINISTRATORS,), exported="sign-offs", erased=STAYS,
        people=("person", "asked_by", "agreed_by"),
    ),
)  # fmt: skip
