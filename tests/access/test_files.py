"""Hole H1: a file comes out of its own address and of no other, however a path is written and whoever asks.

The resolver is walked, so that a new address that takes a text is tried as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, CollectionViewRestriction

from assessments.api import add_evidence, withdraw_evidence
from assessments.models import Evidence
from cms.models import CustomDocument, CustomImage
from lms.api import AUDITORS, AUTHORS, LEARNING_ADMINISTRATORS
from tests.factories import basics, cms, decisions, people

from .hostile import ask, holding

pytestmark = pytest.mark.django_db

MARK = b"never through another address"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n" + MARK


@dataclass
class Kept:
    """A folder of files, and who asks for them."""

    media: Path
    piece: Evidence
    withdrawn: Evidence
    paper: CustomDocument
    picture: str
    clients: dict[str, Client]

    def targets(self) -> dict[str, str]:
        """Files by their place below MEDIA_ROOT."""
        return {
            "evidence": f"evidence/{self.piece.file.name}",
            "withdrawn evidence": f"evidence/{self.withdrawn.file.name}",
            "a private paper": f"library/{self.paper.file.name}",
            "beside the media": "../secret_key",
        }


def signed_in(who: Any) -> Client:
    client = Client()
    client.force_login(who)
    return client


def keep(folder: Path) -> Kept:
    """All of it, in this folder and the database."""
    media = folder / "media"
    cms.site()
    work = decisions.decision_scene()
    decisions.watch(work, work.another())
    keys = [basics.key(), basics.key()]
    for key in keys:
        file = SimpleUploadedFile("notes.pdf", PDF)
        add_evidence(actor=work.learner, case_uid=work.case.uid, file=file, key=key, at=basics.MONDAY)
    later = basics.MONDAY + timedelta(hours=1)
    withdraw_evidence(actor=work.learner, evidence_uid=keys[1], key=basics.key(), at=later)
    private = Collection.get_first_root_node().add_child(name="Private")
    rule = CollectionViewRestriction.objects.create(collection=private, restriction_type="groups")
    board = Group.objects.create(name="The board")
    rule.groups.add(board)
    paper = CustomDocument.objects.create(title="x", file=ContentFile(PDF, "salaries.pdf"), collection=private)
    image = CustomImage.objects.create(title="Board", file=get_test_image_file())
    picture = image.get_rendition("fill-10x10")
    (folder / "secret_key").write_bytes(MARK)
    renditions = media / "renditions" / "images"
    (renditions / "out").symlink_to(media / "evidence")
    (renditions / "all").symlink_to(folder)
    (renditions / "key.png").symlink_to(folder / "secret_key")
    admin = people.person(is_superuser=True)
    admin.groups.add(board)
    return Kept(
        media=media,
        piece=Evidence.objects.get(uid=keys[0]),
        withdrawn=Evidence.objects.get(uid=keys[1]),
        paper=paper,
        picture=picture.url,
        clients={
            "nobody": Client(),
            "the learner": signed_in(work.learner),
            "another learner": signed_in(people.person()),
            "an author": signed_in(people.in_group(AUTHORS)),
            "L&D": signed_in(people.in_group(LEARNING_ADMINISTRATORS)),
            "an auditor": signed_in(people.in_group(AUDITORS)),
            "an administrator of the board": signed_in(admin),
        },
    )


@pytest.fixture(scope="module")
def _kept_of_the_file(once_for_the_file: Any, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    with override_settings(MEDIA_ROOT=folder / "media"):
        kept: Kept = once_for_the_file(lambda: keep(folder))
    return kept


@pytest.fixture
def kept(db: None, settings: Any, _kept_of_the_file: Kept) -> Kept:
    settings.MEDIA_ROOT = _kept_of_the_file.media
    return _kept_of_the_file


def forms(target: str, media: Path) -> Iterator[str]:
    """One file's path as strangers write it."""
    up = [
        f"{dots}{target}" for dots in ("../", "../../", "images/../", "images/../../", "x/../../", "images/x/../../../")
    ]
    yield from (target, *up)
    for path in up[:4]:
        yield path.replace("..", "%2e%2e")
        yield path.replace("..", "%252e%252e")
        yield path.replace("..", ".%2E")
        yield path.replace("../", "..%2f")
        yield path.replace("../", "..%252f")
        yield path.replace("/", "\\")
        yield path.replace("/", "%5c")
        yield path.replace("/", "%255c")
        yield path.replace("../", "..;/")
        yield path.replace("../", "....//")
        yield path.replace("..", "%c0%ae%c0%ae")
        yield path.replace("..", "%EF%BC%8E%EF%BC%8E")
        yield path.replace("/", "//")
        yield path.replace("../", ".././")
        yield path.upper()
        yield f"{path}."
        yield f"{path}/"
        yield f"{path}%20"
        yield f"{path}%00"
        yield f"{path}%00.png"
        yield f"%00{path}"
        yield f"{path}::$DATA"
    yield from (f"{media}/{target}", f"/{media}/{target}", f"file://{media}/{target}", f"./{target}", f"~/{target}")
    yield f"images/out/{target.removeprefix('evidence/')}"
    yield f"images/all/media/{target}"
    yield "images/key.png"
    yield "images/all/secret_key"
    yield f"images/all/media/{target}.png"


