"""Who may see the photos of people: everybody who is signed in, because they meet everywhere here by name."""

from __future__ import annotations

from django.db.models import Q

from lms.models import Photo, User

from .base import RowPolicy, everybody, nobody


class PhotoPolicy(RowPolicy[Photo]):
    """view: everybody who is here. Who may remove one of somebody else, ``PeoplePolicy`` says (``photo``)."""

    def rows(self, user: User, action: str) -> Q:
        return everybody() if action == "view" else nobody()


photo_policy = PhotoPolicy(Photo)
