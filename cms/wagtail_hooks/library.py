"""The library in the admin's menu: skills, role profiles, calibration sets, training elsewhere, speakers, customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from cms.models import CalibrationSource, ExternalSource, RoleProfileSource, SkillSource, SpeakerSource
from lms.api import Customer

from .copies import CopyAsNew


class _Kind(SnippetViewSet):
    """What all kinds share."""

    copy_view_class = CopyAsNew


class Skills(_Kind):
    """Skills, by family."""

    model = SkillSource
    icon = "tick-inverse"
    list_display = ["title", "family", "slug"]
    list_filter = ["family"]
    search_fields = ["title", "about"]


class Roles(_Kind):
    """Role profiles."""

    model = RoleProfileSource
    icon = "user"
    list_display = ["title", "threshold", "slug"]
    search_fields = ["title"]


class Calibrations(_Kind):
    """Calibration sets."""

    model = CalibrationSource
    icon = "sliders"
    list_display = ["title", "skill", "min_items"]
    search_fields = ["title"]


class Externals(_Kind):
    """Training elsewhere."""

    model = ExternalSource
    icon = "link-external"
    list_display = ["title", "minutes"]
    search_fields = ["title"]


class Speakers(_Kind):
    """The people of scenarios."""

    model = SpeakerSource
    icon = "comment"
    list_display = ["title", "role", "portrait"]
    search_fields = ["title", "role"]


class Customers(_Kind):
    """Customers and what was decided about them."""

    model = Customer
    icon = "globe"
    list_display = ["name", "decision", "closed"]
    list_filter = ["decision", "closed"]
    search_fields = ["name"]
    panels = [FieldPanel(name) for name in ("name", "slug", "decision", "closed", "note")]


class Library(SnippetViewSetGroup):
    """One menu for all of them."""

    items = (Skills, Roles, Calibrations, Externals, Speakers, Customers)
    menu_icon = "folder-open-inverse"
    menu_label = _("Library")
    menu_name = "library"
    menu_order = 150
