"""What the admin is told of us: registrations only; each module holds what one of them needs."""

from wagtail import hooks
from wagtail.admin.views.chooser import ExternalLinkView
from wagtail.snippets.models import register_snippet

from . import files, home, links, messages, people
from .library import Library

register_snippet(Library)

ExternalLinkView.form_class = links.CheckedLinkForm

hooks.register("construct_homepage_panels", home.add_panels)
hooks.register("register_admin_menu_item", home.back_to_today)
hooks.register("register_log_actions", home.log_actions)

# Wagtail's own are registered without an order; ours come after them and take their place.
hooks.register("register_bulk_action", people.NoBulkDelete, order=100)
hooks.register("register_bulk_action", people.NoBulkActiveState, order=100)
hooks.register("register_bulk_action", people.NoBulkRole, order=100)

hooks.register("before_serve_document", files.only_whom_it_is_for, order=-1)

hooks.register("before_copy_page", messages.ask_for_a_parent)
hooks.register("before_delete_page", messages.explain_page)
hooks.register("before_unpublish_page", messages.explain_unpublish)
hooks.register("before_unpublish", messages.explain_source)
hooks.register("before_delete_snippet", messages.explain_sources)
