"""bin/mutants: takes each guard away in a copy of the project and sees whether its test turns red.

A guard that no test misses is not guarded. ``tests/mutants.toml`` lists them. A mutant is one replacement of text that
stands once in its file, or the name of a constraint that a migration of the copy takes off.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from _common import FINDING, FINE, PYTHON, ROOT, USAGE, Stop, make_venv, run_script, say

LIST = ROOT / "tests" / "mutants.toml"
KILLED, SURVIVED = 1, 0  # what pytest returns
LONGEST = 300


@dataclass(frozen=True)
class Mutant:
    """One guard taken away, and ``test`` must fail.

    In ``file`` the text ``old`` becomes ``new``; or ``constraint`` is taken off its table (``app.Model``).
    """

    test: str
    name: str = ""
    file: str = ""
    old: str = ""
    new: str = ""
    constraint: str = ""
    model: str = ""

    @property
    def called(self) -> str:
        """How it is named on the screen."""
        return self.name or f"constraint {self.constraint}"

    def files(self, copy: Path) -> dict[Path, str]:
        """What to write where. Raises LookupError when the text does not stand there once."""
        if self.constraint:
            app, model = self.model.split(".")
            return {
                copy / app / "migrations" / "0002_mutant.py": WITHOUT.format(app=app, model=model, name=self.constraint)
            }
        file = copy / self.file
        text = file.read_text("utf-8")
        if text.count(self.old) != 1:
            raise LookupError(f"its text stands {text.count(self.old)} times in {self.file}")
        return {file: text.replace(self.old, self.new)}


WITHOUT = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("{app}", "0001_initial")]
    operations = [migrations.RemoveConstraint("{model}", "{name}")]
"""


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/mutants",
        description="Exit code 0: every mutant was killed; 1: one survived, or its test fails to run; 2: no such name.",
    )
    parser.add_argument("names", nargs="*", help="only these, each a part of a name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once")
    args = parser.parse_args(given)
    mutants = [item for item in read() if not args.names or any(part in item.called for part in args.names)]
    if not mutants:
        raise Stop("No mutant has such a name; tests/mutants.toml lists them.", USAGE)
    make_venv(dev=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vouch-mutants-") as folder:
        copies: Queue[Path] = Queue()
        for number in range(args.jobs):
            copies.put(copy_to(Path(folder) / str(number)))
        unharmed = copies.get()
        tests = sorted({item.test for item in mutants})
        code, said = run_tests(unharmed, tests, longest=None)
        copies.put(unharmed)
        if code:
            say(said)
            raise Stop("These tests fail before anything is taken away.", FINDING)
        with ThreadPoolExecutor(args.jobs) as pool:
            bad = [name for name in pool.map(lambda item: attack(item, copies), mutants) if name]
    say(f"{len(mutants)} mutants, {len(bad)} survivors ({time.monotonic() - began:.0f} s)")
    return FINDING if bad else FINE


def read() -> list[Mutant]:
    """The mutants of the list, in its order."""
    return [Mutant(**item) for item in tomllib.loads(LIST.read_text("utf-8"))["mutant"]]


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
    return folder


def attack(mutant: Mutant, copies: "Queue[Path]") -> str:
    """Take one guard away, run its test, put the guard back; returns the name of a survivor."""
    copy = copies.get()
    before: dict[Path, str | None] = {}
    try:
        for file, text in mutant.files(copy).items():
            before[file] = file.read_text("utf-8") if file.exists() else None
            file.write_text(text, "utf-8")
        code, said = run_tests(copy, [mutant.test])
    except LookupError as error:
        say(f"LOST     {mutant.called}: {error}")
        return mutant.called
    finally:
        for file, kept in before.items():
            if kept is None:
                file.unlink()
            else:
                file.write_text(kept, "utf-8")
        copies.put(copy)
    if code == KILLED:
        by = re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
        say(f"killed   {mutant.called}{f', by {by[1]}' if by else ''}")
        return ""
    say(f"SURVIVED {mutant.called}" if code == SURVIVED else f"BROKEN   {mutant.called}: {said[-400:]}")
    return mutant.called


def run_tests(copy: Path, tests: list[str], longest: int | None = LONGEST) -> tuple[int, str]:
    """pytest's exit code and what it said."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "lms.settings.test", "PYTHONDONTWRITEBYTECODE": "1"}
    for name in ("DATABASE_URL", "VOUCH_TEST_ON", "VOUCH_DATA_DIR"):
        env.pop(name, None)
    command = [str(PYTHON), "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, timeout=longest)
    except subprocess.TimeoutExpired:
        return KILLED, "It ran too long."
    return done.returncode, done.stdout + done.stderr


if __name__ == "__main__":
    run_script(main)
