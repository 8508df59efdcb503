"""bin/check: no line of a template is longer than an editor shows.

What is too long holds a decision for the view model, or a sentence to be broken over lines (docs/decisions/0030).
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST = 140


def main(given: list[str]) -> int:
    """Say each line that is too long. Exit code 0: none; 1: at least one."""
    parser = argparse.ArgumentParser(description=f"Finds lines of more than {LONGEST} characters in templates.")
    parser.add_argument("folders", nargs="+", type=Path)
    found = [line for folder in parser.parse_args(given).folders for line in too_long(folder)]
    print("\n".join(found))
    return 1 if found else 0


def too_long(folder: Path) -> Iterator[str]:
    """Each line that is too long: its file, its number and its length."""
    for path in sorted(folder.rglob("*.html")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if len(line) > LONGEST:
                yield f"{path}:{number}: {len(line)} characters, {LONGEST} at most"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
