"""The embedded broker: a message is there whole or not at all, and what cannot be read stops nothing (H15)."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from lms import (
    broker,
    tasks,  # noqa: F401 - what a message may ask for
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    messages = tmp_path / "messages"
    messages.mkdir()
    return messages


@pytest.fixture
def connection(folder: Path) -> Connection:
    broker.install()
    folders = {"data_folder_in": str(folder), "data_folder_out": str(folder)}
    return Connection("filesystem://localhost", transport_options=folders)


def message(**changes: Any) -> dict[str, Any]:
    """A message as Celery sends it, with these of its parts changed."""
    body = base64.b64encode(b"[[], {}, {}]").decode()
    where = {"exchange": "", "routing_key": "celery"}
    return {
        "body": body,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"id": "1", "task": "lms.tasks.send_mail"} | changes.pop("headers", {}),
        "properties": {"body_encoding": "base64", "delivery_info": where, "delivery_tag": "1"}
        | changes.pop("properties", {}),
    } | changes


def body(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


WRONG: dict[str, Any] = {
    "nothing": b"",
    "half a message": json.dumps(message()).encode()[:200],
    "no text": b"\xff\xfe\x00",
    "nested without end": b"[" * 100_000,
    "a number": b"17",
    "a list": b"[]",
    "no parts": {},
    "no headers": message(headers={"task": None}),
    "headers that are a list": message() | {"headers": []},
    "a task that is a list": message(headers={"task": []}),
    "a task that nobody knows": message(headers={"task": "lms.tasks.make_tea"}),
    "an id that is a number": message(headers={"id": 5}),
    "a tag that is a dictionary": message(properties={"delivery_tag": {}}),
    "no place it comes from": message(properties={"delivery_info": None}),
    "an encoding that is a number": message(properties={"body_encoding": 64}),
    "a body that is a number": message(body=7),
    "a body that is no base64": message(body="%%%"),
    "a body that is no JSON": message(body=body("import os")),
    "a body that is null": message(body=body("null")),
    "a body of two parts": message(body=body("[[], {}]")),
    "a body in another order": message(body=body("[{}, [], {}]")),
    "a body of the old protocol": message(body=body('{"task": "lms.tasks.send_mail", "id": "1", "args": []}')),
}


def lay(folder: Path, number: int, what: Any) -> Path:
    """A file of the queue, older than whatever is sent afterwards."""
    file = folder / f"{number}_{number}.celery.msg"
    file.write_bytes(what if isinstance(what, bytes) else json.dumps(what).encode())
    return file


def lay_what_is_no_file(folder: Path) -> list[str]:
    """A folder, a pipe, a link to nowhere, and a link to something that has no end."""
    names = [f"0_{kind}.celery.msg" for kind in ("folder", "pipe", "nowhere", "endless")]
    (folder / names[0]).mkdir(mode=0o000)
    os.mkfifo(folder / names[1])
    (folder / names[2]).symlink_to(folder / "nothing")
    (folder / names[3]).symlink_to("/dev/zero")
    return names


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_read_is_set_aside_with_a_line_in_the_log(
    wrong: str, connection: Connection, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """H15."""
    bad = lay(folder, 1, WRONG[wrong])
    lay(folder, 2, message())
    channel = connection.channel()
    assert channel._get("celery") == message()
    with pytest.raises(Empty):
        channel._get("celery")
    assert list(folder.iterdir()) == []
    assert (folder.parent / "unreadable" / bad.name).exists()
    assert len(caplog.records) == 1


def test_so_is_what_is_no_file_and_what_may_not_be_read(
    connection: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H15."""
    names = [*lay_what_is_no_file(folder), lay(folder, 1, message()).name]
    lay(folder, 2, message())
    read = Path.read_bytes

    def forbidden(self: Path) -> bytes:
        if self.name.startswith("1_"):
            raise PermissionError(13, "Permission denied")
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    got: list[Any] = []
    # A pipe that nobody writes to is waited for without end.
    reading = threading.Thread(target=lambda: got.append(connection.channel()._get("celery")), daemon=True)
    reading.start()
    reading.join(20)
    assert got == [message()]
    assert sorted(path.name for path in (folder.parent / "unreadable").iterdir()) == sorted(names)


