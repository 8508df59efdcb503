"""Short names in the record: who holds one, and why nobody else may have it.

A path or a role profile holds its short name while it is on the site; a retired one frees it. A skill holds its short
name for good: versions, locks and people's records name skills by it (docs/decisions/0002).
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from lms.models import Path, RoleProfile, Skill

HELD: dict[str, type[Model]] = {"skill": Skill, "role": RoleProfile, "path": Path}


def name_taken(kind: str, slug: str, uid: UUID) -> str:
    """Why content of this kind may not be published under this short name, as a sentence; "" when it may.

    ``uid``: of the content itself. Queries: 1, none for a kind whose short names the record does not hold.
    """
    model = HELD.get(kind)
    return taken(model, slug, uid) if model else ""


def taken(model: type[Model], slug: str, uid: UUID) -> str:
    """``name_taken`` for a table of the record. Queries: 1."""
    rows = model._default_manager.filter(slug=slug).exclude(uid=uid)
    if model is not Skill:
        rows = rows.filter(archived_at=None)
    holder = rows.values_list("title", "archived_at").first()
    if holder is None:
        return ""
    title, archived_at = holder
    words = {"slug": slug, "title": title}
    if archived_at is None:
        return _("The short name %(slug)s belongs to “%(title)s”. Choose another one.") % words
    return (
        _(
            "The short name %(slug)s belonged to the skill “%(title)s”. Versions and records still name it, "
            "so it is not given again. Choose another one."
        )
        % words
    )
