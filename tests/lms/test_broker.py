"""The embedded broker: a message is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from lms import broker


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    broker.install()
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "c")}
    return Connection("filesystem://", transport_options=folders)


def test_a_reader_never_sees_half_a_message(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, seen = connection.channel(), []
    rename = os.replace

    def looked_at_before(*names: Any) -> None:
        with pytest.raises(Empty):
            reader._get("celery")
        seen.append(names)
        rename(*names)

    monkeypatch.setattr(os, "replace", looked_at_before)
    message = {"body": "x" * 100_000, "headers": {"task": "lms.tasks.send_mail"}}
    connection.channel()._put("celery", message)
    assert len(seen) == 1
    assert reader._get("celery") == message
    with pytest.raises(Empty):
        reader._get("celery")


def test_messages_come_in_the_order_in_which_they_were_sent(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(10**12, 2 * 10**12, 10**9))
    monkeypatch.setattr(broker.time, "monotonic_ns", lambda: next(clock))
    channel = connection.channel()
    for number in range(3):
        channel._put("celery", {"number": number})
    assert [channel._get("celery")["number"] for _ in range(3)] == [0, 1, 2]
