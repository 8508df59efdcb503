"""bin/mutants: takes each guard away in a copy of the project and sees whether its test turns red.

A guard that no test misses is not guarded. ``tests/mutants.toml`` lists them. A mutant is one replacement of text that
stands once in its file (a process each); or a constraint or trigger of the database, or a condition of a policy
(``_without.py``, many in one process).
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from queue import Queue

from _test import LOCAL_POSTGRESQL, answers

from _common import FINDING, FINE, MISSING, PYTHON, ROOT, USAGE, Stop, make_venv, run_script, say

LIST = ROOT / "tests" / "mutants.toml"
KILLED, SURVIVED = 1, 0  # what pytest returns
LONGEST = 300
SQLITE, POSTGRESQL = "sqlite", "postgresql"
# A mutant that does not even run is no answer: its text is wrong, not its test right.
NONSENSE = re.compile(r"^E +(NameError|SyntaxError|IndentationError|ImportError|UnboundLocalError)\b", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """One guard taken away, and ``test`` must fail.

    In ``file`` the text ``old`` becomes ``new``, or a ``condition`` goes (``_conditions.py`` names them); or
    ``constraint`` is taken off its table (``app.Model``); or ``trigger`` is. ``on`` names the database. ``same`` says
    why nobody could tell the difference: it is in the list and not tried.
    """

    test: str = ""
    name: str = ""
    file: str = ""
    old: str = ""
    new: str = ""
    condition: str = ""
    constraint: str = ""
    model: str = ""
    trigger: str = ""
    on: str = SQLITE
    same: str = ""

    @property
    def called(self) -> str:
        """How it is named on the screen."""
        if self.constraint:
            return f"constraint {self.constraint}"
        if self.condition:
            return f"{self.file} {self.condition}"
        return self.name or f"trigger {self.trigger} ({self.on})"

    def changed(self, copy: Path) -> tuple[Path, str, str]:
        """The file, what stands there and what to write. Raises LookupError when the text does not stand there once."""
        file = copy / self.file
        text = file.read_text("utf-8")
        if text.count(self.old) != 1:
            raise LookupError(f"its text stands {text.count(self.old)} times in {self.file}")
        return file, text, text.replace(self.old, self.new)


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/mutants",
        description="Exit code 0: every mutant was killed; 1: one survived, or its test fails to run; 2: no such name. "
        "Triggers of PostgreSQL need one (TEST_DATABASE_URL); with REQUIRE_ALL=1 the lack of it is exit code 3.",
    )
    parser.add_argument("names", nargs="*", help="only these, each a part of a name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once")
    args = parser.parse_args(given)
    listed = [item for item in read() if not args.names or any(part in item.called for part in args.names)]
    mutants = [item for item in listed if not item.same]
    if not mutants:
        raise Stop("No mutant has such a name; tests/mutants.toml lists them.", USAGE)
    make_venv(dev=True)
    mutants = possible(mutants)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vouch-mutants-") as folder:
        copies: Queue[Path] = Queue()
        first = copy_to(Path(folder) / "0")
        say(f"{len(mutants)} mutants; first their tests with nothing taken away")
        for on in sorted({item.on for item in mutants}):
            code, said = run_tests(first, sorted({item.test for item in mutants if item.on == on}), on, longest=None)
            if code:
                say(said)
                raise Stop("These tests fail before anything is taken away.", FINDING)
        copies.put(first)  # it holds the migrated database by now
        for number in range(1, args.jobs):
            copies.put(Path(shutil.copytree(first, Path(folder) / str(number))))
        with ThreadPoolExecutor(args.jobs) as pool:
            bad = [name for found in pool.map(lambda call: call(copies), rounds(mutants, args.jobs)) for name in found]
    killed = len(mutants) - len(bad)
    say(f"{len(mutants)} tried, {killed} killed, {len(bad)} survivors ({time.monotonic() - began:.0f} s)")
    return FINDING if bad else FINE


def read() -> list[Mutant]:
    """The mutants of the list, in its order."""
    return [Mutant(**item) for item in tomllib.loads(LIST.read_text("utf-8"))["mutant"]]


def possible(mutants: list[Mutant]) -> list[Mutant]:
    """Those whose database there is."""
    url = os.environ.setdefault("TEST_DATABASE_URL", LOCAL_POSTGRESQL)
    there = [item for item in mutants if item.on == SQLITE]
    lacking = len(mutants) - len(there)
    if not lacking or answers("psycopg.connect(sys.argv[1], connect_timeout=3).close()", url):
        return mutants
    say(f"left out: {lacking} mutants on PostgreSQL (start one on 127.0.0.1, or set TEST_DATABASE_URL)")
    if os.environ.get("REQUIRE_ALL", "") not in ("", "0"):
        raise Stop("REQUIRE_ALL is set and this machine lacks what is named above.", MISSING)
    return there


def copy_to(folder: Path) -> Path:
    """What git knows of the project as it stands, with today's changes."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, names.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    if (ROOT / "var" / "test").is_dir():  # databases that are migrated already
        shutil.copytree(ROOT / "var" / "test", folder / "var" / "test")
    return folder