STARTS = ("/media/", "/media/images/", "/documents/1/", "/static/", "/static/css/../", "/cms/images/", "/")


@pytest.mark.parametrize("who", ["nobody", "another learner", "an administrator of the board"])
@pytest.mark.parametrize("target", ["evidence", "withdrawn evidence", "a private paper", "beside the media"])
def test_no_way_of_writing_a_path_leads_to_a_file(kept: Kept, target: str, who: str) -> None:
    """H1. Every form of a path below every address that looks like one of files."""
    own = f"/documents/{kept.paper.pk}/" if "board" in who else "none"
    tried, leaked = 0, []
    for form in forms(kept.targets()[target], kept.media):
        for start in STARTS if target == "evidence" and who.startswith("an administrator") else STARTS[:2]:
            answer = ask(kept.clients[who], start + form)
            tried += 1
            if (MARK in answer.body and start != own) or answer.status_code == 500:
                leaked.append((answer.status_code, start + form))
    assert leaked == []
    assert tried > 180


def test_no_other_address_takes_a_path(kept: Kept) -> None:
    """H1. The resolver's addresses, ours, Wagtail's and allauth's, with the worst forms in each argument."""
    worst = ("images/../", "images/..%2f", "images/out", str(kept.media))
    tried, leaked = set(), []
    for form in forms(kept.targets()["evidence"], kept.media):
        for address, raw in holding(form, kinds=("", "str", "slug", "path")) if form.startswith(worst) else ():
            answer = ask(kept.clients["an administrator of the board"], raw)
            tried.add(str(address))
            if MARK in answer.body or answer.status_code == 500:
                leaked.append((answer.status_code, raw))
    assert leaked == []
    assert len(tried) > 30


def test_the_addresses_of_files_give_them_to_whom_they_are_for(kept: Kept) -> None:
    """H1. The same files come out of the address that is theirs: else the tests above would prove nothing."""
    clients = kept.clients
    evidence = {who: ask(client, f"/evidence/{kept.piece.uid}/") for who, client in clients.items()}
    seen = {who for who, answer in evidence.items() if MARK in answer.body}
    assert seen == {"the learner", "an auditor"}
    papers = {who: ask(client, kept.paper.url) for who, client in clients.items()}
    assert {who for who, answer in papers.items() if MARK in answer.body} == {"an administrator of the board"}
    assert {
        answer.status_code for who, answer in papers.items() if who not in ("nobody", "an administrator of the board")
    } == {403}
    for answer in (evidence["the learner"], papers["an administrator of the board"]):
        assert set(answer["Content-Security-Policy"].split("; ")) == {"sandbox", "default-src 'none'"}
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("attachment")


def test_evidence_that_was_taken_back_is_given_to_nobody(kept: Kept) -> None:
    """H1. The learner and the administrators included."""
    answers = {who: ask(client, f"/evidence/{kept.withdrawn.uid}/") for who, client in kept.clients.items()}
    assert {answer.status_code for who, answer in answers.items() if who != "nobody"} == {404}
    assert not any(MARK in answer.body for answer in answers.values())


def test_a_picture_is_for_whoever_is_signed_in(kept: Kept) -> None:
    """H1. By its exact name; the original has no address, nor has a file that no row names."""
    original = CustomImage.objects.get().file.name
    (kept.media / "renditions" / "images" / "left-over.png").write_bytes(MARK)
    for who, client in kept.clients.items():
        answer = ask(client, kept.picture)
        assert answer.status_code == (302 if who == "nobody" else 200)
        if who != "nobody":
            assert answer["Content-Type"] == "image/png"
            assert answer["X-Content-Type-Options"] == "nosniff"
            for other in (
                f"/media/{original}",
                "/media/images/left-over.png",
                kept.picture.upper(),
                f"{kept.picture}/",
            ):
                assert ask(client, other).status_code == 404, other


def test_a_name_in_the_database_that_leads_out_is_refused_too(kept: Kept) -> None:
    """H1. Whatever writes a row: a storage opens nothing outside its folder, links included."""
    image = CustomImage.objects.get()
    for name in ("../evidence/a.png", "images/key.png", "images/out/a.png", "/etc/hostname.png"):
        image.renditions.update(file=name)
        answer = ask(kept.clients["another learner"], f"/media/{name}")
        assert answer.status_code in (400, 404), name
        assert MARK not in answer.body


def test_each_kind_of_file_has_a_folder_of_its_own(kept: Kept) -> None:
    """H1. None lies in another, so that no prefix of one address reaches the files of another."""
    places = [Path(storages[name].location) for name in ("default", "renditions", "evidence")]
    assert len(set(places)) == 3
    assert {place.parent for place in places} == {kept.media}
    assert kept.piece.file.storage is storages["evidence"]
    assert CustomImage.objects.get().renditions.get().file.storage is storages["renditions"]
