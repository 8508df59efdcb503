"""The embedded broker: kombu's folder of messages, each of which appears there whole, and none of which can stop it.

kombu makes the file and writes it then; a worker that looks in between takes an empty message and ends with an error.
It also believes whatever lies there. A message is only a wake-up (ADR 4), so what cannot be read, or is no task of
ours, goes to a folder ``unreadable`` beside the messages with one line in the log, and the next one is taken.
"""

from __future__ import annotations

import base64
import json
import logging
import stat
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

from celery import current_app
from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.utils.json import dumps

logger = logging.getLogger(__name__)

TAKEN = ".taken"
SHAPE: dict[str, Any] = {
    "body": str,
    "content-encoding": str,
    "content-type": str,
    "headers": {"id": str, "task": str},
    "properties": {
        "body_encoding": str,
        "delivery_info": {"exchange": str, "routing_key": str},
        "delivery_tag": str,
    },
}
"""What a worker looks up in a message without asking."""


class Channel(filesystem.Channel):
    """Writes a message under a name that no reader looks for, and gives it its own name when it is complete.

    Which queue an exchange leads to stands in memory, not in a file that can be damaged: whoever sends declares it.
    """

    get_table = virtual.Channel.get_table

    def _queue_bind(self, *args: Any) -> None:
        """Nothing to write: ``queue_bind`` keeps it in memory."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        part = Path(self.data_folder_out) / f"{name}.part"
        part.write_text(dumps(payload))
        part.replace(part.with_name(name))  # the act that must be one

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        """The oldest message of the queue that can be read. Raises Empty when there is none."""
        folder = Path(self.data_folder_in)
        for name in sorted(file.name for file in folder.iterdir()):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{name}{TAKEN}"
            try:
                (folder / name).replace(taken)  # one reader has it now
            except OSError:
                continue  # another was faster
            try:
                message = read(taken)
                taken.unlink()
            except Exception as error:
                set_aside(taken, error)
            else:
                return message
        raise Empty

    def _get_and_deliver(self, queue: str, callback: Callable[[dict[str, Any], str], None]) -> None:
        """Give the worker the next message; one on which it stumbles counts as done."""
        message = self._get(queue)
        try:
            callback(message, queue)
        except Exception:
            logger.exception("The broker dropped a message that the worker could not take: %r", message["headers"])
            self.qos.ack(message["properties"]["delivery_tag"])  # else it would hold a place of the worker's for ever


class Transport(filesystem.Transport):
    """``filesystem://`` as this application means it (``install``)."""

    Channel = Channel


def install() -> None:
    """From now on ``filesystem://`` is this transport, for whoever sends and whoever reads."""
    TRANSPORT_ALIASES["filesystem"] = "lms.broker:Transport"


def read(file: Path) -> dict[str, Any]:
    """The message in this file. Raises ValueError when it is none of ours, and whatever else is wrong with it."""
    if not stat.S_ISREG(file.lstat().st_mode):
        raise ValueError("it is no file")  # a pipe would be read for ever
    message = json.loads(file.read_bytes())
    demand(message, SHAPE)
    if message["headers"]["task"] not in current_app.tasks:
        raise ValueError(f"there is no task {message['headers']['task']!r}")
    body = json.loads(base64.b64decode(message["body"], validate=True))
    if [type(part) for part in body] != [list, dict, dict]:
        raise ValueError("its body is no call of a task")
    return dict(message)


def demand(value: Any, shape: Any, name: str = "the message") -> None:
    """Raise ValueError unless the value has this type or, a dictionary, these keys with values of these shapes."""
    if not isinstance(value, dict if isinstance(shape, dict) else shape):
        raise ValueError(f"{name} is not what it should be")
    for key, inner in shape.items() if isinstance(shape, dict) else ():
        demand(value.get(key), inner, key)


def set_aside(file: Path, error: Exception) -> None:
    """Move a message that cannot be read to the folder for those, and say so once; nobody looks for it where it is."""
    aside = file.parent.parent / "unreadable" / file.name.removesuffix(TAKEN)
    try:
        aside.parent.mkdir(mode=0o700, exist_ok=True)
        file.replace(aside)  # also a folder
    except OSError:
        aside = file
    logger.warning("The broker set a message aside that it cannot read (%s): %s", error, aside)
