"""What is new for somebody: the newest that they have not seen, and how many more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lms.api import News, User, notices_of, read_notices, unread_notices
from tests.factories import basics, notices, people

pytestmark = pytest.mark.django_db
AT = basics.MONDAY


def tell(who: User, number: int) -> None:
    for n in range(number):
        notices.said(who, f"News {n}", AT + timedelta(minutes=n))


def texts(news: News) -> list[str]:
    return [notice.text for notice in news.notices]


def test_nothing_is_new_for_somebody_who_was_told_nothing() -> None:
    tell(people.person(), 3)
    assert unread_notices(people.person()) == News((), 0)


@pytest.mark.parametrize("number", [1, 5, 8, 40])
def test_the_newest_five_and_how_many_more_in_one_query(django_assert_num_queries: Any, number: int) -> None:
    who, other = people.person(), people.person()
    tell(who, number)
    tell(other, 9)
    with django_assert_num_queries(1):
        news = unread_notices(who)
    assert texts(news) == [f"News {n}" for n in range(number - 1, max(number - 6, -1), -1)]
    assert news.more == max(number - 5, 0)
    assert {notice.uid for notice in news.notices} <= set(who.notices.values_list("uid", flat=True))


def test_told_at_one_moment_the_last_told_stands_first() -> None:
    who = people.person()
    for n in range(7):
        notices.said(who, f"News {n}", AT)
    assert texts(unread_notices(who)) == ["News 6", "News 5", "News 4", "News 3", "News 2"]


def test_what_was_read_is_kept_and_not_new() -> None:
    who = people.person()
    tell(who, 3)
    newest = who.notices.first()
    assert newest
    read_notices(actor=who, notice_uid=newest.uid, key=basics.key(), at=AT + timedelta(hours=1))
    assert texts(unread_notices(who)) == ["News 1", "News 0"]
    read_notices(actor=who, key=basics.key(), at=AT + timedelta(hours=1))
    assert unread_notices(who) == News()
    assert [notice.text for notice in notices_of(who)] == ["News 2", "News 1", "News 0"]
