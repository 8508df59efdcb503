"""What the scripts share: sentences instead of tracebacks, and a .venv that matches the requirements.

Standard library only: this runs before anything is installed.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

# Exit codes every script keeps to.
FINE, FINDING, USAGE, MISSING, INTERRUPTED = 0, 1, 2, 3, 130


class Stop(Exception):
    """Ends the script with one sentence for the person and an exit code for the machine."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


def say(line: str) -> None:
    """One line of progress, seen at once even through a pipe."""
    print(line, flush=True)


def run_script(main: Callable[[list[str]], int]) -> NoReturn:
    """Run a script's main and leave with its code; whatever was foreseen ends in one sentence."""
    # A shell that starts us in the background makes us ignore Ctrl-C; a script must be stoppable all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _terminated)
    try:
        sys.exit(main(sys.argv[1:]))
    except Stop as stop:
        print(stop, file=sys.stderr)
        sys.exit(stop.code)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except OSError as error:
        print(sentence_for(error), file=sys.stderr)
        sys.exit(MISSING)


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def sentence_for(error: OSError) -> str:
    """What to tell somebody whose disk or folder refused."""
    if error.errno == errno.ENOSPC:
        return "The disk is full: make room and run this again."
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}."


# What the tools that we run print when the machine lacks something: pattern -> the sentence for it.
TROUBLE = {
    r"No space left on device|disk is full": "The disk is full: make room and run this again.",
    r"ensurepip is not available|No module named (venv|ensurepip)": (
        "This Python cannot make a virtual environment: install its venv package (Debian: python3-venv)."
    ),
    r"name resolution|dns error|Connection refused|Network is unreachable|Failed to establish a new connection|"
    r"Failed to fetch|timed out": "The packages could not be downloaded: is this machine connected?",
    r"Permission denied|Read-only file system": "The folder cannot be written to.",
}


def run(command: list[str], *, log: Path, env: dict[str, str] | None = None, show: bool = False) -> None:
    """Run one step; its output goes to ``log`` (and to the screen if ``show``), with a sign of life every 10 seconds.

    Raises Stop with a sentence when the step fails. Leaves no child behind when we are stopped ourselves.
    """
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("ab+") as file:
        start = file.tell()
        file.write(f"$ {' '.join(command)}\n".encode())
        file.flush()
        child = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
            stdout=None if show else file, stderr=file,
        )  # fmt: skip
        began = time.monotonic()
        try:
            while True:
                try:
                    code = child.wait(timeout=10)
                    break
                except subprocess.TimeoutExpired:
                    say(f"  ... {time.monotonic() - began:.0f} s")
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
        if code:
            file.seek(start)
            raise explain(file.read().decode(errors="replace"), log)


def explain(output: str, log: Path) -> Stop:
    """The sentence for a step that failed: a known trouble, or its last line and where the rest is."""
    for pattern, sentence in TROUBLE.items():
        if re.search(pattern, output):
            return Stop(f"{sentence} (Details: {log})", MISSING)
    lines = [line for line in output.splitlines() if line.strip()]
    return Stop(f"{lines[-1].strip()} (Details: {log})", FINDING)


def digest(*paths: Path) -> str:
    """One fingerprint of some files: their names and contents."""
    sha = hashlib.sha256()
    for path in paths:
        sha.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return sha.hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """What a stamp file says; empty when there is none or it is damaged."""
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replace a stamp file in one step: never half a stamp."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(value, indent=1) + "\n")
    new.replace(path)


@contextmanager
def alone(folder: Path, *, or_else: str = "") -> Iterator[None]:
    """Hold this folder for one process at a time; wait for the other, or Stop with ``or_else``."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if or_else:
                raise Stop(or_else, FINDING) from None
            say("Waiting for another script that works in this folder ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def make_venv(*, dev: bool = False) -> None:
    """Bring .venv to what requirements.txt (and requirements-dev.txt) say; nothing to do when they did not change."""
    files = [ROOT / "requirements.txt"] + ([ROOT / "requirements-dev.txt"] if dev else [])
    wanted = {file.name: digest(file) for file in files}
    stamp = VENV / "vouch-requirements.json"
    if _works(PYTHON) and wanted.items() <= read_json(stamp).items():
        return
    with alone(ROOT):
        if _works(PYTHON) and wanted.items() <= read_json(stamp).items():
            return  # the script we waited for did it
        _install(files, wanted, stamp)


def _install(files: list[Path], wanted: dict[str, str], stamp: Path) -> None:
    """Make .venv if need be, bring uv into it by pip, and install with uv; everything by its hashes."""
    log = ROOT / "var" / "log" / "install.log"
    uv, installer = VENV / "bin" / "uv", ROOT / "requirements-installer.txt"
    if not (_works(PYTHON) and _works(PYTHON, "import pip")):
        say("Making .venv")
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], log=log)
    brought = {installer.name: digest(installer)}
    if not (uv.exists() and brought.items() <= read_json(stamp).items()):
        # pip would otherwise ask the index about itself, too.
        quiet = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
        run([str(PYTHON), "-m", "pip", "install", "--require-hashes", "-r", str(installer)], log=log, env=quiet)
    names = [part for file in files for part in ("-r", str(file))]
    say(f"Installing the packages of {' and '.join(file.name for file in files)}")
    run(
        [str(uv), "pip", "install", "--python", str(PYTHON), "--require-hashes", *names],
        log=log,
        env={**_as_pip_is_told(), **os.environ},
    )
    write_json(stamp, {**read_json(stamp), **brought, **wanted})


def _as_pip_is_told() -> dict[str, str]:
    """What pip is told about its index and certificates here, in uv's words: uv reads none of pip's settings."""
    asked = subprocess.run([PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    told = dict(line.split("=", 1) for line in asked.stdout.splitlines() if "=" in line)
    found = {}
    for ours, theirs in (("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")):
        value = told.get(f":env:.{ours}") or told.get(f"install.{ours}") or told.get(f"global.{ours}")
        if value:
            found[theirs] = value.strip("'\"")
    return found


def _works(python: Path, code: str = "import sys; sys.exit(sys.version_info < (3, 11))") -> bool:
    """Whether this interpreter still runs: the one .venv was made from may be gone, or the folder was moved."""
    try:
        return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
