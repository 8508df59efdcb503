"""Whether each commit says what it does and why: an imperative subject, and a body where more than a few lines change.

Part of bin/check. Only commits after the one with which this began are read; where they are not here (a shallow clone,
no git), nothing is said. Standard library only.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SINCE = "4c544bb"
WITHOUT_A_WORD = 40
LONGEST = 120
# Landed before this check, and history is not written anew: by the start of their hash.
BEFORE = ("475b5d4", "c7cf649", "5867fd2", "6c563f8")
# Third person, past and participle; the imperatives that end like them are few.
NO_IMPERATIVE = re.compile(r"(?<!s)s$|ed$|ing$")
IMPERATIVES = frozenset({"Bring", "Embed", "Feed", "Need", "Pass", "Seed", "String"})
LOCKED = re.compile(r"requirements.*\.txt$")


def problems(folder: Path) -> Iterator[str]:
    """A sentence for each commit that does not explain itself, the newest first. Nothing without the history."""
    if _git(folder, "merge-base", "--is-ancestor", SINCE, "HEAD") is None:
        return
    for line in (_git(folder, "log", "--no-merges", "--format=%H %s", f"{SINCE}..HEAD") or "").splitlines():
        commit, _space, subject = line.partition(" ")
        if commit.startswith(BEFORE):
            continue
        for problem in _of_subject(subject):
            yield f"{commit[:7]} {subject}: {problem}"
        changed = _changed(folder, commit)
        if changed > WITHOUT_A_WORD and not (_git(folder, "log", "-1", "--format=%b", commit) or "").strip():
            yield f"{commit[:7]} {subject}: changes {changed} lines and does not say why"


def _of_subject(subject: str) -> Iterator[str]:
    first = subject.partition(" ")[0]
    if not re.fullmatch(r"[A-Z][a-z]+", first) or (NO_IMPERATIVE.search(first) and first not in IMPERATIVES):
        yield f"begins with no imperative ({first})"
    if subject.endswith("."):
        yield "ends with a full stop"
    if len(subject) > LONGEST:
        yield f"is longer than {LONGEST} characters"


def _changed(folder: Path, commit: str) -> int:
    """How many lines a commit adds and takes away, without what bin/lock writes."""
    rows = (line.split("\t") for line in (_git(folder, "show", "--numstat", "--format=", commit) or "").splitlines())
    return sum(int(row[0]) + int(row[1]) for row in rows if row[0].isdigit() and not LOCKED.search(row[2]))


def _git(folder: Path, *command: str) -> str | None:
    """What git answers; None when it refuses, or is not there."""
    try:
        answer = subprocess.run(["git", *command], cwd=folder, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return answer.stdout if answer.returncode == 0 else None


if __name__ == "__main__":
    found = list(problems(Path(__file__).resolve().parents[1]))
    print("\n".join(found))
    sys.exit(bool(found))
