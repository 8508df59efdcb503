"""Work of authoring that the worker does, by the name of its task, as people read of it."""

from django.utils.translation import gettext_lazy as _

WORK = {
    "cms.tasks.compile_content": _("Make versions of what was published"),
    "cms.tasks.run_schedule": _("Publish and end what has a time set"),
    "cms.tasks.load_starter": _("Load the starter curriculum"),
}
