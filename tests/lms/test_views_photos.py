"""The pages of one's own facts and photo, the address of photos, and removing one of somebody else."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from lms.api import LEARNING_ADMINISTRATORS, User
from lms.models import Photo
from lms.rules.squares import MOST_BYTES
from tests.clients import log_in, words_of
from tests.factories import basics, people, pictures
from tests.page import main_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> User:
    return people.person("Kofi Mensah", time_zone="Africa/Accra")


def post(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"key": basics.key(), **fields})


def send(client: Client, data: bytes | None = None, **fields: Any) -> Any:
    sent = {"act": "set", "file": pictures.upload(data), "left": 50, "top": 50, "size": 100}
    return post(client, "/me/photo/", **sent | fields)


# --- One's own facts ------------------------------------------------------------------------------------------------

FACTS = {"preferred_name": "Kof", "pronunciation": "KOH-fee", "time_zone": "Africa/Accra"}


def test_everybody_changes_what_they_are_called_and_how_it_is_said(who: User) -> None:
    client = log_in(who)
    assert post(client, "/me/", **FACTS)["Location"] == "/me/"
    who.refresh_from_db()
    assert (who.get_short_name(), who.pronunciation) == ("Kof", "KOH-fee")
    assert "kof" in who.name_folded.split()
    assert "Kept." in words_of(client.get("/me/"))


def test_another_zone_is_said_in_a_sentence_and_holds_at_once(who: User) -> None:
    client = log_in(who)
    post(client, "/me/", **FACTS | {"time_zone": "America/New_York"})
    page = words_of(client.get("/me/"))
    assert "From now on all times are shown as clocks say them in America/New York." in page
    who.refresh_from_db()
    assert str(who.zone) == "America/New_York"


@pytest.mark.parametrize(
    "wrong",
    [{"time_zone": "Mars/Olympus"}, {"time_zone": ""}, {"preferred_name": "x" * 61}, {"pronunciation": "x" * 81}],
)
def test_what_cannot_be_kept_is_said_beside_its_field(who: User, wrong: dict[str, str]) -> None:
    answer = post(log_in(who), "/me/", **FACTS | wrong)
    assert answer.status_code == 422
    assert f'href="#id_{next(iter(wrong))}"' in words_of(answer)
    who.refresh_from_db()
    assert (who.preferred_name, who.pronunciation, who.time_zone) == ("", "", "Africa/Accra")


def test_unseen_marks_do_not_come_along(who: User) -> None:
    post(log_in(who), "/me/", **FACTS | {"preferred_name": "\u202eKof\r\n", "pronunciation": "\u200b"})
    who.refresh_from_db()
    assert (who.preferred_name, who.pronunciation) == ("Kof", "")


def test_the_page_leads_to_all_that_is_ones_own(who: User) -> None:
    page = main_of(log_in(who).get("/me/"))
    for name in ("Choose a photo", "Which mail you get", "Sign-in and security", "Who can see what about me"):
        assert page.get("link", name)
    assert '<a href="/me/">Your own facts</a>' in words_of(log_in(who).get("/my-people/"))


# --- One's own photo ------------------------------------------------------------------------------------------------


def test_a_photo_is_set_shown_and_removed(who: User) -> None:
    client = log_in(who)
    assert "KM" in words_of(client.get("/me/photo/"))
    assert send(client)["Location"] == "/me/photo/"
    who.refresh_from_db()
    page = words_of(client.get("/me/photo/"))
    assert page.count(f'src="/photos/{who.photo_id}/') == 3
    assert "This is your photo now." in page
    assert post(client, "/me/photo/", act="remove")["Location"] == "/me/photo/"
    assert "Your photo is gone." in words_of(client.get("/me/photo/"))
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    ("data", "fields", "status", "said"),
    [
        (b"<svg/>", {}, 422, "no picture that we can read"),
        (b"", {}, 422, "must not be empty"),
        (b"x" * (MOST_BYTES + 1), {}, 413, "up to 10 MB"),
        (None, {"size": 1}, 422, "greater than or equal to 25"),
        (None, {"left": "much"}, 422, "whole number"),
        (None, {"file": ""}, 422, "This field is required."),
        (None, {"act": "paint"}, 422, "This form is incomplete."),
        (None, {"key": "none"}, 422, "This form is incomplete."),
    ],
)
def test_a_picture_that_is_none_ends_in_a_sentence(
    who: User, data: bytes | None, fields: dict[str, Any], status: int, said: str
) -> None:
    answer = send(log_in(who), data, **fields)
    assert answer.status_code == status
    assert said in words_of(answer)
    assert not Photo.objects.exists()


# --- The address of photos ------------------------------------------------------------------------------------------


def test_a_photo_is_for_whoever_is_signed_in_and_inert(who: User) -> None:
    send(log_in(who))
    who.refresh_from_db()
    address = f"/photos/{who.photo_id}/small/"
    assert Client().get(address)["Location"].startswith("/accounts/login/")
    answer = log_in(people.person()).get(address)
    assert answer.content == bytes(Photo.objects.get().small)
    assert answer["Content-Type"] == "image/webp"
    assert set(answer["Content-Security-Policy"].split("; ")) == {"sandbox", "default-src 'none'"}
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, max-age=86400, immutable"


def test_there_is_no_photo_of_another_size_of_nobody_and_after_removal(who: User) -> None:
    photo, client = pictures.photo(who), log_in(people.person())
    for size in ("small", "middle", "large"):
        assert client.get(f"/photos/{photo.pk}/{size}/").content == size.encode()
    for uid, size in ((photo.pk, "kept_at"), (photo.pk, "uid"), (photo.pk, "person"), (uuid4(), "small")):
        assert client.get(f"/photos/{uid}/{size}/").status_code == 404
    photo.delete()
    assert client.get(f"/photos/{photo.pk}/small/").status_code == 404


def test_who_left_sees_no_face(who: User) -> None:
    photo, left = pictures.photo(who), people.person()
    client = log_in(left)
    User.objects.filter(pk=left.pk).update(**people.LEFT)
    assert client.get(f"/photos/{photo.pk}/small/").status_code == 302


# --- A photo of somebody else ---------------------------------------------------------------------------------------


def test_a_photo_that_has_no_place_here_is_removed_with_a_reason(who: User) -> None:
    pictures.photo(who)
    desk = log_in(people.in_group(LEARNING_ADMINISTRATORS))
    address = f"/people/{who.uid}/photo/"
    assert main_of(desk.get(address)).get("button", "Remove the photo")
    assert post(desk, address, reason=" ").status_code == 422
    assert post(desk, address, reason="It shows a dog.")["Location"] == f"/people/{who.uid}/profile/"
    assert "Nothing to remove" in words_of(desk.get(address))
    late = post(desk, address, reason="It shows a dog, too.")
    assert late.status_code == 409
    assert "It shows a dog, too." in words_of(late)