def rounds(mutants: Sequence[Mutant], jobs: int) -> list[Callable[["Queue[Path]"], list[str]]]:
    """What can be done side by side, the longest first; each returns the names of survivors."""
    many = [item for item in mutants if not item.old]
    groups = [[item for item in many if item.on == SQLITE][number::jobs] for number in range(jobs)]
    groups.append([item for item in many if item.on == POSTGRESQL])
    return [
        *(partial(take_off, items) for items in groups if items),
        *(partial(attack, item) for item in mutants if item.old),
    ]


def take_off(mutants: Sequence[Mutant], copies: "Queue[Path]") -> list[str]:
    """Run the test of each without it, all in one process."""
    copy = copies.get()
    plan, done = copy / "var" / "without.json", copy / "var" / "without.done"
    without: dict[str, list[dict[str, str]]] = {}
    for item in mutants:
        without.setdefault(item.test, []).append({**asdict(item), "called": item.called})
    plan.parent.mkdir(exist_ok=True)
    plan.write_text(json.dumps(without), "utf-8")
    done.write_text("", "utf-8")
    try:
        extra = ("-p", "_without")
        _code, said = run_tests(copy, [*without], mutants[0].on, *extra, longest=None, VOUCH_WITHOUT=str(plan))
        found = {called: rest for called, *rest in map(json.loads, done.read_text("utf-8").splitlines())}
    finally:
        copies.put(copy)
    bad = []
    for item in mutants:
        word, why = found.get(item.called, ["broken", said[-400:]])
        if word == "killed":
            say(f"killed   {item.called}, by {item.test}")
            continue
        say(f"{word.upper():8} {item.called}{f': {why}' if why else ''}")
        bad.append(item.called)
    return bad


def attack(mutant: Mutant, copies: "Queue[Path]") -> list[str]:
    """Take one guard out of the text, run its test, put the guard back."""
    copy = copies.get()
    try:
        file, before, after = mutant.changed(copy)
        file.write_text(after, "utf-8")
        try:
            code, said = run_tests(copy, [mutant.test], mutant.on, "-x")
        finally:
            file.write_text(before, "utf-8")
    except LookupError as error:
        say(f"LOST     {mutant.called}: {error}")
        return [mutant.called]
    finally:
        copies.put(copy)
    if code == KILLED and not NONSENSE.search(said):
        by = re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
        say(f"killed   {mutant.called}{f', by {by[1]}' if by else ''}")
        return []
    say(f"SURVIVED {mutant.called}" if code == SURVIVED else f"BROKEN   {mutant.called}: {said[-400:]}")
    return [mutant.called]


def run_tests(
    copy: Path, tests: Sequence[str], on: str, *options: str, longest: int | None = LONGEST, **extra: str
) -> tuple[int, str]:
    """pytest's exit code and what it said."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "lms.settings.test", "PYTHONDONTWRITEBYTECODE": "1", **extra}
    env["PYTHONPATH"] = str(copy / "bin")
    for name in ("DATABASE_URL", "VOUCH_TEST_ON", "VOUCH_DATA_DIR"):
        env.pop(name, None)
    if on == POSTGRESQL:
        env["VOUCH_TEST_ON"] = on
    command = [str(PYTHON), "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *options, *tests]
    try:
        done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, timeout=longest)
    except subprocess.TimeoutExpired:
        return KILLED, "It ran too long."
    return done.returncode, done.stdout + done.stderr


if __name__ == "__main__":
    run_script(main)
