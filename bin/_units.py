"""Stands in for systemctl where there is no systemd: starts and stops what unit files say, for bin/operate.

UNITS names the folder of the unit files. A started unit leaves NAME.pid and NAME.log beside its file. Knows start,
enable --now, stop, restart and daemon-reload; ``User=`` is left out, and so is starting again what ended.
"""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

UNITS = Path(os.environ["UNITS"])
STOP_WITHIN = 40  # seconds; units have TimeoutStopSec=30


def main(given: list[str]) -> int:
    verb, *names = [word for word in given if not word.startswith("--")]
    if verb in ("stop", "restart"):
        for name in names:
            stop(name)
    if verb in ("start", "restart", "enable"):
        for name in names:
            start(name)
    return 0 if verb in ("start", "stop", "restart", "enable", "daemon-reload") else 2


def start(name: str) -> None:
    """Run what the unit runs, as the unit runs it."""
    said = dict(line.split("=", 1) for line in (UNITS / f"{name}.service").read_text().splitlines() if "=" in line)
    env = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    for line in Path(said["EnvironmentFile"]).read_text().splitlines():
        key, _equals, value = line.partition("=")
        env[key] = value
    with (UNITS / f"{name}.log").open("ab") as log:
        child = subprocess.Popen(
            shlex.split(said["ExecStart"]), cwd=said["WorkingDirectory"], env=env, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    (UNITS / f"{name}.pid").write_text(str(child.pid))


def stop(name: str) -> None:
    """Ask it to end, and wait; it is nobody's child any more."""
    file = UNITS / f"{name}.pid"
    if not file.exists():
        return
    pid = int(file.read_text())
    file.unlink()
    until = time.monotonic() + STOP_WITHIN
    how: int = signal.SIGTERM
    while lives(pid, how):
        how = 0 if time.monotonic() < until else signal.SIGKILL
        time.sleep(0.1)


def lives(pid: int, how: int) -> bool:
    """Whether the process still runs after it was sent this signal (0: none). One that nobody waits for does not."""
    try:
        os.kill(pid, how)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
