"""What authoring holds about a person, Wagtail's own tables included (``lms.rules.privacy``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lms.rules.privacy import ACCOUNT, ADMINISTRATORS, AUTHORED, LEARNING, NAMELESS, NO_PAGE, RECORD, Personal

AUTHORS = "authors"
TEAM = (AUTHORS, LEARNING, ADMINISTRATORS)

PERSONAL = (
    Personal(
        "wagtailcore.Page", AUTHORED,
        what=_("Which pages are yours, and which you have locked."),
        why=_("So that two authors do not write over each other."),
        kept=RECORD, seen_by=TEAM, exported="authoring", erased=NAMELESS, people=("owner", "locked_by"),
        along=(
            "cms.HomePage", "cms.SectionPage", "cms.ResourcePage", "cms.CoursePage", "cms.LessonPage",
            "cms.StandardPage", "cms.PathPage", "cms.ScenarioPage",
        ),
    ),
    Personal(
        "wagtailcore.Revision", AUTHORED,
        what=_("What you saved and published, draft by draft, with what you asked for and were answered."),
        why=_("So that a change can be looked at and taken back."),
        kept=RECORD, seen_by=TEAM, exported="authoring", erased=NAMELESS, people=("user",),
        along=(
            "wagtailcore.PageLogEntry", "wagtailcore.ModelLogEntry", "wagtailcore.WorkflowState",
            "wagtailcore.TaskState", "wagtailcore.Comment", "wagtailcore.CommentReply", "wagtailcore.PageSubscription",
        ),
    ),
    Personal(
        "cms.CustomImage", AUTHORED,
        what=_("Which pictures and documents you uploaded."),
        why=_("To ask you about them."),
        kept=RECORD, seen_by=TEAM, exported="authoring", erased=NAMELESS, people=("uploaded_by_user",),
        along=(
            "cms.CustomDocument", "cms.CustomRendition", "wagtailimages.Image", "wagtaildocs.Document",
            "wagtailcore.UploadedFile",
        ),
    ),
    Personal(
        "wagtailadmin.EditingSession", AUTHORED,
        what=_("That you have a page open in the editor now."),
        why=_("To warn whoever opens the same page."),
        kept=_("An hour."), seen_by=TEAM, people=("user",), along=("wagtailadmin.FormState",),
    ),
    Personal(
        "cms.StarterCurriculum", AUTHORED,
        what=_("That you chose how the library began, and when."),
        why=_("So that whoever sets Vouch up with you knows who chose."),
        kept=RECORD, seen_by=(LEARNING, ADMINISTRATORS), exported="authoring", erased=NAMELESS, people=("asked_by",),
    ),
    Personal(
        "wagtailusers.UserProfile", ACCOUNT,
        what=_("How you like the editor to look."),
        why=_("So that it looks the same tomorrow."),
        kept=_("As long as you have an account."), exported="account", people=("user",),
    ),
    Personal(
        "wagtailcore.APIToken", ACCOUNT,
        what=_("Keys with which a program may act for you; none are given out here."),
        why=_("The editor brings the table."),
        kept=_("As long as you have an account."), seen_by=(NO_PAGE,), people=("user",),
    ),
)  # fmt: skip
