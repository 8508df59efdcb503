"""bin/start answers trouble with one sentence, and stops without leaving anything behind."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
START = ROOT / "bin" / "start"
BASH = shutil.which("bash")

Start = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path, port: int) -> Start:
    """Run bin/start with a data folder of its own, to its end."""

    def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        command = [BASH, START, "--port", str(port), *arguments]
        environment = {**os.environ, "VOUCH_DATA_DIR": str(tmp_path), **env}
        return subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def refused(result: subprocess.CompletedProcess[str], code: int) -> str:
    """The one sentence it said; fails when there was more, or another exit code."""
    lines = result.stderr.splitlines()
    assert (result.returncode, len(lines)) == (code, 1), result
    return lines[0]


def test_help_names_every_option(start: Start) -> None:
    result = start("--help")
    assert result.returncode == 0
    for option in ("--port", "--host", "--reset", "--yes", "--empty"):
        assert option in result.stdout


@pytest.mark.parametrize(
    "arguments", [["--colour"], ["--port", "0"], ["--port", "web"], ["--port", "65536"], ["extra"]]
)
def test_start_with_wrong_arguments_exits_with_2(start: Start, arguments: list[str]) -> None:
    assert start(*arguments).returncode == 2


def test_start_refuses_an_address_of_another_machine(start: Start) -> None:
    assert "not an address of this machine" in refused(start("--host", "192.0.2.1"), 2)


def test_start_on_a_port_in_use_says_so(start: Start, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert f"Port {port} is in use" in refused(start(), 3)


def test_start_with_an_old_python_says_which_it_needs(start: Start, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("dirname", "head"):
        (tools / name).symlink_to(str(shutil.which(name)))
    old = tools / "python3"
    old.write_text(f'#!{BASH}\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    result = subprocess.run(
        [BASH, ROOT / "bin" / "_python", "start"], env={"PATH": str(tools)}, capture_output=True, text=True, check=False
    )
    assert refused(result, 3) == "Vouch needs Python 3.11 or newer; found Python 3.9.2."


@pytest.mark.parametrize("arguments", [[], ["--reset", "--yes"]])
def test_foreign_database_is_left_alone(start: Start, tmp_path: Path, arguments: list[str]) -> None:
    file = tmp_path / "vouch.sqlite3"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE recipes (name)")
    before = file.read_bytes()
    assert "is not a Vouch database" in refused(start(*arguments), 2)
    assert file.read_bytes() == before


def test_file_that_is_no_database_is_left_alone(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "vouch.sqlite3"
    file.write_text("dear diary")
    assert "is not a Vouch database" in refused(start(), 2)
    assert file.read_text() == "dear diary"


def test_data_folder_that_cannot_be(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be used as the data folder" in refused(start(VOUCH_DATA_DIR=str(tmp_path / "file" / "data")), 3)


def test_reset_without_yes_deletes_nothing(start: Start, tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    assert "--yes" in refused(start("--reset"), 2)
    assert (tmp_path / "media").exists()


def test_start_on_a_database_of_another_version_names_reset(start: Start, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "vouch.sqlite3") as database:
        database.execute("CREATE TABLE django_migrations (app)")
        database.execute("INSERT INTO django_migrations VALUES ('lms')")
    (tmp_path / "state.json").write_text('{"stage": "made", "kind": "demo", "migrations": "other"}')
    assert "bin/start --reset" in refused(start(), 1)


# --- Serving ------------------------------------------------------------------------------------------------------


@pytest.fixture
def served(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A whole Vouch with an empty database, in a process group of its own, ready to answer."""
    process = subprocess.Popen(
        [BASH, START, "--port", str(port), "--empty"],
        env={**os.environ, "VOUCH_DATA_DIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("Ready: "):
            break
    else:
        pytest.fail("".join(lines))
    yield process
    if members(process.pid):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def members(group: int) -> list[str]:
    """The processes of a group, as ``ps`` shows them, without those that only wait to be reaped."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [row[2] for row in rows if row[0] == str(group) and not row[1].startswith("Z")]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@pytest.mark.long
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_stopped_server_leaves_no_process_and_a_free_port(
    served: subprocess.Popen[str], port: int, number: int, code: int
) -> None:
    assert urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status == 200
    assert len(members(served.pid)) >= 5  # ourselves, gunicorn and two workers, worker with the schedule
    served.send_signal(number)
    assert served.wait(30) == code
    assert members(served.pid) == []
    assert is_free(port)


@pytest.mark.long
def test_nothing_survives_a_kill(served: subprocess.Popen[str], port: int) -> None:
    served.kill()
    served.wait()
    until = time.monotonic() + 20
    while members(served.pid) and time.monotonic() < until:
        time.sleep(0.2)
    assert members(served.pid) == []
    assert is_free(port)


@pytest.mark.long
def test_second_run_changes_nothing(served: subprocess.Popen[str], start: Start, tmp_path: Path, port: int) -> None:
    state = (tmp_path / "state.json").read_bytes()
    assert "already running" in refused(start("--port", str(port + 1)), 1)
    assert (tmp_path / "state.json").read_bytes() == state


@pytest.mark.long
def test_whatever_is_killed_comes_back_and_the_end_is_the_same(served: subprocess.Popen[str], port: int) -> None:
    """H16: the web server's master, then the worker with the schedule; Ctrl-C stops those that came afterwards."""
    for word in ("gunicorn", " worker "):
        (parent,) = [pid for pid, _by in called(served.pid, "supervisor.py")]
        (killed,) = [pid for pid, by in called(served.pid, word) if by == parent]
        os.kill(killed, signal.SIGKILL)
        until, back = time.monotonic() + 40, False
        while not back and time.monotonic() < until:
            time.sleep(0.2)
            back = any(pid != killed and by == parent for pid, by in called(served.pid, word)) and serves(port)
        assert back, word
    served.send_signal(signal.SIGINT)
    assert served.wait(30) == 130
    assert members(served.pid) == []
    assert is_free(port)


def called(group: int, word: str) -> list[tuple[int, int]]:
    """Number and parent of the processes of a group that have this word in their command."""
    command = ["ps", "-eo", "pid=,ppid=,pgid=,stat=,args="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 4) for line in listed.splitlines()]
    here = [row for row in rows if row[2] == str(group) and not row[3].startswith("Z") and word in row[4]]
    return [(int(row[0]), int(row[1])) for row in here]


def serves(port: int) -> bool:
    try:
        return int(urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status) == 200
    except OSError:
        return False
