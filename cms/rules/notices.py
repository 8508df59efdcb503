"""What authoring tells people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from lms.rules.notice_kind import NoticeKind

NOT_PUBLISHED = NoticeKind(
    "cms.not_published",
    gettext_lazy("“%(title)s” did not go live at its time. The home page of authoring says why."),
    "authoring",
)
NOT_EXPIRED = NoticeKind(
    "cms.not_expired",
    gettext_lazy("“%(title)s” did not leave the site at its time. The home page of authoring says why."),
    "authoring",
)

KINDS = (NOT_PUBLISHED, NOT_EXPIRED)
