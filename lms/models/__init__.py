"""The tables of the learning record. One module a subject; each opens with a short essay on its nouns."""

from .acts import Act
from .addresses import FormerAddress
from .completions import Extension, LessonCompletion, Opening, StepCompletion, TalkFact, Waiver
from .duties import DutyHolding
from .enrolment_rules import EnrolmentRule
from .enrolments import Enrolment, Pause
from .gates import SkillGate
from .holdings import RoleHolding
from .imports import AddressProposal, ImportedRow, ImportMapping, Invitation, PeopleImport
from .labels import Label
from .life import Departure, Leave
from .lines import ManyLines, OneLine
from .locations import ChangedDay, Location
from .log import LogEntry
from .named import Named
from .operations import FailedTask, Heartbeat, TaskRun
from .outbox import MailTurnedOff, Notice, OutgoingMail, Reminder
from .paths import Milestone, Path, PathVersion, Step, StepKind
from .people import Organisation, User
from .photos import Photo
from .profiles import Requirement, RoleProfile, RoleProfileVersion
from .same_person import Parting, SamePerson
from .skills import Family, Skill, SkillVersion
from .teams import Cohort, Customer, Membership, Team

__all__ = [
    "Act",
    "AddressProposal",
    "ChangedDay",
    "Cohort",
    "Customer",
    "Departure",
    "DutyHolding",
    "Enrolment",
    "EnrolmentRule",
    "Extension",
    "FailedTask",
    "Family",
    "FormerAddress",
    "Heartbeat",
    "ImportMapping",
    "ImportedRow",
    "Invitation",
    "Label",
    "Leave",
    "LessonCompletion",
    "Location",
    "LogEntry",
    "MailTurnedOff",
    "ManyLines",
    "Membership",
    "Milestone",
    "Named",
    "Notice",
    "OneLine",
    "Opening",
    "Organisation",
    "OutgoingMail",
    "Parting",
    "Path",
    "PathVersion",
    "Pause",
    "PeopleImport",
    "Photo",
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
    "TaskRun",
    "Team",
    "User",
    "Waiver",
]