def test_nor_does_it_matter_if_there_is_no_place_to_set_it_aside(connection: Connection, folder: Path) -> None:
    """H15."""
    (folder.parent / "unreadable").write_text("in the way")
    lay(folder, 1, b"{")
    lay(folder, 2, message())
    channel = connection.channel()
    assert channel._get("celery") == message()
    with pytest.raises(Empty):
        channel._get("celery")


# --- A worker on top of it ----------------------------------------------------------------------------------------

HEADERS: list[dict[str, Any]] = [
    {"timelimit": 5},
    {"timelimit": ["a", "b"]},
    {"eta": {}},
    {"eta": "soon"},
    {"expires": [1]},
    {"expires": "never"},
    {"retries": "many"},
    {"shadow": []},
    {"root_id": {}},
    {"argsrepr": 5},
    {"ignore_result": {}},
    {"stamps": 5, "stamped_headers": 5},
]
"""Headers that only Celery looks at."""
STUMBLES = [message(headers=headers, properties={"delivery_tag": str(headers)}) for headers in HEADERS]


WAKING = """
import threading
from celery import Celery
from lms import broker

broker.install()
together = threading.Barrier(2)
app = Celery("tried", broker="filesystem://localhost")
app.conf.update(
    broker_transport_options={{"data_folder_in": {folder!r}, "data_folder_out": {folder!r}}},
    task_acks_late=True, worker_prefetch_multiplier=1, worker_enable_remote_control=False,
)

app.finalize()
app.tasks.pop("lms.tasks.send_mail", None)  # ours takes no words

@app.task(name="lms.tasks.send_mail")
def send_mail(*words):
    if words:
        together.wait(20)  # both at once: none of the two places is held
    print("woken by " + " ".join(words))
"""


def test_a_worker_goes_on_whatever_lies_there(folder: Path) -> None:
    """H15: it lives, none of its two places is held by a message that it could not take, and the next one wakes it."""
    lay_what_is_no_file(folder)
    for number, what in enumerate([*WRONG.values(), *STUMBLES]):
        lay(folder, 100 + number, what)
    for number, name in enumerate(("first", "second"), 900):
        lay(folder, number, message(body=body(f'[["{name}"], {{}}, {{}}]'), properties={"delivery_tag": name}))
    (folder.parent / "waking.py").write_text(WAKING.format(folder=str(folder)))
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "waking", "-q", "worker", "--loglevel", "WARNING", "--pool", "threads",
         "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(folder.parent)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    too_late = threading.Timer(60, worker.kill)
    too_late.start()
    said: list[str] = []
    try:
        assert worker.stdout
        for line in worker.stdout:
            said.append(line)
            if all(any(f"woken by {name}" in line for line in said) for name in ("first", "second")):
                break
        else:
            pytest.fail("The worker ended: " + "".join(said))
    finally:
        too_late.cancel()
        worker.kill()
        worker.wait()


def test_a_reader_never_sees_half_a_message(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, seen = connection.channel(), []
    rename = os.replace

    def looked_at_before(*names: Any) -> None:
        with pytest.raises(Empty):
            reader._get("celery")
        seen.append(names)
        rename(*names)

    monkeypatch.setattr(os, "replace", looked_at_before)
    long = message(body=body(json.dumps([["x" * 100_000], {}, {}])))
    connection.channel()._put("celery", long)
    assert len(seen) == 1
    monkeypatch.undo()
    assert reader._get("celery") == long
    with pytest.raises(Empty):
        reader._get("celery")


def test_messages_come_in_the_order_in_which_they_were_sent(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(10**12, 2 * 10**12, 10**9))
    monkeypatch.setattr(broker.time, "monotonic_ns", lambda: next(clock))
    channel = connection.channel()
    for number in range(3):
        channel._put("celery", message(headers={"id": str(number)}))
    assert [channel._get("celery")["headers"]["id"] for _ in range(3)] == ["0", "1", "2"]
