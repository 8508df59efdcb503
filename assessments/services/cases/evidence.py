"""Evidence: words, links and files that a learner attaches to a case, and how they are kept safe.

A file is accepted by what it is (its first bytes), not by its name; it is stored under its uid and served as a
download from a view that asks the case policy. Limits: 10 MB a file, 12 pieces a case.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePath
from uuid import UUID

import filetype
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from assessments.models import Case, Evidence
from assessments.policies import case_policy
from lms.api import User, act, claim_key, log_end, log_row
from lms.errors import Conflict, Invalid, NotFound
from lms.rules.lines import many_lines, one_line
from lms.rules.links import wrong_with_link

MAX_BYTES = 10 * 1024 * 1024
MAX_PIECES = 12
MAX_TEXT = 20_000
MAX_LINK = 500
ALLOWED = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
}
OFFICE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}


@act
def add_evidence(
    *,
    actor: User,
    case_uid: UUID,
    text: str = "",
    url: str = "",
    file: UploadedFile | None = None,
    item: str = "",
    key: UUID,
    at: datetime,
) -> Evidence:
    """Attach exactly one of words, a link or a file; ``item`` is the evidence line of the standard that it answers.

    Raises NotFound, NotAllowed (not the learner, or decided), Invalid (nothing or two things, too large, not allowed).
    """
    case = case_policy.get(actor, "feed", uid=case_uid, lock=True, related=("version",))
    if not claim_key(actor=actor, name="evidence.add", key=key, at=at, about=key):
        return Evidence.objects.get(uid=key)
    text, url = many_lines(text), url.strip()
    if sum(map(bool, (text, url, file))) != 1:
        raise Invalid(text=_("Give one thing at a time: some words, a link or a file."))
    if item and item not in {line["id"] for line in case.version.spec["evidence"]}:
        raise Invalid(item=_("Choose one of the lines that the standard asks for."))
    if case.evidence.filter(withdrawn_at=None).count() >= MAX_PIECES:
        raise Invalid(text=_("A case holds 12 pieces of evidence. Take one back before you add another."))
    piece = Evidence(uid=key, case=case, item=item, added_by=actor, added_at=at)
    if file is not None:
        _take_file(piece, file)
        piece.sha256 = _hash_of(file.chunks())
    elif url:
        if wrong := wrong_with_link(url):
            raise Invalid(url=wrong)
        if len(url) > MAX_LINK:
            raise Invalid(url=_("A link has %(n)s characters at most.") % {"n": MAX_LINK})
        piece.kind, piece.url = Evidence.Kind.LINK, url
    else:
        if len(text) > MAX_TEXT:
            raise Invalid(text=_("Keep it below 20,000 characters, or attach a file."))
        piece.kind, piece.text = Evidence.Kind.TEXT, text
    piece.sha256 = piece.sha256 or content_hash(piece)
    piece.save()
    log_row(piece)
    return piece


def _take_file(piece: Evidence, file: UploadedFile) -> None:
    extension = PurePath(file.name or "").suffix.lower().lstrip(".")
    size = file.size or 0
    if not 0 < size <= MAX_BYTES:
        raise Invalid(file=_("A file may have up to 10 MB and must not be empty."))
    if extension not in ALLOWED:
        raise Invalid(file=_("Attach a PDF, a picture, an office document or a sound file."))
    kind = filetype.guess(file.read(8192))
    file.seek(0)
    fits = kind is not None and kind.mime == ALLOWED[extension]
    if extension in OFFICE:
        fits = (fits or (kind is not None and kind.mime == "application/zip")) and _is_office(file, OFFICE[extension])
    if not fits:
        raise Invalid(file=_("The file is not what its name says. Save it again in its own program and attach that."))
    piece.kind, piece.file = Evidence.Kind.FILE, file
    name = PurePath((file.name or "file").replace("\\", "/")).name
    piece.file_name = one_line("".join(letter for letter in name if letter.isprintable()))[-160:]
    piece.content_type, piece.size = ALLOWED[extension], size


def _is_office(file: UploadedFile, folder: str) -> bool:
    """Whether a zip is an office document: its list of parts is there, and its own folder. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    finally:
        file.seek(0)
    return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)


def pieces_of(case: Case) -> list[Evidence]:
    """The evidence that stands, oldest first. Queries: 1."""
    return list(case.evidence.filter(withdrawn_at=None).select_related("added_by"))


def content_hash(piece: Evidence) -> str:
    """SHA-256 of what the piece says: the file's bytes, or kind and words. OSError when the file is gone."""
    if piece.kind != Evidence.Kind.FILE:
        return hashlib.sha256(f"{piece.kind}\n{piece.item}\n{piece.url}\n{piece.text}".encode()).hexdigest()
    with piece.file.open("rb") as file:
        return _hash_of(file.chunks())


def _hash_of(chunks: Iterable[bytes]) -> str:
    hasher = hashlib.sha256()
    for chunk in chunks:
        hasher.update(chunk)
    return hasher.hexdigest()


@act
def withdraw_evidence(*, actor: User, evidence_uid: UUID, key: UUID, at: datetime) -> Evidence:
    """Take a piece back before the case is decided; the row stays and is no longer shown.

    Raises NotFound, NotAllowed (seen, but not the learner; or decided), Conflict.
    """
    piece = Evidence.objects.filter(uid=evidence_uid).select_related("case").first()
    if piece is None:
        raise NotFound(_("There is no such evidence of yours."))
    case_policy.get(actor, "feed", pk=piece.case_id, lock=True)
    if claim_key(actor=actor, name="evidence.withdraw", key=key, at=at, about=piece.uid):
        if not Evidence.objects.filter(pk=piece.pk, withdrawn_at=None).update(withdrawn_at=at):
            raise Conflict(_("You took this back before."))
        piece.refresh_from_db()
        log_end(piece)
    return piece
