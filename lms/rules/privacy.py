"""What the record holds about a person: one line for each kind of thing, as data.

Each app writes the lines of its own tables (``<app>/rules/privacy.py``) and registers them when it starts
(``lms.services.platform.privacy``). The page *Who can see what about me* is made of them, and a test fails when a table
with a link to a person has no line. A line says what is *meant*; that nobody else sees it, tests of the policies say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

# Topics, in the order of the page.
PROGRESS, PRACTICE, JUDGED, HELPED, EXCHANGE, DUTIES, AUTHORED, ACCOUNT = TOPICS = (
    "progress",
    "practice",
    "judged",
    "helped",
    "exchange",
    "duties",
    "authored",
    "account",
)

# Who sees a line beside the person. No audience: nobody else. NO_PAGE: not even the person, no page shows it.
COACH, MANAGERS, LEARNING, AUDITORS, ASKED, COUNTERSIGNERS, SIGNERS, WRITER, ADMINISTRATORS, EVERYBODY, NO_PAGE = (
    "coach",
    "managers",
    "learning",
    "auditors",
    "asked",
    "countersigners",
    "signers",
    "writer",
    "administrators",
    "everybody",
    "no_page",
)

# What happens to it when a person is erased.
DELETED, NAMELESS, STAYS = "deleted", "nameless", "stays"


@dataclass(frozen=True, slots=True)
class Personal:
    """What one table holds about people.

    ``model``: its label. ``people``: its fields that name somebody. ``along``: tables whose rows belong to its rows and
    come and go with them. ``what why kept``: for the page, in the reader's words. ``seen_by``: audiences beside the
    person. ``exported``: the part of one's own export that holds it, "" for none. ``erased``: DELETED; NAMELESS (the
    row stays, who it was is taken out); STAYS (others rely on it: it says what *they* did).
    """

    model: str
    topic: str
    what: Any
    why: Any
    kept: Any
    seen_by: tuple[str, ...] = ()
    exported: str = ""
    erased: str = DELETED
    people: tuple[str, ...] = ("person",)
    along: tuple[str, ...] = ()


STEERED = (COACH, MANAGERS, LEARNING)
RECORD = _("As long as the record is kept; ending your time here does not delete it.")

PERSONAL = (
    Personal(
        "lms.RoleHolding", PROGRESS,
        what=_("Which roles you hold, from a path or from before, and since when."),
        why=_("So that whoever needs somebody in that role knows that you are there."),
        kept=RECORD, seen_by=STEERED, exported="paths", erased=NAMELESS, people=("person", "made_by"),
    ),
    Personal(
        "lms.Enrolment", PROGRESS,
        what=_(
            "The paths you are on: since when, which steps are done, waived, opened early or extended, when a path was "
            "paused or taken back, and why."
        ),
        why=_("So that everybody who helps you sees the same next step."),
        kept=RECORD, seen_by=STEERED, exported="paths", erased=NAMELESS,
        people=("person", "enrolled_by", "taken_back_by"),
        along=("lms.Pause", "lms.StepCompletion", "lms.Waiver", "lms.Opening", "lms.Extension"),
    ),
    Personal(
        "lms.LessonCompletion", PROGRESS,
        what=_("Which lessons you have read."),
        why=_("A lesson counts once, on every path."),
        kept=RECORD, seen_by=STEERED, exported="lessons",
    ),
    Personal(
        "lms.TalkFact", PROGRESS,
        what=_("That an example of yours was accepted, or that all questions of a lesson stand answered right."),
        why=_("It opens Talk."),
        kept=RECORD, seen_by=STEERED, exported="gates",
    ),
    Personal(
        "lms.SkillGate", PROGRESS,
        what=_("Which gates are open on which skill, and since which day."),
        why=_("It says how far you are, and who may be sent to a customer."),
        kept=RECORD, seen_by=STEERED, exported="gates",
    ),
    Personal(
        "lms.User", ACCOUNT,
        what=_("Your name, how it is said, and your job, beside what you write, ask or sign."),
        why=_("A sign-off has a name on each side."),
        kept=RECORD, seen_by=(EVERYBODY,), exported="account", erased=NAMELESS, people=(),
    ),
    Personal(
        "lms.Photo", ACCOUNT,
        what=_("Your photo, in three sizes; nothing else of the picture that you sent."),
        why=_("So that people know whom they meet."),
        kept=_(
            "Until you change or remove it, or a learning administrator or an administrator removes it and says why; "
            "it is deleted when the texts about you are erased."
        ),
        seen_by=(EVERYBODY,), exported="account", people=(),
    ),
    Personal(
        "lms.User", ACCOUNT,
        what=_("Your address, your time zone, where you work, your language and your first day."),
        why=_("To sign in, to send you mail that you can read, and to count your days."),
        kept=_("As long as you have an account."),
        seen_by=(COACH, MANAGERS, LEARNING, ADMINISTRATORS), exported="account", people=(),
    ),
    Personal(
        "lms.Membership", ACCOUNT,
        what=_("Your teams, those that you managed, and for whom you stood in."),
        why=_("It decides who is your manager."),
        kept=RECORD, seen_by=(MANAGERS, LEARNING, ADMINISTRATORS), exported="account",
        people=("person", "acting_for"),
    ),
    Personal(
        "lms.Cohort", ACCOUNT,
        what=_("With whom you started."),
        why=_("To look at those together who began together."),
        kept=RECORD, seen_by=(NO_PAGE,), exported="account", people=("members",), along=("lms.Cohort_members",),
    ),
    Personal(
        "lms.DutyHolding", ACCOUNT,
        what=_(
            "Your duties here (author, learning administrator, auditor, sponsor, administrator): since when, until "
            "when, who gave and who ended them, and why."
        ),
        why=_("They decide what you may do, and what you were allowed to sign at the time."),
        kept=RECORD, seen_by=(LEARNING, ADMINISTRATORS), exported="account", erased=NAMELESS,
        people=("person", "given_by", "ended_by"),
    ),
    Personal(
        "lms.SamePerson", ACCOUNT,
        what=_(
            "That another account is yours, too, or was taken to be: which, since when and until when, who wrote it "
            "down, and why."
        ),
        why=_("Nobody signs for themself, by another account neither."),
        kept=RECORD, seen_by=(LEARNING, ADMINISTRATORS), exported="account", erased=STAYS,
        people=("first", "second", "joined_by"),
    ),
    Personal(
        "lms.Parting", ACCOUNT,
        what=_("That you wrote down that two accounts are not one person's."),
        why=_("A mistake is put right by somebody, with a reason."),
        kept=RECORD, seen_by=(LEARNING, ADMINISTRATORS), exported="account", erased=STAYS, people=("parted_by",),
    ),
    Personal(
        "lms.EnrolmentRule", DUTIES,
        what=_("Rules that enrol people, which you switched on or off, and when."),
        why=_("Whoever is enrolled by one can ask who wanted it."),
        kept=RECORD, seen_by=(LEARNING,), exported="acts", erased=STAYS,
        people=("switched_on_by", "switched_off_by"),
    ),
    Personal(
        "lms.User_groups", ACCOUNT,
        what=_("The same duties, as Wagtail reads them."),
        why=_("They decide what you may do in the authoring pages."),
        kept=_("As long as you have the duty."),
        seen_by=(LEARNING, ADMINISTRATORS), exported="account", people=("user",), along=("lms.User_user_permissions",),
    ),
    Personal(
        "lms.Notice", ACCOUNT,
        what=_("What you were told, and what of it you have opened."),
        why=_("So that nothing passes you by."),
        kept=RECORD, exported="notices",
    ),
    Personal(
        "lms.MailTurnedOff", ACCOUNT,
        what=_("Which mail you do not want."),
        why=_("So that it does not come."),
        kept=_("Until you want it again."), seen_by=(NO_PAGE,), exported="notices",
    ),
    Personal(
        "lms.Reminder", ACCOUNT,
        what=_("What you are to be reminded of, and when."),
        why=_("So that nothing passes you by."),
        kept=_("Until you have been reminded, or it is called off."), seen_by=(NO_PAGE,), exported="notices",
    ),
    Personal(
        "lms.OutgoingMail", ACCOUNT,
        what=_("The mail that went to you, as text."),
        why=_("It is kept until a mail server has taken it, and to find out why one did not."),
        kept=_("As long as the installation keeps it; no page shows it."),
        seen_by=(NO_PAGE,), people=(),
    ),
    Personal(
        "lms.OutgoingMail", ACCOUNT,
        what=_("That a mail to your address could not be sent, and what the mail server answered; not what it says."),
        why=_("So that somebody can correct the address, or have it sent again."),
        kept=_("Seven days on a page."),
        seen_by=(ADMINISTRATORS,), people=(),
    ),
    Personal(
        "lms.Act", ACCOUNT,
        what=_("That you did something here, and when; of acts of administration also the reason that you gave."),
        why=_("A form that is sent twice counts once."),
        kept=RECORD, seen_by=(NO_PAGE,), exported="acts", erased=NAMELESS, people=("actor",),
    ),
    Personal(
        "lms.Act", ACCOUNT,
        what=_(
            "What was done about your account: invitations, names, teams, leaves, duties and your last day, by whom, "
            "and what stood there before."
        ),
        why=_("So that what was written down wrong can be found and put right."),
        kept=RECORD, seen_by=(LEARNING, ADMINISTRATORS), exported="acts", erased=NAMELESS, people=("actor",),
    ),
    Personal(
        "lms.Leave", ACCOUNT,
        what=_("From when until when you were on leave, and the day on which you were back; never why."),
        why=_("So that your paths stand still meanwhile, and nobody waits for you."),
        kept=RECORD, seen_by=STEERED, exported="account", people=("person", "planned_by"),
    ),
    Personal(
        "lms.Departure", ACCOUNT,
        what=_("Your last day here, the reason that was written down, and when you came back."),
        why=_("So that nothing waits for somebody who is gone, and a signature of then can be checked."),
        kept=RECORD, seen_by=(LEARNING, ADMINISTRATORS), exported="account", erased=NAMELESS,
        people=("person", "planned_by", "returned_by"),
    ),
    Personal(
        "lms.PeopleImport", ACCOUNT,
        what=_("Which files with people you brought in or took back, and when."),
        why=_("So that everybody can see who changed what."),
        kept=_("As long as the record is kept; the file itself, and what was corrected in it, for a day at most."),
        seen_by=(LEARNING, ADMINISTRATORS), exported="acts", erased=NAMELESS,
        people=("read_by", "applied_by", "taken_back_by"),
    ),
    Personal(
        "lms.ImportMapping", ACCOUNT,
        what=_("Which names of columns you kept for files with people."),
        why=_("So that the next file is read in the same way."),
        kept=_("Until somebody keeps others under the same name."),
        seen_by=(NO_PAGE,), exported="acts", erased=NAMELESS, people=("kept_by",),
    ),
    Personal(
        "lms.ImportedRow", ACCOUNT,
        what=_(
            "What a file of the company changed about you: your name, number, job, team, location, first or last day."
        ),
        why=_("So that a file with mistakes can be found and taken back."),
        kept=RECORD, seen_by=(LEARNING, ADMINISTRATORS), exported="account",
    ),
    Personal(
        "lms.AddressProposal", ACCOUNT,
        what=_("Another address that a file of the company has for you, and whether it was declined."),
        why=_("A file does not change what you sign in with: an administrator does."),
        kept=_("As long as you have an account."),
        seen_by=(LEARNING, ADMINISTRATORS), exported="account", people=("person", "declined_by"),
    ),
    Personal(
        "lms.Invitation", ACCOUNT,
        what=_("When you are to get the mail with your way in."),
        why=_("So that it comes by your first day."),
        kept=_("As long as you have an account."), seen_by=(NO_PAGE,), exported="account",
    ),
    Personal(
        "sessions.Session", ACCOUNT,
        what=_("That you are signed in on a device."),
        why=_("So that you stay signed in for a day."),
        kept=_("Twelve hours, or until you sign out."),
        seen_by=(NO_PAGE,), people=(),
    ),
    Personal(
        "usersessions.UserSession", ACCOUNT,
        what=_("Where you are signed in: since when, from which network address, with which browser."),
        why=_("So that you can look, and end what is not yours."),
        kept=_("Until you sign out there, or sign in again after it has ended."),
        people=("user",),
    ),
    Personal(
        "account.EmailAddress", ACCOUNT,
        what=_("Your address, as the log-in reads it."),
        why=_("To sign in and to set a new passphrase."),
        kept=_("As long as you have an account."),
        exported="account", people=("user",),
    ),
    Personal(
        "lms.FormerAddress", ACCOUNT,
        what=_("Addresses that were yours, and until when."),
        why=_("For thirty days nobody else gets them, and what happens at your door is told to you there, too."),
        kept=RECORD, seen_by=(NO_PAGE,), exported="account",
    ),
    Personal(
        "mfa.Authenticator", ACCOUNT,
        what=_("Your second factor: which kinds, since when, and the names of your passkeys; no code and no key."),
        why=_("So that a passphrase alone opens nothing."),
        kept=_("Until you take it away, or an administrator does because you lost it."),
        seen_by=(ADMINISTRATORS,), people=("user",),
    ),
)  # fmt: skip
