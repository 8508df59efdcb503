"""Photos of people: by their faces people know whom they meet.

A photo is the square that its person chose, in three sizes; the file that they sent is not kept. It lives in the
database and not in a folder: it comes and goes with the act that is about it, so that none is left over (ADR 36). The
row of the person says which photo is theirs; a list of people therefore has their faces without another question.
"""

from __future__ import annotations

import uuid

from django.db import models


class Photo(models.Model):
    """A square photo of one person, as WebP. It never changes: another photo is another row, at another address."""

    uid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    small = models.BinaryField()
    middle = models.BinaryField()
    large = models.BinaryField()
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Photo {self.uid}"
