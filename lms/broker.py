"""The embedded broker: kombu's folder of messages, each of which appears there whole.

kombu makes the file and writes it then; a worker that looks in between takes an empty message and ends with an error.
"""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Writes a message under a name that no reader looks for, and gives it its own name when it is complete."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        part = Path(self.data_folder_out) / f"{name}.part"
        part.write_text(dumps(payload))
        os.replace(part, part.with_name(name))  # noqa: PTH105 - the act that must be one


class Transport(filesystem.Transport):
    """``filesystem://`` as this application means it (``install``)."""

    Channel = Channel


def install() -> None:
    """From now on ``filesystem://`` is this transport, for whoever sends and whoever reads."""
    TRANSPORT_ALIASES["filesystem"] = "lms.broker:Transport"
