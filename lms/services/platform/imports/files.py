"""Keeping a file with people until it is applied, and what its columns are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lms.errors import Conflict, Invalid, NotFound
from lms.models import ImportMapping, PeopleImport, User
from lms.policies import people_policy
from lms.rules.lines import one_line, shorten
from lms.rules.people_files.columns import check, guess
from lms.rules.people_files.compare import MISSING, NOBODY, STATED
from lms.rules.people_files.corrections import Corrections
from lms.rules.people_files.dates import ORDERS
from lms.rules.people_files.fields import BY_CODE
from lms.rules.people_files.tables import MOST_BYTES, read_table
from lms.rules.people_files.text import CHARSETS
from lms.services.platform.acts import act, claim_key

from .looking import FileChoices, FileLook, look_at

KEPT_FOR = timedelta(days=1)
"""So long a file is kept that nobody applies, and what was left out of one."""


@act
def read_people_file(*, actor: User, file: UploadedFile, mapping: str = "", key: UUID, at: datetime) -> PeopleImport:
    """Keep a file, to look at what it would write. ``mapping``: the name of a kept one, "" for one that fits or none.

    Raises NotAllowed, Invalid (not to be read; no such mapping). Queries: 5.
    """
    people_policy.require(actor, "invite")
    if file.size is not None and file.size > MOST_BYTES:
        words = {"n": MOST_BYTES // 1024 // 1024}
        raise Invalid(file=_("The file is larger than %(n)s MB. Leave out columns that Vouch does not need.") % words)
    content = file.read()
    table = read_table(content)
    kept = mapping_named(mapping) if mapping else _fitting(table.heads)
    if not claim_key(actor=actor, name="people.import_read", key=key, at=at, about=key):
        return PeopleImport.objects.get(uid=key)
    return PeopleImport.objects.create(
        uid=key,
        file_name=shorten(file.name or "", 200) or _("without a name"),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        columns=guess(table.heads, kept.columns if kept else None),
        order=kept.order if kept else "",
        charset=kept.charset if kept and table.charset and _can_be_read(content, kept.charset) else "",
        read_by=actor,
        read_at=at,
    )


@act
def choose_columns(
    *,
    actor: User,
    import_uid: UUID,
    columns: Mapping[str, str],
    order: str = "",
    charset: str = "",
    leave: str = STATED,
    keep_as: str = "",
    key: UUID,
    at: datetime,
) -> PeopleImport:
    """What each column of a kept file is, and who leaves by it; with a name, kept for the next file, too.

    Raises NotAllowed, NotFound, Invalid (a field twice, nobody can be identified), Conflict (applied already, or the
    file is not kept any more).
    """
    row = waiting_import(actor, import_uid, lock=True)
    if order not in ("", *ORDERS) or charset not in ("", *CHARSETS) or leave not in (NOBODY, STATED, MISSING):
        raise Invalid(_("Choose one of the list."))
    chosen = {head: code for head, code in columns.items() if code in BY_CODE or not code}
    check(chosen)
    if not claim_key(actor=actor, name="people.import_columns", key=key, at=at, about=row.uid):
        return row
    table = read_table(bytes(row.content or b""), charset)
    row.columns, row.order, row.charset, row.leave = guess(table.heads, chosen), order, charset, leave
    row.save(update_fields=["columns", "order", "charset", "leave"])
    if name := one_line(keep_as)[:80]:
        ImportMapping.objects.filter(name__iexact=name).delete()
        ImportMapping.objects.create(
            name=name, columns=row.columns, order=order, charset=charset, kept_by=actor, kept_at=at
        )
    return row


def look_at_import(row: PeopleImport, at: datetime, actor: User | None = None) -> FileLook:
    """What a kept file would write now. Queries: 8."""
    choices = FileChoices(row.columns, row.order, row.charset, row.leave, Corrections.kept(row.corrections))
    return look_at(bytes(row.content or b""), choices, at, actor)


def import_of(actor: User, uid: UUID) -> PeopleImport:
    """An import to look at. Raises NotAllowed, NotFound. Queries: 1-2."""
    people_policy.require(actor, "invite")
    row = PeopleImport.objects.select_related("read_by", "applied_by", "taken_back_by").filter(uid=uid).first()
    if row is None:
        raise NotFound(str(people_policy.not_found))
    return row


def waiting_import(actor: User, uid: UUID, *, lock: bool = False) -> PeopleImport:
    """An import that can be applied. Raises NotAllowed, NotFound, Conflict (it was, or the file is gone)."""
    row = import_of(actor, uid)
    if lock:
        row = PeopleImport.objects.select_for_update().get(pk=row.pk)
    if row.applied_at is not None:
        raise Conflict(_("This file is written already."))
    if row.content is None:
        raise Conflict(_("This file is not kept any more: a file is kept for a day. Bring it in again."))
    return row


def imports_so_far() -> QuerySet[PeopleImport]:
    """Every file that was read, the last one first; without its content."""
    return PeopleImport.objects.defer("content", "corrections", "left_out").select_related("read_by", "applied_by")


def kept_mappings() -> QuerySet[ImportMapping]:
    """Every mapping that was kept, by name."""
    return ImportMapping.objects.order_by("name")


def mapping_named(name: str) -> ImportMapping:
    """A kept mapping. Raises Invalid (none of this name). Queries: 1."""
    found = ImportMapping.objects.filter(name__iexact=name).first()
    if found is None:
        raise Invalid(mapping=_("No mapping is kept under the name “%(name)s”.") % {"name": name})
    return found


def _fitting(heads: tuple[str, ...]) -> ImportMapping | None:
    """The mapping that was kept last for a file with these columns."""
    wanted = set(heads)
    return next((row for row in ImportMapping.objects.order_by("-kept_at") if set(row.columns) == wanted), None)


def _can_be_read(content: bytes, charset: str) -> bool:
    try:
        read_table(content, charset)
    except Invalid:
        return False
    return True


def forget_files(at: datetime) -> int:
    """The content of files that were read more than a day ago goes with what was corrected in it, and what was left out
    of those applied then.

    Returns how many. For the clock. Queries: 2.
    """
    old = at - KEPT_FOR
    unread = PeopleImport.objects.filter(read_at__lt=old).exclude(content=None).update(content=None, corrections={})
    return unread + PeopleImport.objects.filter(applied_at__lt=old).exclude(left_out=None).update(left_out=None)
