"""bin/check: everything that can be said about the code without running it. All checks run at once."""

import argparse
import os
import subprocess
import time

from _common import FINDING, FINE, PYTHON, ROOT, VENV, make_venv, run_script, say

BIN = VENV / "bin"
TEMPLATES = ["templates", "bench/templates"]
CHECKS: dict[str, list[str]] = {
    "ruff format": [f"{BIN}/ruff", "format", "--check", "."],
    "ruff check": [f"{BIN}/ruff", "check", "."],
    "mypy": [f"{BIN}/mypy", "--no-error-summary"],
    "lint-imports": [f"{BIN}/lint-imports"],
    "djangofmt": [f"{BIN}/djangofmt", "--check", *TEMPLATES],
    "template lines": [str(PYTHON), "bin/_template_lines.py", *TEMPLATES],
    "djlint": [f"{BIN}/djlint", "templates", "--lint", "--quiet"],
    "history": [str(PYTHON), "bin/_history.py"],
    "makemigrations --check": [str(PYTHON), "manage.py", "makemigrations", "--check", "--dry-run"],
}


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/check",
        description=f"Runs {', '.join(CHECKS)}. Exit code 0: all fine; 1: a finding.",
    )
    parser.parse_args(given)
    make_venv(dev=True)
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "lms.settings.test", "NO_COLOR": "1"}
    env.pop("DATABASE_URL", None)
    began = time.monotonic()
    running = {
        name: subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for name, command in CHECKS.items()
    }
    failed = []
    for name, process in running.items():
        output, _ = process.communicate()
        if process.returncode:
            failed.append(name)
            say(output.rstrip())
        say(f"{'FAILED' if process.returncode else 'ok    '} {name}")
    result = f"Checks that failed: {', '.join(failed)}" if failed else "All checks passed"
    say(f"{result} ({time.monotonic() - began:.0f} s)")
    return FINDING if failed else FINE


if __name__ == "__main__":
    run_script(main)
